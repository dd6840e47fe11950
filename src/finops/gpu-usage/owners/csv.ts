import { formatCsvLine } from '../../../platform/csv/index.ts';
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

function listFigures({ gpuHours, cost }: Figures): (string | null)[] {
  return [
    ...[String(gpuHours.paid), ...bucketNames.map((name) => String(gpuHours[name]))],
    ...[cost.currency, cost.paid, ...bucketNames.map((name) => cost[name])],
    ...[String(cost.unpricedGpuHours), cost.reason, cost.priceSources.join('; ')],
  ];
}

/** One line per owner; the lines add up to the totals of the report. */
export function buildOwnersCsv({ by, groups, others }: GpuOwners): string {
  const line = (name: string | null, group: GpuOwner) =>
    formatCsvLine([
      ...[name, group.kind, String(group.gpus)],
      ...listFigures(group),
      group.unknown.map(({ reason, gpuHours }) => `${reason}: ${gpuHours}`).join('; '),
    ]);
  return [
    formatCsvLine([by, 'kind', 'gpus', ...FIGURES, 'unknownGpuHours']),
    ...groups.map((group) => line(group.key, group)),
    ...(others === null ? [] : [line('all others', others)]),
  ].join('');
}

export function buildEfficiencyCsv({ by, series }: GpuEfficiency): string {
  return [
    formatCsvLine([by, 'kind', 'start', 'usedShare', 'idleShare', ...FIGURES]),
    ...series.flatMap(({ key, kind, points }) =>
      points.map((point) =>
        formatCsvLine([
          key,
          kind,
          point.start,
          toTextOrNull(point.usedShare),
          toTextOrNull(point.idleShare),
          ...listFigures(point),
        ]),
      ),
    ),
  ].join('');
}

export function buildOutcomesCsv({ outcomes }: GpuOutcomes): string {
  return [
    formatCsvLine(['outcome', 'owners', 'gpus', ...FIGURES]),
    ...outcomes.map((one) => formatCsvLine([one.outcome, String(one.owners), String(one.gpus), ...listFigures(one)])),
  ].join('');
}

function toTextOrNull(share: number | null): string | null {
  return share === null ? null : String(share);
}
