/**
 * A document as YAML: maps as blocks, a list of objects with one line each, everything else as JSON, which is YAML.
 * Example: { kind: 'Monitor', alerts: [{ on: 'drift' }] } -> "kind: Monitor\nalerts:\n  - {\"on\":\"drift\"}\n".
 */
export function toYaml(document: object): string {
  return `${writeMap(document, '')}\n`;
}

function writeMap(map: object, indent: string): string {
  return Object.entries(map)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${indent}${key}:${writeValue(value, indent)}`)
    .join('\n');
}

function writeValue(value: unknown, indent: string): string {
  if (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'object' && one !== null)) {
    return `\n${value.map((one) => `${indent}  - ${JSON.stringify(one)}`).join('\n')}`;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0) {
    return `\n${writeMap(value, `${indent}  `)}`;
  }
  if (
    typeof value === 'string' &&
    /^[A-Za-z][\w-]*$/.test(value) &&
    !/^(true|false|null|yes|no|on|off|y|n)$/i.test(value)
  )
    return ` ${value}`;
  // JSON is YAML.
  return ` ${JSON.stringify(value)}`;
}
