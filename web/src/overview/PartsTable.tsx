import { Link } from '@tanstack/react-router';
import { decimal, type Money } from '../../../src/platform/units/schema.ts';
import type { Group } from '../costs/stack.ts';
import { dimensionLabel, dimensionValue } from '../format/dimension.ts';
import { counted, formatShare } from '../format/number.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { ShareBar } from '../parts/ShareBar.tsx';
import { Swatch } from '../parts/Swatch.tsx';
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
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">{dimensionLabel(dimension)}</th>
          <th scope="col" className={styles.barColumn}>
            <span className="visually-hidden">Share drawn</span>
          </th>
          <th scope="col" className={table.number}>
            Share
          </th>
          <th scope="col" className={table.number}>
            Effective cost
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, MAX_ROWS).map((row) => {
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
                <ShareBar ratio={ratio(row)} {...(colour === undefined ? {} : { variable: colour })} />
              </td>
              <td className={table.number}>{formatShare(row.amount ?? '0', total.amount) ?? '–'}</td>
              <td className={table.number}>
                <MoneyFigure money={{ amount: row.amount ?? '0', currency: total.currency }} />
              </td>
            </tr>
          );
        })}
      </tbody>
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
    </table>
  );
}
