import type { GpuCost, GpuIdle, GpuImport, GpuPacking } from '../src/finops/gpus/schema.ts';
import type { Context } from './frame/context.ts';
import { counted, shownAmount, shownCount, shownInstant } from './output/amounts.ts';
import { facts, table } from './output/table.ts';

export function importText(done: GpuImport, { paint }: Context): string {
  const of = counted(done.gpus, done.metrics.includes('poolTotal') ? 'pool' : 'GPU');
  const what = done.unchanged
    ? `${paint.good('Unchanged:')} ${done.name} had been imported in the same way.`
    : `${paint.good('Imported')} ${counted(done.accepted, 'reading')} of ${of}, ${shownCount(done.added)} of them new.`;
  const stated = done.intervalStated ? '' : ' (the usual distance between readings)';
  const rest = facts(
    [
      ['from', shownInstant(done.firstAt)],
      ['to', shownInstant(done.lastAt)],
      ['each speaks for', `${done.intervalMs / 1000} s${stated}`],
      ['price', priceText(done)],
      ...(done.holders === null ? [] : [['held by', heldText(done.holders)] as const]),
    ],
    paint,
  );
  const left = done.rejected.map(
    ({ reason, rows, example }) => `${paint.waiting(`Left out: ${counted(rows, 'row')}:`)} ${reason} (${example})`,
  );
  return [what, '', rest, ...left].join('\n');
}

function heldText({ holders, stretches, leftOut }: NonNullable<GpuImport['holders']>): string {
  const lost = leftOut === 0 ? '' : `; ${counted(leftOut, 'row')} with a name over the length limit`;
  return `${counted(holders, 'holder')} in ${counted(stretches, 'stretch', 'stretches')} of time${lost}`;
}

function priceText({ price, resource }: GpuImport): string {
  if (price !== null) return `${price.amount} ${price.currency} an hour`;
  return resource === null ? 'none: idle time has no cost' : `of ${resource} in the price book`;
}

export function importsText(imports: readonly GpuImport[], { paint }: Context): string {
  if (imports.length === 0) return '';
  return table(
    imports,
    [
      { title: 'IMPORTED', cell: ({ importedAt }) => shownInstant(importedAt) },
      { title: 'READINGS', align: 'right', cell: ({ accepted }) => shownCount(accepted) },
      { title: 'GPUS', align: 'right', cell: ({ gpus }) => shownCount(gpus) },
      { title: 'OF', cell: ({ metrics }) => metrics.join(', ') },
      { title: 'FROM', cell: ({ firstAt }) => shownInstant(firstAt) },
      { title: 'TO', cell: ({ lastAt }) => shownInstant(lastAt) },
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
      ['GPUs', shownCount(report.gpus)],
      ['GPU-hours', shownHours(report.gpuHours)],
      ['mean utilization', shownShare(report.meanUtilizationRatio)],
      ['idle GPU-hours', `${shownHours(report.idleGpuHours)} (${shownShare(report.idleShare) ?? 'of nothing'})`],
      ['  memory held', shownHours(buckets.idleHeldGpuHours)],
      ['  memory free', shownHours(buckets.idleFreeGpuHours)],
      ['  memory not known', shownHours(buckets.idleUnknownGpuHours)],
      ['under-used GPU-hours', shownHours(buckets.underUsedGpuHours)],
      ['used GPU-hours', shownHours(buckets.usedGpuHours)],
      ['unallocated', buckets.unallocatedGpuHours === null ? null : shownHours(buckets.unallocatedGpuHours)],
      ['cost', costText(report.cost)],
      ['idle cost', costText(report.idleCost)],
    ],
    paint,
  );
  const lost =
    report.lostRatio === 0 ? [] : [`Readings that the source lost: ${shownShare(report.lostRatio)}, made up for.`];
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
      { title: 'HOURS', align: 'right', cell: ({ gpuHours }) => shownHours(gpuHours) },
      { title: 'USED', align: 'right', cell: ({ meanUtilizationRatio }) => shownShare(meanUtilizationRatio) },
      { title: 'IDLE HOURS', align: 'right', cell: ({ idleGpuHours }) => shownHours(idleGpuHours) },
      { title: 'IDLE', align: 'right', cell: ({ idleShare }) => shownShare(idleShare) },
      { title: 'LONGEST', align: 'right', cell: ({ longestIdleHours }) => shownHours(longestIdleHours) },
      { title: 'IDLE COST', align: 'right', cell: ({ idleCost }) => amountOf(idleCost) },
    ],
    paint,
  );
}

function poolsText({ pools }: GpuIdle, { paint }: Context): string {
  return table(
    pools,
    [
      { title: 'POOL', cell: ({ pool }) => pool },
      { title: 'GPU-HOURS', align: 'right', cell: ({ gpuHours }) => shownHours(gpuHours) },
      { title: 'UNALLOCATED', align: 'right', cell: ({ unallocatedGpuHours }) => shownHours(unallocatedGpuHours) },
      { title: 'SHARE', align: 'right', cell: ({ unallocatedShare }) => shownShare(unallocatedShare) },
      { title: 'COST', align: 'right', cell: ({ unallocatedCost }) => amountOf(unallocatedCost) },
    ],
    paint,
  );
}

export function packingText(packing: GpuPacking, { paint }: Context): string {
  const { sharingPods, lowerBoundGpus, usedGpus, wholeGpuBaseline, unplaced, pods } = packing;
  const { bestFit, firstFitDecreasing } = packing.baselines;
  const leftOut = (result: typeof bestFit) =>
    `${shownCount(result.unplaced)}, which ask for ${result.unplacedGpus} GPUs`;
  return facts(
    [
      ['pods that share GPUs', shownCount(sharingPods)],
      ['  a whole GPU for each', shownCount(wholeGpuBaseline)],
      ['  packed', shownCount(usedGpus)],
      ['  no fewer than', shownCount(lowerBoundGpus)],
      ['pods placed', `${shownCount(pods - unplaced)} of ${shownCount(pods)}`],
      ['  without a place', leftOut(packing)],
      ['  by best fit', leftOut(bestFit)],
      ['  by first fit decreasing', leftOut(firstFitDecreasing)],
      ['  nodes used', `${shownCount(packing.usedNodes)} of ${shownCount(packing.nodes)}`],
      ['  free on GPUs that are shared', `${packing.strandedGpus} GPUs of ${shownCount(packing.gpus)}`],
      ['  free GPUs', shownCount(packing.freeGpus)],
    ],
    paint,
  );
}

function costText(cost: GpuCost): string {
  const amount = amountOf(cost);
  const unpriced = cost.unpricedGpuHours > 0 ? `${shownHours(cost.unpricedGpuHours)} GPU-hours unpriced` : null;
  const why = cost.reason === null ? '' : `: ${cost.reason}`;
  if (amount === null) return `${unpriced ?? 'nothing'}${why}`;
  return unpriced === null ? amount : `${amount}, ${unpriced}${why}`;
}

function amountOf({ amount, currency }: GpuCost): string | null {
  return amount === null ? null : `${shownAmount(amount)} ${currency}`;
}

function shownHours(hours: number): string {
  return shownAmount(hours.toFixed(2));
}

function shownShare(ratio: number | null): string | null {
  return ratio === null ? null : `${(ratio * 100).toFixed(2)} %`;
}
