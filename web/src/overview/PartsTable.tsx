import { Link } from '@tanstack/react-router';
import { decimal, type Money } from '../../../src/platform/units/schema.ts';
import type { Group } from '../costs/stack.ts';
import { dimensionLabel, dimensionValue } from '../format/dimension.ts';
import { counted } from '../format/number.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { ShareBar } from '../parts/ShareBar.tsx';
import { ShareText } from '../parts/ShareText.tsx';
import { Swatch } from '../parts/Swatch.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import styles from './overview.module.css';

const MAX_ROWS = 8;

interface PartsTableProps {
  readonly rows: readonly Group[];
  readonly dimension: string;
  readonly total: Money;
  readonly pickColour: (row: Group) => string | undefined;
}

/** Parts of a total: name, share as bar and figure, amount. */
export function PartsTable({ rows, dimension, total, pickColour }: PartsTableProps) {
  const whole = decimal(total.amount);
  const ratio = (row: Group) =>
    whole.isZero()
      ? 0
      : decimal(row.amount ?? '0')
          .dividedBy(whole)
          .toNumber();
  const more = rows.length - MAX_ROWS;
  return (
    <SortableTable
      rows={rows}
      most={MAX_ROWS}
      columns={[
        { head: dimensionLabel(dimension), by: (one) => dimensionValue(dimension, one[dimension] ?? null) },
        { hiddenHead: 'Share drawn', className: styles.barColumn },
        { head: 'Share', by: (one) => one.amount, numeric: true },
        { head: 'Effective cost', by: (one) => one.amount, numeric: true },
      ]}
      row={(row) => {
        const colour = pickColour(row);
        const value = row[dimension] ?? null;
        return (
          <tr key={value ?? ''}>
            <th scope="row">
              <Link
                to="/costs"
                search={{ by: [dimension, 'serviceName'], filter: [`${dimension}=${value ?? ''}`] }}
                className={`${table.named} ${table.rowLink}`}
              >
                {colour !== undefined && <Swatch variable={colour} />}
                <span className={value === null ? table.none : undefined}>{dimensionValue(dimension, value)}</span>
              </Link>
            </th>
            <td className={styles.barColumn}>
              <ShareBar ratio={ratio(row)} />
            </td>
            <td className={table.number}>
              <ShareText part={row.amount ?? '0'} whole={total.amount} />
            </td>
            <td className={table.number}>
              <MoneyFigure money={{ amount: row.amount ?? '0', currency: total.currency }} />
            </td>
          </tr>
        );
      }}
      foot={
        <tfoot>
          <tr>
            <th scope="row">
              Total
              {more > 0 && <span className={table.sub}> with {counted(more, 'more', 'more')}</span>}
            </th>
            <td className={styles.barColumn} />
            <td className={table.number}>100 %</td>
            <td className={table.number}>
              <MoneyFigure money={total} />
            </td>
          </tr>
        </tfoot>
      }
    />
  );
}
