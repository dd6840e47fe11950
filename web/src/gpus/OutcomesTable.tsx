import type { GpuOutcomes } from '../../../src/finops/gpu-usage/schema.ts';
import { formatCount } from '../format/number.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { compareAmounts } from '../table/comparators.ts';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { type Comparators, useSorted } from '../table/use-sorted.ts';
import { idleMoney, toMoney } from './figures.ts';
import { hoursText, OUTCOMES } from './words.ts';

type Row = GpuOutcomes['outcomes'][number];

const COMPARE: Comparators<Row> = {
  outcome: (a, b) => OUTCOMES[a.outcome].label.localeCompare(OUTCOMES[b.outcome].label),
  owners: (a, b) => a.owners - b.owners,
  hours: (a, b) => a.gpuHours.paid - b.gpuHours.paid,
  idle: compareAmounts((a) => idleMoney(a.cost)?.amount),
  paid: compareAmounts((a) => toMoney(a.cost, 'paid')?.amount),
};

/** GPU time by outcome as figures, with the sum of all. */
export function OutcomesTable({ outcomes: { outcomes, gpuHours, cost } }: { readonly outcomes: GpuOutcomes }) {
  const { sorted, sort } = useSorted(outcomes, COMPARE);
  const paid = toMoney(cost, 'paid');
  return (
    <table className={table.table} data-testid="outcomes">
      <thead>
        <tr>
          <SortHead column="outcome" sort={sort}>
            Outcome
          </SortHead>
          <SortHead column="owners" sort={sort} numeric className={table.wideOnly}>
            Owners
          </SortHead>
          <SortHead column="hours" sort={sort} numeric>
            GPU-hours
          </SortHead>
          <SortHead column="idle" sort={sort} numeric className={table.wideOnly}>
            Idle
          </SortHead>
          <SortHead column="paid" sort={sort} numeric>
            Paid
          </SortHead>
        </tr>
      </thead>
      <tbody>
        {sorted.map((one) => {
          const [money, idle] = [toMoney(one.cost, 'paid'), idleMoney(one.cost)];
          return (
            <tr key={one.outcome}>
              <th scope="row" data-tip={OUTCOMES[one.outcome].tip}>
                {OUTCOMES[one.outcome].label}
              </th>
              <td className={`${table.number} ${table.wideOnly}`}>{formatCount(one.owners)}</td>
              <td className={table.number}>{hoursText(one.gpuHours.paid)}</td>
              <td className={`${table.number} ${table.wideOnly}`}>
                {idle === null ? '' : <MoneyFigure money={idle} />}
              </td>
              <td className={table.number}>{money === null ? '' : <MoneyFigure money={money} />}</td>
            </tr>
          );
        })}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">Total</th>
          <td className={table.wideOnly} />
          <td className={table.number}>{hoursText(gpuHours.paid)}</td>
          <td className={table.wideOnly} />
          <td className={table.number}>{paid === null ? '' : <MoneyFigure money={paid} />}</td>
        </tr>
      </tfoot>
    </table>
  );
}
