import type { GpuImport } from '../src/finops/gpu-telemetry/schema.ts';
import type { GpuCost, GpuIdle } from '../src/finops/gpu-usage/schema.ts';
import type { GpuPacking } from '../src/finops/packing/schema.ts';
import { formatPriceText } from '../src/platform/units/schema.ts';
import type { Context } from './frame/context.ts';
import { counted, formatAmount, formatCount, formatInstant, formatMoney } from './output/amounts.ts';
import { facts, table } from './output/table.ts';

export function importText(done: GpuImport, { paint }: Context): string {
  const of = counted(done.gpus, done.metrics.includes('poolTotal') ? 'pool' : 'GPU');
  const what = done.unchanged
    ? `${paint.good('Unchanged:')} ${done.name} had been imported in the same way.`
    : `${paint.good('Imported')} ${counted(done.accepted, 'reading')} of ${of}, ${formatCount(done.added)} of them new.`;
  const stated = done.intervalStated ? '' : ' (the usual distance between readings)';
  const rest = facts(
    [
      ['from', formatInstant(done.firstAt)],
      ['to', formatInstant(done.lastAt)],
      ['interval of a reading', `${done.intervalMs / 1000} s${stated}`],
      ['price', priceText(done)],
      ...(done.holders === null ? [] : [['held by', formatHolders(done.holders)] as const]),
    ],
    paint,
  );
  const left = done.rejected.map(
    ({ reason, rows, example }) => `${paint.waiting(`Left out: ${counted(rows, 'row')}:`)} ${reason} (${example})`,
  );
  return [what, '', rest, ...left].join('\n');
}

function formatHolders({ holders, stretches, leftOut }: NonNullable<GpuImport['holders']>): string {
  const lost = leftOut === 0 ? '' : `; ${counted(leftOut, 'row')} with a name over the length limit`;
  return `${counted(holders, 'holder')} in ${counted(stretches, 'stretch', 'stretches')} of time${lost}`;
}

function priceText({ price, resource }: GpuImport): string {
  if (price !== null) return `${formatPriceText(price)} an hour`;
  return resource === null ? 'none: idle time has no cost' : `of ${resource} in the price book`;
}

export function importsText(imports: readonly GpuImport[], { paint }: Context): string {
  if (imports.length === 0) return '';
  return table(
    imports,
    [
      { title: 'IMPORTED', cell: ({ importedAt }) => formatInstant(importedAt) },
      { title: 'READINGS', align: 'right', cell: ({ accepted }) => formatCount(accepted) },
      { title: 'GPUS', align: 'right', cell: ({ gpus }) => formatCount(gpus) },
      { title: 'METRICS', cell: ({ metrics }) => metrics.join(', ') },
      { title: 'FROM', cell: ({ firstAt }) => formatInstant(firstAt) },
      { title: 'TO', cell: ({ lastAt }) => formatInstant(lastAt) },
      { title: 'FILE', cell: ({ name }) => name, least: 12 },
    ],
    paint,
  );
}

export function idleText(report: GpuIdle, context: Context): string {
  const { paint } = context;
  const { buckets } = report;
  const main = facts(
    [
      ['GPUs', formatCount(report.gpus)],
      ['GPU-hours', formatHours(report.gpuHours)],
      ['mean utilization', formatShare(report.meanUtilizationRatio)],
      ['idle GPU-hours', `${formatHours(report.idleGpuHours)} (${formatShare(report.idleShare) ?? 'of nothing'})`],
      ['  memory held', formatHours(buckets.idleHeldGpuHours)],
      ['  memory free', formatHours(buckets.idleFreeGpuHours)],
      ['  memory not known', formatHours(buckets.idleUnknownGpuHours)],
      ['under-used GPU-hours', formatHours(buckets.underUsedGpuHours)],
      ['used GPU-hours', formatHours(buckets.usedGpuHours)],
      ['unallocated', buckets.unallocatedGpuHours === null ? null : formatHours(buckets.unallocatedGpuHours)],
      ['cost', costText(report.cost)],
      ['idle cost', costText(report.idleCost)],
    ],
    paint,
  );
  const lost =
    report.lostRatio === 0 ? [] : [`Readings that the source lost: ${formatShare(report.lostRatio)}, made up for.`];
  const { daysLeftOut: days } = report;
  const left =
    days.length === 0
      ? []
      : [
          `Left out: ${counted(days.length, 'day')} from ${days[0]} on, where single readings are deleted. --threshold 0 includes them.`,
        ];
  const tables = [
    ...(report.byGpu.length === 0 ? [] : ['', gpusText(report, context)]),
    ...(report.pools.length === 0 ? [] : ['', poolsText(report, context)]),
  ];
  return [main, ...lost, ...left, ...tables].join('\n');
}

function gpusText({ byGpu }: GpuIdle, { paint }: Context): string {
  return table(
    byGpu,
    [
      { title: 'GPU', cell: ({ gpu }) => gpu },
      { title: 'HOURS', align: 'right', cell: ({ gpuHours }) => formatHours(gpuHours) },
      { title: 'USED', align: 'right', cell: ({ meanUtilizationRatio }) => formatShare(meanUtilizationRatio) },
      { title: 'IDLE HOURS', align: 'right', cell: ({ idleGpuHours }) => formatHours(idleGpuHours) },
      { title: 'IDLE', align: 'right', cell: ({ idleShare }) => formatShare(idleShare) },
      { title: 'LONGEST', align: 'right', cell: ({ longestIdleHours }) => formatHours(longestIdleHours) },
      { title: 'IDLE COST', align: 'right', cell: ({ idleCost }) => formatCost(idleCost) },
    ],
    paint,
  );
}

function poolsText({ pools }: GpuIdle, { paint }: Context): string {
  return table(
    pools,
    [
      { title: 'POOL', cell: ({ pool }) => pool },
      { title: 'GPU-HOURS', align: 'right', cell: ({ gpuHours }) => formatHours(gpuHours) },
      { title: 'UNALLOCATED', align: 'right', cell: ({ unallocatedGpuHours }) => formatHours(unallocatedGpuHours) },
      { title: 'SHARE', align: 'right', cell: ({ unallocatedShare }) => formatShare(unallocatedShare) },
      { title: 'COST', align: 'right', cell: ({ unallocatedCost }) => formatCost(unallocatedCost) },
    ],
    paint,
  );
}

export function packingText(packing: GpuPacking, { paint }: Context): string {
  const { sharingPods, lowerBoundGpus, usedGpus, wholeGpuBaseline, unplaced, pods } = packing;
  const { bestFit, firstFitDecreasing } = packing.baselines;
  const leftOut = (result: typeof bestFit) =>
    `${formatCount(result.unplaced)}, which ask for ${result.unplacedGpus} GPUs`;
  return facts(
    [
      ['pods that share GPUs', formatCount(sharingPods)],
      ['  a whole GPU for each', formatCount(wholeGpuBaseline)],
      ['  packed', formatCount(usedGpus)],
      ['  no fewer than', formatCount(lowerBoundGpus)],
      ['pods placed', `${formatCount(pods - unplaced)} of ${formatCount(pods)}`],
      ['  without a place', leftOut(packing)],
      ['  by best fit', leftOut(bestFit)],
      ['  by first fit decreasing', leftOut(firstFitDecreasing)],
      ['  nodes used', `${formatCount(packing.usedNodes)} of ${formatCount(packing.nodes)}`],
      ['  free on GPUs that are shared', `${packing.strandedGpus} GPUs of ${formatCount(packing.gpus)}`],
      ['  free GPUs', formatCount(packing.freeGpus)],
    ],
    paint,
  );
}

function costText(cost: GpuCost): string {
  const amount = formatCost(cost);
  const unpriced = cost.unpricedGpuHours > 0 ? `${formatHours(cost.unpricedGpuHours)} GPU-hours unpriced` : null;
  const why = cost.reason === null ? '' : `: ${cost.reason}`;
  if (amount === null) return `${unpriced ?? 'nothing'}${why}`;
  return unpriced === null ? amount : `${amount}, ${unpriced}${why}`;
}

function formatCost({ amount, currency }: GpuCost): string | null {
  return amount === null || currency === null ? null : formatMoney({ amount, currency });
}

function formatHours(hours: number): string {
  return formatAmount(hours.toFixed(2));
}

function formatShare(ratio: number | null): string | null {
  return ratio === null ? null : `${(ratio * 100).toFixed(2)} %`;
}
