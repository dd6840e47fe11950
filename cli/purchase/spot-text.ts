import type { DeadlineReplayReport, SpotAdvice, SpotZoneAdvice } from '../../src/finops/purchasing/schema.ts';
import type { Context } from '../frame/context.ts';
import { formatCount, formatMoney } from '../output/amounts.ts';
import { facts, table } from '../output/table.ts';
import { formatHours, formatSeconds, formatShare } from './words.ts';

export function adviceText(report: SpotAdvice, { paint }: Context): string {
  const { zones, onDemandBill } = report;
  const rows = table(
    zones,
    [
      { title: 'ZONE', cell: ({ name }) => name },
      { title: 'AVAILABLE', align: 'right', cell: ({ availableShare }) => formatShare(availableShare, 0) },
      { title: 'INTERRUPTED EVERY', align: 'right', cell: ({ meanHours }) => formatHours(meanHours) },
      { title: 'CHECKPOINT EVERY', align: 'right', cell: ({ intervalSeconds }) => formatSeconds(intervalSeconds) },
      { title: 'BY', cell: ({ method }) => method },
      { title: 'RATIO', align: 'right', cell: ({ ratio }) => formatRatio(ratio) },
      { title: '95 %', align: 'right', cell: ({ lowRatio, highRatio }) => formatRange(lowRatio, highRatio) },
      { title: 'FORMULA', align: 'right', cell: ({ formulaRatio }) => formatRatio(formulaRatio) },
      { title: 'COMPLETION', align: 'right', cell: ({ medianElapsedHours }) => formatHours(medianElapsedHours) },
      { title: 'BILL', align: 'right', cell: ({ spotBill }) => formatMoney(spotBill) },
      { title: 'SPOT CHEAPER', cell: ({ spotPays }) => (spotPays === null ? null : spotPays ? 'yes' : 'no') },
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
            listFacts(best, onDemandBill).filter(([, value]) => value !== null),
            paint,
          ),
        ];
  return [rows, ...rest].join('\n');
}

function listFacts(best: SpotZoneAdvice, onDemandBill: SpotAdvice['onDemandBill']): [string, string | null][] {
  const { holdOut } = best;
  const tried =
    holdOut === null
      ? null
      : `chosen on the first half, ${formatRatio(holdOut.ratio)} on the second; the best there ${formatRatio(holdOut.bestRatio)}`;
  return [
    ['zone', best.name],
    ['reason', best.reason],
    [
      'Young, Daly',
      `${formatSeconds(best.youngSeconds) ?? 'not known'}, ${formatSeconds(best.dalySeconds) ?? 'not known'}`,
    ],
    ['interrupted every, 95 %', rangeText(formatHours(best.lowMeanHours), formatHours(best.highMeanHours))],
    ['tested on held-out data', tried],
    ['bill, 95 % of the starts', rangeText(formatMoney(best.lowSpotBill), formatMoney(best.highSpotBill))],
    ['on demand', formatMoney(onDemandBill)],
    [
      'break-even spot price',
      best.breakEvenSpotPrice === null ? null : `${formatMoney(best.breakEvenSpotPrice)} an hour`,
    ],
  ];
}

function rangeText(low: string | null, high: string | null): string | null {
  return low === null && high === null ? null : `${low ?? 'not known'} to ${high ?? 'not known'}`;
}

function formatRange(low: number | null, high: number | null): string | null {
  return low === null || high === null ? null : `${formatRatio(low)}-${formatRatio(high)}`;
}

function formatRatio(ratio: number | null): string | null {
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
      { title: 'STARTS', align: 'right', cell: ({ starts }) => formatCount(starts) },
      { title: 'LATE', align: 'right', cell: ({ misses }) => formatCount(misses) },
      { title: 'RATIO TO ON DEMAND', align: 'right', cell: ({ costRatio }) => formatRatio(costRatio) },
      {
        title: '95 %',
        align: 'right',
        cell: ({ lowCostRatio, highCostRatio }) => formatRange(lowCostRatio, highCostRatio),
      },
      { title: 'SPOT', align: 'right', cell: ({ spotShare }) => formatShare(spotShare, 0) },
      { title: 'COMPLETION (95%)', align: 'right', cell: ({ highElapsedHours }) => formatHours(highElapsedHours) },
      { title: 'COST', align: 'right', cell: ({ cost }) => formatMoney(cost) },
    ],
    paint,
  );
  const promise = promised
    ? 'The deadline can be guaranteed if on-demand capacity is available, for any spot interruption.'
    : paint.bad('The deadline cannot be promised: work and one changeover do not fit before it.');
  const price = `Spot at ${spotPriceRatio.toFixed(3)} of on demand${onDemandCost === null ? '' : `, which costs ${formatMoney(onDemandCost)}`}.`;
  return [rows, '', promise, price].join('\n');
}
