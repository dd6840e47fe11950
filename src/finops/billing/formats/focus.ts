import { quoteIdentifier } from '../../../platform/lake/index.ts';
import { type FocusColumn, type FocusType, focusColumnNames, focusColumns, formerNames } from './focus-columns.ts';
import type { BillFormat, SourceColumn, SourceExpression } from './format.ts';

/** Required columns: without them a row cannot be dated or summed. */
const REQUIRED: readonly FocusColumn[] = ['BilledCost', 'BillingCurrency', 'BillingPeriodStart', 'ChargePeriodStart'];

const foldName = (name: string) => name.replaceAll(/[^a-zA-Z0-9]/g, '').toLowerCase();
const byFoldedName = new Map<string, FocusColumn>([
  ...focusColumnNames.map((name) => [foldName(name), name] as const),
  ...Object.entries(formerNames).map(([former, name]) => [foldName(former), name] as const),
]);

/**
 * FOCUS of any version (1.0 to 1.4) and spelling (`billing_currency`). The exact name takes precedence over a former
 * one.
 */
export const focusFormat: BillFormat = {
  name: 'FOCUS',
  map(columns) {
    if (findMissingColumns(columns).length > 0) return null;
    const { focus, custom } = splitFocusColumns(columns);
    const ofType = (type: FocusType) =>
      columns
        .filter(({ name }) => focusColumns[byFoldedName.get(foldName(name)) ?? 'Tags'] === type)
        .map(({ name }) => name);
    const [dates, amounts] = [ofType('instant'), ofType('decimal')];
    return { format: 'FOCUS', dataset: 'CostAndUsage', columns: focus, custom, dates, amounts };
  },
};

/** Required columns that the file lacks. */
export function findMissingColumns(columns: readonly SourceColumn[]): FocusColumn[] {
  const { focus } = splitFocusColumns(columns);
  return REQUIRED.filter((name) => !focus.has(name));
}

function splitFocusColumns(columns: readonly SourceColumn[]): {
  focus: Map<FocusColumn, SourceExpression>;
  custom: string[];
} {
  const focus = new Map<FocusColumn, SourceExpression>();
  const custom: string[] = [];
  const isExact = ({ name }: SourceColumn) => Number(Object.hasOwn(focusColumns, name));
  for (const { name, type } of columns.toSorted((a, b) => isExact(b) - isExact(a))) {
    const column = byFoldedName.get(foldName(name));
    if (column === undefined || focus.has(column)) custom.push(name);
    else focus.set(column, { sql: quoteIdentifier(name), type, shown: column });
  }
  return { focus, custom };
}
