import type { z } from 'zod';
import type { GpuHolders } from '../src/finops/gpu-telemetry/schema.ts';
import type {
  BucketCost,
  BucketHours,
  GpuEfficiency,
  GpuOutcomes,
  GpuOwner,
  GpuOwners,
  listGpuOwnerRules,
} from '../src/finops/gpu-usage/schema.ts';
import { sumDecimals } from '../src/platform/units/schema.ts';
import type { Context } from './frame/context.ts';
import { counted, formatAmount, formatCount, formatInstant, formatMoney } from './output/amounts.ts';
import { facts, table } from './output/table.ts';

export function holdersText(done: GpuHolders, { paint }: Context): string {
  const what = `${paint.good('Imported')} ${counted(done.accepted, 'row')} of ${counted(done.gpus, 'GPU')}.`;
  const rest = facts(
    [
      ['from', formatInstant(done.firstAt)],
      ['to', formatInstant(done.lastAt)],
      ['unallocated', counted(done.heldByNobody, 'row')],
    ],
    paint,
  );
  const left = done.rejected.map(
    ({ reason, rows, example }) => `${paint.waiting(`Left out: ${counted(rows, 'row')}:`)} ${reason} (${example})`,
  );
  return [what, '', rest, ...left].join('\n');
}

type RuleDocuments = z.infer<typeof listGpuOwnerRules.response>['documents'];

export function rulesText(documents: RuleDocuments, { paint }: Context): string {
  const rows = documents.flatMap(({ name, rules }) => rules.map((rule) => ({ ...rule, document: name })));
  if (rows.length === 0) return '';
  const pairs = (of: object) =>
    Object.entries(of)
      .map(([key, value]) => `${key}=${Array.isArray(value) ? value.join('|') : (value ?? 'none')}`)
      .join(' ');
  return table(
    rows,
    [
      { title: 'DOCUMENT', cell: ({ document }) => document },
      { title: 'RULE', cell: ({ name }) => name },
      { title: 'MATCH', cell: ({ match }) => pairs(match), least: 12 },
      { title: 'SUBJECT', cell: ({ subject }) => pairs(subject), least: 12 },
    ],
    paint,
  );
}

type Figures = Pick<GpuOwner, 'gpuHours' | 'cost'>;

const sumIdleHours = ({ idleHeld, idleFree, idleUnknown }: BucketHours) => idleHeld + idleFree + idleUnknown;

const figureColumns = [
  { title: 'PAID HOURS', align: 'right', cell: ({ gpuHours }: Figures) => formatHours(gpuHours.paid) },
  { title: 'USED', align: 'right', cell: ({ gpuHours }: Figures) => formatHours(gpuHours.used) },
  { title: 'UNDER-USED', align: 'right', cell: ({ gpuHours }: Figures) => formatHours(gpuHours.underUsed) },
  { title: 'IDLE', align: 'right', cell: ({ gpuHours }: Figures) => formatHours(sumIdleHours(gpuHours)) },
  { title: 'UNALLOCATED', align: 'right', cell: ({ gpuHours }: Figures) => formatHours(gpuHours.unallocated) },
  { title: 'IDLE COST', align: 'right', cell: ({ cost }: Figures) => moneyText(idleAmount(cost), cost) },
  { title: 'COST', align: 'right', cell: ({ cost }: Figures) => moneyText(cost.paid, cost) },
] as const;

export function ownersText(report: GpuOwners, { paint }: Context): string {
  const { groups, others, groupCount, by } = report;
  const rest = others === null ? [] : [{ ...others, key: `${groupCount - groups.length} others` }];
  const rows = [...groups, ...rest, { ...report, key: 'together', kind: 'owner' as const }];
  const owners = table(
    rows,
    [{ title: by.toUpperCase(), cell: ({ key, kind }) => key ?? formatOwnerKind(kind), least: 12 }, ...figureColumns],
    paint,
  );
  const unknown = groups.flatMap((group) => group.unknown);
  return [
    owners,
    ...unknown.map(({ reason, gpuHours }) => `Unknown: ${formatHours(gpuHours)} GPU-hours: ${reason}`),
    ...listPriceSources(report.cost),
  ].join('\n');
}

function formatOwnerKind(kind: GpuOwner['kind']): string {
  return kind === 'nobody' ? 'unallocated' : 'unknown';
}

function listPriceSources({ priceSources, unpricedGpuHours, reason }: BucketCost): string[] {
  const unpriced =
    unpricedGpuHours > 0 ? [`Without a price: ${formatHours(unpricedGpuHours)} GPU-hours: ${reason}`] : [];
  return [...priceSources.map((source) => `Price: ${source}`), ...unpriced];
}

export function efficiencyText({ series, by }: GpuEfficiency, { paint }: Context): string {
  const rows = series.flatMap(({ key, kind, points }) =>
    points.map((point) => ({ name: key ?? formatOwnerKind(kind), ...point })),
  );
  if (rows.length === 0) return '';
  return table(
    rows,
    [
      { title: by.toUpperCase(), cell: ({ name }) => name, least: 12 },
      { title: 'FROM', cell: ({ start }) => start.slice(0, 10) },
      { title: 'USED SHARE', align: 'right', cell: ({ usedShare }) => formatShare(usedShare) },
      { title: 'IDLE SHARE', align: 'right', cell: ({ idleShare }) => formatShare(idleShare) },
      { title: 'PAID HOURS', align: 'right', cell: ({ gpuHours }) => formatHours(gpuHours.paid) },
      { title: 'COST', align: 'right', cell: ({ cost }) => moneyText(cost.paid, cost) },
    ],
    paint,
  );
}

export function outcomesText(report: GpuOutcomes, { paint }: Context): string {
  const rows = [
    ...report.outcomes.map(({ outcome, ...rest }) => ({
      name: outcome === 'nobody' ? 'unallocated' : outcome,
      ...rest,
    })),
    { name: 'together', owners: null, ...report },
  ];
  return table(
    rows,
    [
      { title: 'OUTCOME', cell: ({ name }) => name },
      { title: 'OWNERS', align: 'right', cell: ({ owners }) => (owners === null ? null : formatCount(owners)) },
      ...figureColumns,
    ],
    paint,
  );
}

function idleAmount({ idleHeld, idleFree, idleUnknown }: BucketCost): string | null {
  const known = [idleHeld, idleFree, idleUnknown].filter((amount) => amount !== null);
  return known.length === 0 ? null : sumDecimals(known);
}

function moneyText(amount: string | null, { currency }: BucketCost): string | null {
  return amount === null || currency === null ? null : formatMoney({ amount, currency });
}

function formatHours(hours: number): string {
  return formatAmount(hours.toFixed(2));
}

function formatShare(ratio: number | null): string | null {
  return ratio === null ? null : `${(ratio * 100).toFixed(2)} %`;
}
