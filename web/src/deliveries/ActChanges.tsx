import type { ActResult } from '../../../src/finops/billing/schema.ts';
import { decimal, decimalString, type Money } from '../../../src/platform/units/schema.ts';
import { counted } from '../format/number.ts';
import { formatMonth } from '../format/time.ts';
import { MoneyDelta } from '../parts/MoneyDelta.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Notice } from '../parts/Notice.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import { DeliveryLink } from './DeliveryLink.tsx';
import styles from './deliveries.module.css';
import { exportName } from './history.ts';
import { MoneyList } from './MoneyList.tsx';
import { restatedMoney } from './period-series.ts';
import { StateMark } from './StateMark.tsx';

const LINES = 6;

/** Effect of an action on deliveries: which ones count, and the billed cost by service. */
export function ActChanges({ result }: { readonly result: ActResult }) {
  const { changes } = result;
  if (changes.length === 0) return <Notice>No counted delivery would change.</Notice>;
  const closed = changes.filter(({ state, before }) => state === 'closed' && before !== null).length;
  const lines = billedLines(result);
  return (
    <div className={styles.actChanges} data-testid="act-changes">
      <p className={styles.actMoney}>
        Billed cost changes by{' '}
        <strong data-testid="act-money">
          <MoneyList money={restatedMoney(result)} reason="The billed cost does not change." delta />
        </strong>
      </p>
      <ul className={styles.actList}>
        {changes.map((change) => (
          <li key={`${change.source} ${change.export} ${change.dataset} ${change.scope} ${change.period}`}>
            {formatMonth(change.period)} <StateMark state={change.state} /> of {change.source}
            {exportName(change) !== 'default' && ` ${exportName(change)}`}:{' '}
            {change.before === null ? 'nothing' : <DeliveryLink delivery={change.before} />} →{' '}
            {change.after === null ? 'nothing' : <DeliveryLink delivery={change.after} />}
          </li>
        ))}
      </ul>
      {lines.length > 0 && (
        <SortableTable
          className={styles.actTable}
          rows={lines}
          most={LINES}
          columns={[
            { head: 'Service', by: (one) => one.name },
            { head: 'Now', by: (one) => one.before?.amount, numeric: true, className: table.wideOnly },
            { head: 'After', by: (one) => one.after?.amount, numeric: true },
            { head: 'Change', by: (one) => one.change.amount, numeric: true },
          ]}
          row={(line) => (
            <tr key={`${line.name} ${line.change.currency}`}>
              <th scope="row">{line.name}</th>
              <td className={`${table.number} ${table.wideOnly}`}>
                {line.before !== null && <MoneyFigure money={line.before} />}
              </td>
              <td className={table.number}>{line.after !== null && <MoneyFigure money={line.after} />}</td>
              <td className={table.number}>
                <MoneyDelta money={line.change} />
              </td>
            </tr>
          )}
        />
      )}
      {lines.length > LINES && <p className={styles.why}>and {counted(lines.length - LINES, 'smaller one')}</p>}
      {closed > 0 && (
        <Notice>
          {counted(closed, 'closed period')} {closed === 1 ? 'is' : 'are'} restated: the change is recorded, and
          dependent results are computed again. It can be undone.
        </Notice>
      )}
    </div>
  );
}

interface Line {
  readonly name: string;
  readonly before: Money | null;
  readonly after: Money | null;
  readonly change: Money;
}

/** Billed cost by service, the largest change first. */
function billedLines({ delta }: ActResult): Line[] {
  const billed = delta.filter(({ metric }) => metric === 'billedCost');
  const lines = billed.flatMap(({ serviceName, currency, before, after, delta: change }): Line[] => {
    if (change === null) return [];
    const money = (amount: string | null) => (amount === null ? null : { amount, currency });
    const name = serviceName ?? 'no service';
    return [
      {
        name,
        before: money(before),
        after: money(after),
        change: { amount: decimalString(decimal(change)), currency },
      },
    ];
  });
  return lines.toSorted((a, b) => decimal(b.change.amount).abs().comparedTo(decimal(a.change.amount).abs()));
}
