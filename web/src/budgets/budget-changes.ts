import type { BudgetSpec } from '../../../src/finops/budgets/schema.ts';

/** The changed settings, one text each: `amount: 200 to 300`. Unchanged settings are left out. */
export function listChanges(before: BudgetSpec, after: BudgetSpec): string[] {
  const formatField = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value ?? 'none'));
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => {
    const [old, now] = [Reflect.get(before, key), Reflect.get(after, key)].map(formatField);
    return old === now ? [] : [`${WORDS[key] ?? key}: ${old} to ${now}`];
  });
}

const WORDS: Readonly<Record<string, string>> = {
  rollOver: 'unused budget',
  warnAt: 'alert threshold',
  timeZone: 'time zone',
  enforcement: 'at the limit',
};

/** The document in the form of `steelyard apply`; JSON is YAML. */
export function documentText(name: string, spec: BudgetSpec): string {
  return JSON.stringify({ apiVersion: 'steelyard/v1', kind: 'Budget', metadata: { name }, spec });
}
