import { Link } from '@tanstack/react-router';
import { CostMetric, type Delivery } from '../../../src/finops/billing/schema.ts';
import { toCsv } from '../format/csv.ts';
import { METRICS } from '../format/metric.ts';
import { counted, formatCount } from '../format/number.ts';
import { formatDate, formatMonth } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import { DeliveryActs } from './DeliveryActs.tsx';
import { DeliveryLink } from './DeliveryLink.tsx';
import styles from './deliveries.module.css';
import { exportName, listMoney, standingFor, unitId, withPredecessors } from './history.ts';
import { MoneyList } from './MoneyList.tsx';
import { StandingMark } from './StandingMark.tsx';
import { StateMark } from './StateMark.tsx';

/** Columns on narrow screens; the CSV has all columns. */
const FIRST = new Set<CostMetric>(['billedCost']);

interface DeliveryPeriodsProps {
  /** Those of this delivery. */
  readonly entries: readonly Delivery[];
  /** Of all deliveries, oldest first. */
  readonly all: readonly Delivery[];
}

/** Contents of a delivery by billing period, with the actions on each. */
export function DeliveryPeriods({ entries, all }: DeliveryPeriodsProps) {
  const befores = new Map(withPredecessors(all).map(({ entry, before }) => [entry, before]));
  const csv = () =>
    toCsv(
      ['period', 'state', 'standing', 'reason', 'rows', 'metric', 'amount', 'currency'],
      entries.flatMap((entry) =>
        entry.totals.map((total) => [
          ...[entry.period, entry.state, entry.standing, entry.reason, String(entry.rows)],
          ...[total.metric, total.amount, total.currency],
        ]),
      ),
    );
  return (
    <Card
      title="Billing periods"
      note={`${counted(entries.length, 'billing period')}. Hover over a figure for its exact value`}
      actions={<CsvButton name={`periods-of-${entries[0]?.delivery}`} what="the periods" text={csv} />}
      flush
    >
      <SortableTable
        rows={entries}
        columns={[
          { head: 'Period', by: (one) => one.period },
          { head: 'Status', by: (one) => one.standing },
          { head: 'Rows', by: (one) => one.rows, numeric: true },
          ...METRICS.map(({ value, label }) => ({
            head: label,
            by: (one: Delivery) => listMoney(one, value)[0]?.amount,
            numeric: true,
            className: FIRST.has(value) ? undefined : styles.roomy,
          })),
          { hiddenHead: 'Actions' },
        ]}
        row={(entry) => {
          const before = befores.get(entry) ?? null;
          const instead = entry.current ? null : standingFor(all, entry);
          return (
            <tr key={unitId(entry)}>
              <th scope="row">
                {entry.period === null ? (
                  <Unknown reason="It has no rows and no billing period." />
                ) : (
                  formatMonth(entry.period)
                )}
                {entry.state !== null && (
                  <small className={styles.location}>
                    <StateMark state={entry.state} />
                  </small>
                )}
              </th>
              <td>
                <StandingMark standing={entry.standing} reason={entry.reason} />
                {entry.reason !== null && instead === null && <p className={styles.why}>{entry.reason}</p>}
                {instead !== null && (
                  <p className={styles.why}>
                    <DeliveryLink delivery={instead.delivery} /> is counted instead
                  </p>
                )}
                {entry.chargeDates !== null && (
                  <p className={styles.why}>
                    charges of {formatDate(entry.chargeDates.from)} to {formatDate(entry.chargeDates.to)}
                  </p>
                )}
              </td>
              <td className={table.number}>{formatCount(entry.rows)}</td>
              {CostMetric.options.map((metric) => (
                <td key={metric} className={`${table.number} ${FIRST.has(metric) ? '' : styles.roomy}`}>
                  <MoneyList money={listMoney(entry, metric)} reason="None of its rows has this cost." />
                </td>
              ))}
              <td>
                <div className={styles.acts}>
                  {before !== null && (
                    <Link
                      to="/deliveries/compare"
                      search={{ a: before.delivery, b: entry.delivery, month: entry.period ?? undefined }}
                      className={parts.button}
                    >
                      Compare<span className="visually-hidden"> {exportName(entry)} with the previous one</span>
                    </Link>
                  )}
                  <DeliveryActs entry={entry} before={before} />
                </div>
              </td>
            </tr>
          );
        }}
      />
    </Card>
  );
}
