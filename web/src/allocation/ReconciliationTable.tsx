import type { getReconciliation, ReconciledResource } from '../../../src/finops/allocation/reconciliation/schema.ts';
import type { ResponseOf } from '../../../src/platform/contract/schema.ts';
import { formatMeasure } from '../format/number.ts';
import { MoneyDelta } from '../parts/MoneyDelta.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
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
    <SortableTable
      testId="reconciliation"
      rows={resources}
      columns={[
        { head: 'Resource', by: (one) => one.resource },
        { head: 'Effective', by: (one) => one.billed, numeric: true },
        { head: 'Used', by: (one) => one.reconciled, numeric: true },
        { head: 'Idle', by: (one) => one.idle, numeric: true },
        { head: 'Untracked', by: (one) => one.untracked, numeric: true },
        { head: 'Metered', by: (one) => one.metered, numeric: true, className: table.wideOnly },
        { head: 'Price variance', by: (one) => one.priceVariance, numeric: true, className: table.wideOnly },
      ]}
      row={(resource) => (
        <tr key={`${resource.resource} ${resource.match} ${resource.currency}`}>
          <th scope="row" className={styles.resource}>
            {shortName(resource.resource)}
            <small className={styles.small}>
              {MATCHES[resource.match]}, {formatMeasure(resource.meteredHours)} of {formatMeasure(resource.billedHours)}{' '}
              hours
            </small>
          </th>
          <Amounts amounts={resource} />
        </tr>
      )}
      foot={
        <tfoot>
          {totals.map((total) => (
            <tr key={total.currency}>
              <th scope="row">All resources</th>
              <Amounts amounts={total} />
            </tr>
          ))}
        </tfoot>
      }
    />
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
