import type { Anomaly } from '../../../src/finops/anomalies/schema.ts';
import { type Decimal, decimal, decimalString } from '../../../src/platform/units/schema.ts';
import type { Panel, TimePanelsData } from '../charts/time-panels-data.ts';
import { axisMoney, exactMoney } from '../format/money.ts';
import { formatDay } from '../format/time.ts';
import { formatTitle, isOfBill, kindWord } from './words.ts';

export interface DayCost {
  readonly day: string;
  readonly amount: string;
}

/**
 * Cost of each day, and below it the excess above and the shortfall below the expected cost. The two sides are never
 * netted.
 */
export function timelinePanels(
  costs: readonly DayCost[],
  anomalies: readonly Anomaly[],
  currency: string,
): TimePanelsData {
  const times = costs.map(({ day }) => day);
  const counted = anomalies.filter((one) => one.counts && one.currency === currency && isOfBill(one));
  const panel = (id: string, title: string, amounts: readonly string[]): Panel => ({
    ...{ id, title, axisText: (value) => axisMoney(value, currency) },
    series: [
      {
        ...{ id, name: title, variable: '--cost-fill', shape: 'bar' },
        values: amounts.map(Number),
        formatPoint: (index) => exactMoney({ amount: amounts[index] ?? '0', currency }),
      },
    ],
  });
  const [over, under] = [sumSide(counted, 'over'), sumSide(counted, 'under')];
  const listAmounts = (side: ReadonlyMap<string, Decimal>) =>
    times.map((day) => decimalString(side.get(day)?.abs() ?? decimal(0)));
  return {
    times,
    timeText: formatDay,
    panels: [
      panel(
        'cost',
        'Daily cost',
        costs.map(({ amount }) => amount),
      ),
      ...(over.size === 0 ? [] : [panel('over', 'Above expected', listAmounts(over))]),
      ...(under.size === 0 ? [] : [panel('under', 'Below expected', listAmounts(under))]),
    ],
    marks: anomalies.flatMap((one) => {
      if (one.isMinor) return [];
      const index = times.indexOf(one.start);
      return index === -1 ? [] : [{ index, label: `${formatTitle(one)}: ${kindWord(one)}` }];
    }),
  };
}

function sumSide(anomalies: readonly Anomaly[], direction: Anomaly['direction']): Map<string, Decimal> {
  const byDay = new Map<string, Decimal>();
  for (const anomaly of anomalies) {
    if (anomaly.direction !== direction) continue;
    for (const { day, amount } of anomaly.differences) byDay.set(day, (byDay.get(day) ?? decimal(0)).plus(amount));
  }
  return byDay;
}
