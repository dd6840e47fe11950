import { axisMoney } from '../format/money.ts';
import { formatMeasure } from '../format/number.ts';
import { shortDuration } from './duration.ts';
import type { RunColumn } from './run-columns.ts';

/** Label, format and colour meaning of a column: quality, cost, or input. */
export function describeColumn(column: RunColumn, currency: string | undefined) {
  return {
    label: column.id === 'cost.total' ? `Cost (${currency ?? 'unknown'})` : column.label,
    meaning:
      column.kind === 'metric' ? ('quality' as const) : column.kind === 'cost' ? ('cost' as const) : ('given' as const),
    format: (value: number) => written(column.id, value, currency),
  };
}

function written(id: string, value: number, currency: string | undefined): string {
  if (id === 'cost.total' && currency !== undefined) return axisMoney(value, currency);
  return id === 'durationMs' ? shortDuration(value) : formatMeasure(value);
}
