import { buildExactFilter } from '../../../finops/costs/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import type { ManifestOutcome } from '../../../platform/manifests/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import { decimal } from '../../../platform/units/index.ts';
import { type Gathering, openGathering, type ReturnsDeps, type ReturnsRequest } from '../context.ts';
import { buildMoneySeries } from '../money-series.ts';
import { computeUnitCosts, type UnitGroup } from './compute.ts';
import type { UnitCosts, UnitDatasetSpec, UnitGrouping } from './schema.ts';
import { findUnitDataset, putUnitDataset, sumUnits } from './store.ts';

export async function applyUnitDataset(sql: Sql, name: string, spec: UnitDatasetSpec): Promise<ManifestOutcome> {
  const before = await findUnitDataset(sql, name);
  if (before !== null && JSON.stringify(before) === JSON.stringify(spec)) return 'unchanged';
  await putUnitDataset(sql, name, spec);
  return before === null ? 'created' : 'changed';
}

/** Error: `unit_dataset_not_found`. */
export async function requireUnitDataset(sql: Sql, name: string): Promise<UnitDatasetSpec> {
  const spec = await findUnitDataset(sql, name);
  if (spec !== null) return spec;
  const detail = `There is no unit dataset "${name}". Apply a document of kind UnitDataset with this name first.`;
  throw new AppError('unit_dataset_not_found', detail, { dataset: name });
}

export interface UnitQuestion extends ReturnsRequest {
  readonly dataset: string;
  readonly period: 'day' | 'month';
  readonly by?: UnitGrouping | undefined;
  readonly limit: number;
}

/** Billed cost per unit of a dataset. Errors: `unit_dataset_not_found`, `invalid_request`. */
export async function readUnitCosts(
  deps: ReturnsDeps,
  { dataset, period, by, limit, ...request }: UnitQuestion,
): Promise<UnitCosts> {
  const spec = await requireUnitDataset(deps.store, dataset);
  const gathering = await openGathering(deps, request, true);
  const groups = await gatherGroups(gathering, dataset, spec, by ?? null);
  const { rows, ...figures } = computeUnitCosts(groups, period);
  return {
    dataset,
    unit: spec.unit,
    metric: gathering.metric,
    window: gathering.window,
    billedThrough: gathering.billedThrough,
    ...figures,
    rows: rows.slice(-limit),
    totalRows: rows.length,
    rates: gathering.rates(),
  };
}

const DIMENSIONS = ['serviceName', 'serviceCategory', 'serviceProviderName', 'subAccountId'] as const;

async function gatherGroups(
  { deps, sql, metric, window, reporting }: Gathering,
  dataset: string,
  { cost }: UnitDatasetSpec,
  by: UnitGrouping | null,
): Promise<UnitGroup[]> {
  const filter = DIMENSIONS.flatMap((name) => (cost[name] === undefined ? [] : [buildExactFilter(name, cost[name])]));
  const grouping = by === null ? [] : [by];
  const charges = await deps.costs.dailySeries({
    by: grouping,
    subject: cost.subject,
    filter,
    from: window.start,
    metric,
  });
  const costs = Map.groupBy(
    charges.filter(({ day }) => day < window.end),
    ({ keys: [key = null] }) => key,
  );
  const units = Map.groupBy(await sumUnits(sql, dataset, { ...window, by }), ({ key }) => key);
  return [...new Set([...costs.keys(), ...units.keys()])].map((key) => ({
    key,
    cost: buildMoneySeries(costs.get(key) ?? [], reporting),
    units: new Map((units.get(key) ?? []).map(({ day, quantity }) => [day, decimal(quantity)])),
  }));
}
