import { decimal } from '../../../src/platform/units/schema.ts';
import { dimensionLabel } from '../format/dimension.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import type { GridColumn } from '../table/DataTable.tsx';
import { RowValue } from './RowValue.tsx';
import { isNumericColumn } from './row-columns.ts';
import type { Group } from './stack.ts';

/** Columns of the bill rows; the totals row has the server's total of the metric over all rows, loaded or not. */
export function rowGridColumns(
  columns: readonly string[],
  metric: string,
  total: string | undefined,
  currency: string,
): GridColumn<Group>[] {
  return columns.map((column, place) => {
    const numeric = isNumericColumn(column);
    return {
      id: column,
      header: dimensionLabel(column),
      numeric,
      cell: (row) => <RowValue row={row} column={column} />,
      compare: (a, b) => compareValues(a[column] ?? null, b[column] ?? null, numeric),
      ...renderFooter(column, place, metric, total, currency),
    };
  });
}

function renderFooter(column: string, place: number, metric: string, total: string | undefined, currency: string) {
  if (column === metric && total !== undefined) {
    return {
      footer: (
        <span data-testid="rows-total">
          <MoneyFigure money={{ amount: total, currency }} />
        </span>
      ),
    };
  }
  return { footer: place === 0 ? 'Total of all rows' : '' };
}

function compareValues(a: string | null, b: string | null, numeric: boolean): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  return numeric ? decimal(a).cmp(b) : a.localeCompare(b);
}
