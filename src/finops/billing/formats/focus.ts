import { identifier } from '../../../platform/lake/index.ts';
import { type FocusColumn, type FocusType, focusColumnNames, focusColumns, formerNames } from './focus-columns.ts';
import type { BillFormat, SourceColumn, SourceExpression } from './format.ts';

/** Required columns: without them a row cannot be dated or summed. */
const REQUIRED: readonly FocusColumn[] = ['BilledCost', 'BillingCurrency', 'BillingPeriodStart', 'ChargePeriodStart'];

const folded = (name: string) => name.replaceAll(/[^a-zA-Z0-9]/g, '').toLowerCase();
const byFoldedName = new Map<string, FocusColumn>([
  ...focusColumnNames.map((name) => [folded(name), name] as const),
  ...Object.entries(formerNames).map(([former, name]) => [folded(former), name] as const),
]);

/**
 * FOCUS of any version (1.0 to 1.4) and spelling (`billing_currency`). The exact name takes precedence over a former
 * one.
 */
export const focusFormat: BillFormat = {
  name: 'FOCUS',
  map(columns) {
    if (requiredFocusColumns(columns).length > 0) return null;
    const { focus, custom } = focusColumnsOf(columns);
    const ofType = (type: FocusType) =>
      columns
        .filter(({ name }) => focusColumns[byFoldedName.get(folded(name)) ?? 'Tags'] === type)
        .map(({ name }) => name);
    const [dates, amounts] = [ofType('instant'), ofType('decimal')];
    return { format: 'FOCUS', dataset: 'CostAndUsage', columns: focus, custom, dates, amounts };
  },
};

/** Required columns that the file lacks. */
export function requiredFocusColumns(columns: readonly SourceColumn[]): FocusColumn[] {
  const { focus } = focusColumnsOf(columns);
  return REQUIRED.filter((name) => !focus.has(name));
}

function focusColumnsOf(columns: readonly SourceColumn[]): {
  focus: Map<FocusColumn, SourceExpression>;
  custom: string[];
} {
  const focus = new Map<FocusColumn, SourceExpression>();
  const custom: string[] = [];
  const isExact = ({ name }: SourceColumn) => Number(Object.hasOwn(focusColumns, name));
  for (const { name, type } of columns.toSorted((a, b) => isExact(b) - isExact(a))) {
    const column = byFoldedName.get(folded(name));
    if (column === undefined || focus.has(column)) custom.push(name);
    else focus.set(column, { sql: identifier(name), type, shown: column });
  }
  return { focus, custom };
}
