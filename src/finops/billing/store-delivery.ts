import type { Sql } from '../../platform/store/index.ts';
import { sumDecimals } from '../../platform/units/index.ts';
import type { DeliveryRequest, Incoming, StagedBillFile } from './intake/index.ts';
import { CostMetric, type MetricTotal } from './schema.ts';
import { insertDelivery, insertDeliveryUnit, type StoredDelivery } from './store.ts';
import type { ArrivingUnit, Plan } from './units/index.ts';
import { type StandingUnit, saveFormatsOfSource } from './units/index.ts';

/** A delivery that was staged and planned, before it is stored. */
export interface PlannedDelivery {
  readonly delivery: string;
  readonly incoming: readonly Incoming[];
  readonly staged: readonly StagedBillFile[];
  readonly units: readonly ArrivingUnit[];
  readonly plan: Plan;
  /** Active units before the import. */
  readonly before: readonly StandingUnit[];
  readonly receivedAt: string;
  readonly producedAt: string;
}

/** Inserts a delivery with its units and the formats declared for its source. */
export async function insertImport(
  sql: Sql,
  request: DeliveryRequest,
  stored: StoredDelivery,
  { units, producedAt }: PlannedDelivery,
): Promise<void> {
  await insertDelivery(sql, stored);
  await saveFormatsOfSource(sql, request.source, request);
  await insertUnits(sql, request, stored, units, producedAt);
}

async function insertUnits(
  sql: Sql,
  request: DeliveryRequest,
  { id: delivery, receivedAt }: StoredDelivery,
  units: readonly ArrivingUnit[],
  producedAt: string,
): Promise<void> {
  const { source, exportName, scope } = request;
  for (const unit of units) {
    const { partition, period, dataset, rows, facts, isOlder: ignored, remark } = unit;
    const lakeFiles = unit.files.map(({ id }) => id);
    const identity = { delivery, partition, source, exportName, dataset, scope, period };
    await insertDeliveryUnit(sql, { ...identity, receivedAt, producedAt, lakeFiles, rows, facts, ignored, remark });
  }
  if (units.length > 0) return;
  const nothing = { totals: [], chargeDays: [], accounts: [], currencies: [] };
  const identity = { delivery, partition: '', source, exportName, dataset: request.dataset ?? 'CostAndUsage', scope };
  const remark = 'holds no row and declares no billing period, so it replaces nothing';
  const empty = { period: null, lakeFiles: [], rows: 0, facts: nothing, ignored: true, remark };
  await insertDeliveryUnit(sql, { ...identity, ...empty, receivedAt, producedAt });
}

export function toStoredDelivery(request: DeliveryRequest, planned: PlannedDelivery): StoredDelivery {
  const { delivery, incoming, staged, units, plan, before, receivedAt } = planned;
  const taken = new Set(units.filter(({ isOlder }) => !isOlder).map(({ partition }) => partition));
  const replaced = before.filter((unit) => taken.has(unit.partition)).map((unit) => unit.delivery);
  return {
    id: delivery,
    source: request.source,
    producerId: request.producerId,
    receivedAt,
    periods: [...new Set(units.map(({ period }) => period))].toSorted(),
    files: incoming.map(({ name, sizeBytes, sha256 }) => ({ name, sizeBytes, sha256 })),
    acceptedRows: staged.reduce((sum, file) => sum + file.acceptedRows, 0),
    rejectedRows: staged.reduce((sum, file) => sum + file.rejectedRows, 0),
    rejected: staged.flatMap((file) => file.rejected).slice(0, 1000),
    totals: totalsOf(units, plan),
    replaced: [...new Set(replaced)].toSorted(),
    rawDeletedAt: null,
    ...{ dateFormat: request.dateFormat, numberFormat: request.numberFormat },
  };
}

/** Excludes the shadowed one of two views of the same cost in one delivery, so that they are not summed together. */
function totalsOf(units: readonly ArrivingUnit[], plan: Plan): MetricTotal[] {
  const own = new Set(units.map(({ partition }) => partition));
  const isShadowed = (partition: string) =>
    plan.units.some((unit) => unit.partition === partition && unit.shadowedBy !== null && own.has(unit.shadowedBy));
  const all = units.filter(({ partition }) => !isShadowed(partition)).flatMap(({ facts }) => facts.totals);
  const currencies = [...new Set(all.map(({ currency }) => currency))].toSorted();
  return CostMetric.options.flatMap((metric) =>
    currencies.flatMap((currency): MetricTotal[] => {
      const amounts = all.filter((total) => total.metric === metric && total.currency === currency);
      return amounts.length === 0
        ? []
        : [{ metric, currency, amount: sumDecimals(amounts.map(({ amount }) => amount)) }];
    }),
  );
}
