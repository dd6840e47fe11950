import { isDeepStrictEqual } from 'node:util';
import type { RunCost } from '../../mlops/runs/schema.ts';
import type { Sql } from '../../platform/store/index.ts';
import { computeRunCost } from './cost-of-run.ts';
import type { RunCostDeps } from './deps.ts';
import { findGpuDays } from './gpu-days.ts';
import { findRunPeriods } from './store.ts';

/** Runs whose cost is worked out in one transaction. */
export const RUNS_AT_ONCE = 200;

/** Recomputes the cost of these runs from current data. Idempotent, except for its timestamp. */
export async function refreshRuns(
  deps: RunCostDeps,
  sql: Sql,
  runs: readonly string[],
  energy?: RunCost['energy'],
): Promise<void> {
  const usage = Map.groupBy(await deps.metering.ofRuns(sql, runs), (each) => each.usage.subject.run ?? '');
  const billed = Map.groupBy(await findRunPeriods(sql, runs), ({ run }) => run);
  const gpuDays = Map.groupBy(await findGpuDays(sql, runs), ({ run }) => run);
  const known = await deps.tracking.costs(sql, runs);
  const asOf = new Date(deps.clock.now()).toISOString();
  const found = runs.filter((run) => known.has(run) || usage.has(run) || billed.has(run) || gpuDays.has(run));
  const costs = found.map((run): [string, RunCost] => [
    run,
    computeRunCost({
      usage: usage.get(run) ?? [],
      billed: billed.get(run) ?? [],
      gpuDays: gpuDays.get(run) ?? [],
      energy: energy ?? known.get(run)?.energy ?? NOT_YET,
      asOf,
    }),
  ]);
  await deps.tracking.putCosts(sql, new Map(costs));
  for (const [runId, cost] of costs) {
    if (hasSameFigures(known.get(runId), cost)) continue;
    const payload = { runId, total: cost.total };
    await deps.events.append(sql, { type: 'run.cost_changed', subject: `run:${runId}`, payload });
  }
}

function hasSameFigures(one: RunCost | undefined, other: RunCost): boolean {
  return isDeepStrictEqual(toComparedFigures(one), toComparedFigures(other));
}

/** All figures except the timestamp and the reason for unknown energy: a change of only these is not reported. */
function toComparedFigures(cost: RunCost | undefined): unknown {
  return { ...cost, asOf: null, energy: cost?.energy.kilowattHours ?? null };
}

const NOT_YET: RunCost['energy'] = { kilowattHours: null, reason: 'not computed yet' };

/** Runs in parts of `RUNS_AT_ONCE`. */
export function splitRuns(runs: readonly string[]): string[][] {
  const count = Math.ceil(runs.length / RUNS_AT_ONCE);
  return Array.from({ length: count }, (_, at) => runs.slice(at * RUNS_AT_ONCE, (at + 1) * RUNS_AT_ONCE));
}
