import type { getReconciliation, ReconciledResource } from '../../../src/finops/allocation/reconciliation/schema.ts';
import type { ResponseOf } from '../../../src/platform/contract/schema.ts';
import { formatMeasure } from '../format/number.ts';
import { MoneyDelta } from '../parts/MoneyDelta.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import styles from './allocation.module.css';

const NO_PRICE = 'A price is missing, so the metered cost is not known.';
const MATCHES = {
  resource: 'by its id',
  tag: 'by a tag',
  none: 'nothing metered',
} as const;

interface ReconciliationTableProps {
  readonly resources: readonly ReconciledResource[];
  readonly totals: ResponseOf<typeof getReconciliation>['totals'];
}

/** One row for each billed resource; the totals include all of them. */
export function ReconciliationTable({ resources, totals }: ReconciliationTableProps) {
  return (
    <table className={table.table} data-testid="reconciliation">
      <thead>
        <tr>
          <th scope="col">Resource</th>
          <th scope="col" className={table.number}>
            Effective
          </th>
          <th scope="col" className={table.number}>
            Used
          </th>
          <th scope="col" className={table.number}>
            Idle
          </th>
          <th scope="col" className={table.number}>
            Untracked
          </th>
          <th scope="col" className={`${table.number} ${table.wideOnly}`}>
            Metered
          </th>
          <th scope="col" className={`${table.number} ${table.wideOnly}`}>
            Price variance
          </th>
        </tr>
      </thead>
      <tbody>
        {resources.map((resource) => (
          <tr key={`${resource.resource} ${resource.match} ${resource.currency}`}>
            <th scope="row" className={styles.resource}>
              {shortName(resource.resource)}
              <small className={styles.small}>
                {MATCHES[resource.match]}, {formatMeasure(resource.meteredHours)} of{' '}
                {formatMeasure(resource.billedHours)} hours
              </small>
            </th>
            <Amounts amounts={resource} />
          </tr>
        ))}
      </tbody>
      <tfoot>
        {totals.map((total) => (
          <tr key={total.currency}>
            <th scope="row">All resources</th>
            <Amounts amounts={total} />
          </tr>
        ))}
      </tfoot>
    </table>
  );
}

type Figures = Pick<
  ReconciledResource,
  'currency' | 'billed' | 'reconciled' | 'idle' | 'untracked' | 'metered' | 'priceVariance'
>;

function Amounts({ amounts }: { readonly amounts: Figures }) {
  const { currency, metered, priceVariance } = amounts;
  return (
    <>
      {(['billed', 'reconciled', 'idle', 'untracked'] as const).map((part) => (
        <td key={part} className={table.number}>
          <MoneyFigure money={{ amount: amounts[part], currency }} />
        </td>
      ))}
      <td className={`${table.number} ${table.wideOnly}`}>
        {metered === null ? <Unknown reason={NO_PRICE} /> : <MoneyFigure money={{ amount: metered, currency }} />}
      </td>
      <td className={`${table.number} ${table.wideOnly}`}>
        {priceVariance === null ? (
          <Unknown reason={NO_PRICE} />
        ) : (
          <MoneyDelta money={{ amount: priceVariance, currency }} />
        )}
      </td>
    </>
  );
}

/** The last part of a long id, which distinguishes resources; the full id appears on hover. */
function shortName(resource: string) {
  const last = resource.split('/').at(-1) ?? resource;
  return last === resource ? resource : <span data-tip={resource}>{last}</span>;
}
