import { isAmong, type Sql } from '../../../platform/store/index.ts';
import { splitIntoChunks } from '../key-value-store.ts';
import { RunCost } from './schema.ts';

/** `cost` is the exact document; the numbers serve only filters and sort orders and are never shown. */
export interface RunCostTables {
  run_cost: {
    run_id: string;
    cost: string;
    currency: string | null;
    total: number | null;
    /** The exact total, to be added up. */
    total_amount: string | null;
    metered: number | null;
    reconciled: number | null;
    allocated: number | null;
    gpu_hours: number | null;
    energy_kwh: number | null;
  };
}

/** Replaces the known cost of these runs. */
export async function saveRunCosts(sql: Sql, costs: ReadonlyMap<string, RunCost>): Promise<void> {
  for (const part of splitIntoChunks([...costs])) {
    await sql
      .tables<RunCostTables>()
      .insertInto('run_cost')
      .values(part.map(([runId, cost]) => toRunCostRow(runId, cost)))
      .onConflict((of) =>
        of.column('run_id').doUpdateSet((eb) => ({
          cost: eb.ref('excluded.cost'),
          currency: eb.ref('excluded.currency'),
          total: eb.ref('excluded.total'),
          total_amount: eb.ref('excluded.total_amount'),
          metered: eb.ref('excluded.metered'),
          reconciled: eb.ref('excluded.reconciled'),
          allocated: eb.ref('excluded.allocated'),
          gpu_hours: eb.ref('excluded.gpu_hours'),
          energy_kwh: eb.ref('excluded.energy_kwh'),
        })),
      )
      .execute();
  }
}

/** Costs computed before prices were stored with them lack this field. A later job recomputes them. */
const StoredCost = RunCost.extend({ priceSources: RunCost.shape.priceSources.default([]) });

/** Cost by run; runs with an unknown cost are omitted. */
export async function findRunCosts(sql: Sql, runIds: readonly string[]): Promise<Map<string, RunCost>> {
  const costs = new Map<string, RunCost>();
  for (const ids of splitIntoChunks(runIds, 1000)) {
    const query = sql.tables<RunCostTables>().selectFrom('run_cost').select(['run_id', 'cost']);
    for (const row of await query.where(isAmong(sql, 'run_id', ids)).execute()) {
      costs.set(row.run_id, StoredCost.parse(JSON.parse(row.cost)));
    }
  }
  return costs;
}

function toRunCostRow(runId: string, cost: RunCost): RunCostTables['run_cost'] {
  const { total, metered, reconciled, allocated, gpuHours, energy } = cost;
  return {
    run_id: runId,
    cost: JSON.stringify(cost),
    currency: total.cost?.currency ?? null,
    total: toNumber(total.cost?.amount),
    total_amount: total.cost?.amount ?? null,
    metered: toNumber(metered.cost?.amount),
    reconciled: toNumber(reconciled.cost?.amount),
    allocated: toNumber(allocated.cost?.amount),
    gpu_hours: toNumber(gpuHours.hours),
    energy_kwh: energy.kilowattHours,
  };
}

function toNumber(amount: string | null | undefined): number | null {
  return amount === null || amount === undefined ? null : Number(amount);
}

const NO_USAGE = 'no usage was recorded for the run';

/** The cost of a run without known usage or bill. */
export const unknownCost: RunCost = {
  total: { cost: null, basis: null, reason: NO_USAGE },
  metered: { cost: null, reason: NO_USAGE },
  reconciled: { cost: null, reason: NO_USAGE },
  allocated: { cost: null, reason: 'no allocation rule gives billed cost to the run' },
  gpuHours: { hours: null, reason: NO_USAGE },
  energy: { kilowattHours: null, reason: 'no GPU power was logged' },
  priceSources: [],
  hardware: [],
  asOf: null,
};
