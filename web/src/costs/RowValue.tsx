import { formatMeasure } from '../format/number.ts';
import { formatInstant } from '../format/time.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { COST_COLUMNS, isNumericColumn } from './row-columns.ts';
import type { Group } from './stack.ts';

interface RowValueProps {
  readonly row: Group;
  readonly column: string;
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T.*Z$/;
const PLAIN = /^-?\d+(\.\d+)?$/;

/** One value of a bill row, formatted by its column; the bill's own digits appear on hover. */
export function RowValue({ row, column }: RowValueProps) {
  const value = row[column] ?? null;
  if (value === null || value === '') return <Unknown reason="Empty in the bill." />;
  if (COST_COLUMNS.has(column)) return <MoneyFigure money={{ amount: value, currency: row.billingCurrency ?? '' }} />;
  if (isNumericColumn(column) && PLAIN.test(value)) {
    return (
      <data value={value} data-tip={value}>
        {formatMeasure(value)}
      </data>
    );
  }
  if (INSTANT.test(value)) return <time dateTime={value}>{formatInstant(value)}</time>;
  return value;
}
