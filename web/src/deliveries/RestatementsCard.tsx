import { Link } from '@tanstack/react-router';
import type { Restatement } from '../../../src/finops/billing/schema.ts';
import { toCsv } from '../format/csv.ts';
import { counted } from '../format/number.ts';
import { formatMonth } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { Instant } from '../parts/Instant.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { compareAmounts, compareTexts } from '../table/comparators.ts';
import { SidewaysBox } from '../table/SidewaysBox.tsx';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { type Comparators, useSorted } from '../table/use-sorted.ts';
import { DeliveryLink } from './DeliveryLink.tsx';
import styles from './deliveries.module.css';
import { MoneyList } from './MoneyList.tsx';
import { restatedMoney } from './period-series.ts';

const ACTS = {
  import: 'a new delivery',
  revert: 'a revert',
  prefer: 'a choice between exports',
  delete: 'a deletion',
} as const;
const HEADER = ['at', 'period', 'act', 'actor', 'why', 'delivery', 'service', 'metric', 'before', 'after', 'delta'];

const ORDERS: Comparators<Restatement> = {
  period: compareTexts(({ period }) => period),
  at: compareTexts(({ at }) => at),
  by: compareTexts(({ act, actor }) => `${ACTS[act]} ${actor}`),
  billed: compareAmounts((one) => restatedMoney(one)[0]?.amount),
  largest: compareTexts(largestService),
  deliveries: compareTexts(({ changes }) => changes.find(({ after }) => after !== null)?.after),
};

interface RestatementsCardProps {
  readonly restatements: readonly Restatement[];
  readonly complete: boolean;
}

/** Every change to a closed period, newest first, with its change in money. */
export function RestatementsCard({ restatements, complete }: RestatementsCardProps) {
  const { sorted, sort } = useSorted(restatements, ORDERS);
  const csv = () =>
    toCsv(
      [...HEADER, 'currency'],
      restatements.flatMap((one) =>
        one.delta.map((line) => [
          ...[one.at, one.period, one.act, one.actor, one.why, one.delivery],
          ...[line.serviceName, line.metric, line.before, line.after, line.delta, line.currency],
        ]),
      ),
    );
  return (
    <Card
      title="Changes after closing"
      note={`${complete ? '' : 'The latest '}${counted(restatements.length, 'restatement')}, newest first. Dependent results are computed again.`}
      actions={<CsvButton name="restatements" what="the restatements" text={csv} />}
      flush
    >
      <SidewaysBox label="Changes after closing">
        <table className={table.table}>
          <thead>
            <tr>
              <SortHead column="period" sort={sort}>
                Period
              </SortHead>
              <SortHead column="at" sort={sort}>
                Time
              </SortHead>
              <SortHead column="by" sort={sort}>
                By
              </SortHead>
              <SortHead column="billed" sort={sort} numeric>
                Billed cost
              </SortHead>
              <SortHead column="largest" sort={sort}>
                Largest change
              </SortHead>
              <SortHead column="deliveries" sort={sort}>
                Deliveries
              </SortHead>
            </tr>
          </thead>
          <tbody>
            {sorted.map((one) => (
              <tr key={`${one.at} ${one.period} ${one.delivery}`}>
                <th scope="row">{formatMonth(one.period)}</th>
                <td className={styles.when}>
                  <Instant at={one.at} />
                </td>
                <td>
                  {ACTS[one.act]}, {one.actor}
                  {one.why !== null && <p className={styles.why}>“{one.why}”</p>}
                </td>
                <td className={table.number}>
                  <MoneyList money={restatedMoney(one)} reason="The billed cost did not change." delta />
                </td>
                <td>{largestService(one) ?? <Unknown reason="No service changed its billed cost." />}</td>
                <td>
                  <Change restatement={one} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </SidewaysBox>
    </Card>
  );
}

function Change({ restatement }: { readonly restatement: Restatement }) {
  const replaced = restatement.changes.find(({ before, after }) => before !== null && after !== null);
  if (replaced === undefined || replaced.before === null || replaced.after === null) {
    return <DeliveryLink delivery={restatement.delivery} />;
  }
  return (
    <Link
      to="/deliveries/compare"
      search={{ a: replaced.before, b: replaced.after, month: restatement.period }}
      className={parts.textLink}
    >
      Compare before and after
    </Link>
  );
}

/** Name of the service with the largest change in billed cost. */
function largestService({ delta }: Restatement): string | null {
  const billed = delta.filter((line) => line.metric === 'billedCost' && line.delta !== null);
  const [largest] = billed.toSorted((a, b) => Math.abs(Number(b.delta)) - Math.abs(Number(a.delta)));
  return largest === undefined ? null : (largest.serviceName ?? 'rows without a service');
}
