import { csvLine } from '../../../platform/csv/index.ts';
import {
  bucketNames,
  type EfficiencyPoint,
  type GpuEfficiency,
  type GpuOutcomes,
  type GpuOwner,
  type GpuOwners,
} from './schema.ts';

const FIGURES = [
  'paidGpuHours',
  ...bucketNames.map((name) => `${name}GpuHours`),
  'currency',
  'paidCost',
  ...bucketNames.map((name) => `${name}Cost`),
  'unpricedGpuHours',
  'reason',
  'priceSources',
];

type Figures = Pick<EfficiencyPoint, 'gpuHours' | 'cost'>;

function figures({ gpuHours, cost }: Figures): (string | null)[] {
  return [
    ...[String(gpuHours.paid), ...bucketNames.map((name) => String(gpuHours[name]))],
    ...[cost.currency, cost.paid, ...bucketNames.map((name) => cost[name])],
    ...[String(cost.unpricedGpuHours), cost.reason, cost.priceSources.join('; ')],
  ];
}

/** One line per owner; the lines add up to the totals of the report. */
export function ownersCsv({ by, groups, others }: GpuOwners): string {
  const line = (name: string | null, group: GpuOwner) =>
    csvLine([
      ...[name, group.kind, String(group.gpus)],
      ...figures(group),
      group.unknown.map(({ reason, gpuHours }) => `${reason}: ${gpuHours}`).join('; '),
    ]);
  return [
    csvLine([by, 'kind', 'gpus', ...FIGURES, 'unknownGpuHours']),
    ...groups.map((group) => line(group.key, group)),
    ...(others === null ? [] : [line('all others', others)]),
  ].join('');
}

export function efficiencyCsv({ by, series }: GpuEfficiency): string {
  return [
    csvLine([by, 'kind', 'start', 'usedShare', 'idleShare', ...FIGURES]),
    ...series.flatMap(({ key, kind, points }) =>
      points.map((point) =>
        csvLine([key, kind, point.start, text(point.usedShare), text(point.idleShare), ...figures(point)]),
      ),
    ),
  ].join('');
}

export function outcomesCsv({ outcomes }: GpuOutcomes): string {
  return [
    csvLine(['outcome', 'owners', 'gpus', ...FIGURES]),
    ...outcomes.map((one) => csvLine([one.outcome, String(one.owners), String(one.gpus), ...figures(one)])),
  ].join('');
}

function text(share: number | null): string | null {
  return share === null ? null : String(share);
}
