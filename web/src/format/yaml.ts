/**
 * A document as YAML: maps and lists of objects as blocks, everything else as JSON, which is YAML.
 * Example: { kind: 'Monitor', alerts: [{ name: 'a', open: 1 }] } -> "kind: Monitor\nalerts:\n  - name: a\n    open: 1\n".
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
  if (Array.isArray(value) && value.length > 0 && value.every(isFilledMap)) {
    const item = `${indent}    `;
    return `\n${value.map((one) => `${indent}  - ${writeMap(one, item).slice(item.length)}`).join('\n')}`;
  }
  if (isFilledMap(value)) {
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

function isFilledMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
}
