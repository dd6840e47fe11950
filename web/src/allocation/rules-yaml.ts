import type { AllocationRule, getAllocationRules } from '../../../src/finops/allocation/schema.ts';
import type { ResponseOf } from '../../../src/platform/contract/schema.ts';

export type Rules = ResponseOf<typeof getAllocationRules>;

const USUAL_NAME = 'allocation';
const NAME_LENGTH = 63;

/** The rules in force as a YAML document, as the start of a change. Values are written as JSON, which is valid YAML. */
export function rulesYaml(rules: Pick<Rules, 'name' | 'normalise' | 'rules'>): string {
  return [
    'apiVersion: steelyard/v1',
    'kind: AllocationRules',
    `metadata: { name: ${rules.name ?? USUAL_NAME} }`,
    'spec:',
    ...(rules.normalise === null ? [] : [`  normalise: ${JSON.stringify(rules.normalise)}`]),
    rules.rules.length === 0 ? '  rules: []' : '  rules:',
    ...rules.rules.map(ruleYaml),
    '',
  ].join('\n');
}

/** One rule as an item of the list. */
export function ruleYaml(rule: AllocationRule): string {
  return Object.entries(rule)
    .filter(([, value]) => value !== undefined)
    .map(([key, value], index) => `${index === 0 ? '    - ' : '      '}${key}: ${flowYaml(value)}`)
    .join('\n');
}

/** JSON with spaces: `{ "team": "search" }`. */
function flowYaml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowYaml).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{ ${fields.map(([key, item]) => `${JSON.stringify(key)}: ${flowYaml(item)}`).join(', ')} }`;
}

/**
 * The document with the rule appended. Rules are evaluated in order, so the new rule matches only rows that no earlier
 * rule matched.
 */
export function withRule(document: string, rule: AllocationRule): string {
  const text = document.trimEnd().replace(/^( +)rules: \[\]$/m, '$1rules:');
  return `${text}\n${ruleYaml(nameable(rule))}\n`;
}

/** A suggestion with a short, readable name. */
function nameable(rule: AllocationRule): AllocationRule {
  const name = rule.name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return { ...rule, name: name.slice(0, NAME_LENGTH) };
}
