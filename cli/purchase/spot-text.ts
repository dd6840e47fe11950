import type { DeadlineReplayReport, SpotAdvice, SpotZoneAdvice } from '../../src/finops/gpus/schema.ts';
import type { Context } from '../frame/context.ts';
import { shownCount, shownMoney } from '../output/amounts.ts';
import { facts, table } from '../output/table.ts';
import { shownHours, shownSeconds, shownShare } from './words.ts';

export function adviceText(report: SpotAdvice, { paint }: Context): string {
  const { zones, onDemandBill } = report;
  const rows = table(
    zones,
    [
      { title: 'ZONE', cell: ({ name }) => name },
      { title: 'THERE', align: 'right', cell: ({ availableShare }) => shownShare(availableShare, 0) },
      { title: 'INTERRUPTED EVERY', align: 'right', cell: ({ meanHours }) => shownHours(meanHours) },
      { title: 'SAVE EVERY', align: 'right', cell: ({ intervalSeconds }) => shownSeconds(intervalSeconds) },
      { title: 'BY', cell: ({ method }) => method },
      { title: 'RATIO', align: 'right', cell: ({ ratio }) => shownRatio(ratio) },
      { title: '95 %', align: 'right', cell: ({ lowRatio, highRatio }) => rangeOf(lowRatio, highRatio) },
      { title: 'FORMULA', align: 'right', cell: ({ formulaRatio }) => shownRatio(formulaRatio) },
      { title: 'DONE IN', align: 'right', cell: ({ medianElapsedHours }) => shownHours(medianElapsedHours) },
      { title: 'BILL', align: 'right', cell: ({ spotBill }) => shownMoney(spotBill) },
      { title: 'PAYS', cell: ({ spotPays }) => (spotPays === null ? null : spotPays ? 'yes' : 'no') },
    ],
    paint,
  );
  const [best] = zones;
  const rest =
    best === undefined
      ? []
      : [
          '',
          facts(
            factsOf(best, onDemandBill).filter(([, value]) => value !== null),
            paint,
          ),
        ];
  return [rows, ...rest].join('\n');
}

function factsOf(best: SpotZoneAdvice, onDemandBill: SpotAdvice['onDemandBill']): [string, string | null][] {
  const { holdOut } = best;
  const tried =
    holdOut === null
      ? null
      : `chosen on the first half, ${shownRatio(holdOut.ratio)} on the second; the best there ${shownRatio(holdOut.bestRatio)}`;
  return [
    ['zone', best.name],
    ['why', best.reason],
    [
      'Young, Daly',
      `${shownSeconds(best.youngSeconds) ?? 'not known'}, ${shownSeconds(best.dalySeconds) ?? 'not known'}`,
    ],
    ['interrupted every, 95 %', rangeText(shownHours(best.lowMeanHours), shownHours(best.highMeanHours))],
    ['tested on held-out data', tried],
    ['bill, 95 % of the starts', rangeText(shownMoney(best.lowSpotBill), shownMoney(best.highSpotBill))],
    ['on demand', shownMoney(onDemandBill)],
    ['spot pays below', best.breakEvenSpotPrice === null ? null : `${shownMoney(best.breakEvenSpotPrice)} an hour`],
  ];
}

function rangeText(low: string | null, high: string | null): string | null {
  return low === null && high === null ? null : `${low ?? 'not known'} to ${high ?? 'not known'}`;
}

function rangeOf(low: number | null, high: number | null): string | null {
  return low === null || high === null ? null : `${shownRatio(low)}-${shownRatio(high)}`;
}

function shownRatio(ratio: number | null): string | null {
  return ratio === null ? null : ratio.toFixed(3);
}

export function deadlineText(report: DeadlineReplayReport, { paint }: Context): string {
  const { zones, totals, promised, onDemandCost, spotPriceRatio } = report;
  const named = zones.flatMap(({ name, outcomes }) => outcomes.map((outcome) => ({ name, ...outcome })));
  const all = zones.length > 1 ? totals.map((outcome) => ({ name: 'all', ...outcome })) : [];
  const rows = table(
    [...named, ...all],
    [
      { title: 'ZONE', cell: ({ name }) => name },
      { title: 'POLICY', cell: ({ policy }) => (policy === 'uniformProgress' ? 'uniform progress' : policy) },
      { title: 'STARTS', align: 'right', cell: ({ starts }) => shownCount(starts) },
      { title: 'LATE', align: 'right', cell: ({ misses }) => shownCount(misses) },
      { title: 'OF ON DEMAND', align: 'right', cell: ({ costRatio }) => shownRatio(costRatio) },
      {
        title: '95 %',
        align: 'right',
        cell: ({ lowCostRatio, highCostRatio }) => rangeOf(lowCostRatio, highCostRatio),
      },
      { title: 'SPOT', align: 'right', cell: ({ spotShare }) => shownShare(spotShare, 0) },
      { title: 'DONE IN (95 %)', align: 'right', cell: ({ highElapsedHours }) => shownHours(highElapsedHours) },
      { title: 'COST', align: 'right', cell: ({ cost }) => shownMoney(cost) },
    ],
    paint,
  );
  const promise = promised
    ? 'The deadline can be guaranteed if on-demand capacity is available, for any spot interruption.'
    : paint.bad('The deadline cannot be promised: work and one changeover do not fit before it.');
  const price = `Spot at ${spotPriceRatio.toFixed(3)} of on demand${onDemandCost === null ? '' : `, which costs ${shownMoney(onDemandCost)}`}.`;
  return [rows, '', promise, price].join('\n');
}
