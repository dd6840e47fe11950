import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Allocation } from '../../finops/allocation/index.ts';
import type { Metering } from '../../finops/metering/index.ts';
import type { Tracking } from '../../mlops/tracking/index.ts';
import type { RunCost } from '../../mlops/tracking/schema.ts';
import type { Events, StoredEvent } from '../../platform/events/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import { type Clock, Month, monthPeriod, UtcInstant } from '../../platform/units/index.ts';
import { costOfRun } from './cost-of-run.ts';
import { type Due, nextDue, noteDue, periodsOfRuns, replacePeriod, takeDue } from './store.ts';

export interface RunCostDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly metering: Pick<Metering, 'ofRuns' | 'runsWithUsage' | 'runsAndOthers'>;
  readonly allocation: Pick<Allocation, 'billedPeriods' | 'reconciledRuns' | 'allocatedRuns'>;
  readonly tracking: Pick<Tracking, 'costs' | 'putCosts' | 'energy'>;
  readonly jobs: Pick<Jobs, 'register' | 'schedule' | 'enqueue'>;
  readonly events: Pick<Events, 'append'>;
}

export const SETTLE = 'run-costs.settle';
/** Runs whose cost is worked out in one transaction. */
const RUNS_AT_ONCE = 200;
const DUES_AT_ONCE = 100;

const UsageRecorded = z.object({ runs: z.array(z.string()), start: UtcInstant, end: UtcInstant });
const AllocationDerived = z.object({ periods: z.array(Month) });
const RunEnded = z.object({ runId: z.string() });

/** Events that change what a run costs. */
export const heard = ['usage.recorded', 'allocation.derived', 'prices.applied', 'run.ended'] as const;

/** Metered cost follows at once; what needs the lake or a long history is noted, and worked out by the job. */
export async function hear(deps: RunCostDeps, event: StoredEvent): Promise<void> {
  const { sequence: noted, type, payload } = event;
  // Most runs hold nothing that is metered; usage that comes later asks by itself.
  if (type === 'run.ended' && !(await isCosted(deps, deps.store, RunEnded.parse(payload).runId))) return;
  await deps.store.transaction(async (sql) => {
    if (type === 'usage.recorded') return hearUsage(deps, sql, UsageRecorded.parse(payload), noted);
    await noteDue(sql, duesOf(type, payload, noted));
    // A key of its own: a job that is about to end would not see what is due from now on.
    await deps.jobs.enqueue(sql, { kind: SETTLE, payload: null, uniqueKey: `${SETTLE}:${noted}` });
  });
}

async function hearUsage(
  deps: RunCostDeps,
  sql: Sql,
  usage: z.infer<typeof UsageRecorded>,
  noted: number,
): Promise<void> {
  for (const runs of parts(usage.runs)) await refreshRuns(deps, sql, runs);
  const periods = (await deps.allocation.billedPeriods(sql)).filter((period) => touches(period, usage));
  // A run under way reports every few seconds: the job of every ten minutes takes these, and none is begun here.
  await noteDue(sql, [
    ...periods.map((period): Due => ({ kind: 'period', key: period, noted })),
    ...usage.runs.map((run): Due => ({ kind: 'energy', key: run, noted })),
  ]);
}

async function isCosted(deps: RunCostDeps, sql: Sql, run: string): Promise<boolean> {
  return (await deps.tracking.costs(sql, [run])).has(run);
}

function touches(period: string, { start, end }: { readonly start: string; readonly end: string }): boolean {
  const month = monthPeriod(period);
  return Date.parse(start) < Date.parse(month.end) && Date.parse(end) > Date.parse(month.start);
}

function duesOf(type: string, payload: unknown, noted: number): Due[] {
  if (type === 'prices.applied') return [{ kind: 'all', key: '', noted }];
  if (type === 'run.ended') return [{ kind: 'energy', key: RunEnded.parse(payload).runId, noted }];
  return AllocationDerived.parse(payload).periods.map((period) => ({ kind: 'period', key: period, noted }));
}

/** Works out everything that is due, also what was noted before a restart. Throws when aborted: the job is to come back. */
export async function settle(deps: RunCostDeps, signal: AbortSignal): Promise<void> {
  for (let stuck = 0; stuck < 3; ) {
    const dues = await nextDue(deps.store, DUES_AT_ONCE);
    if (dues.length === 0) return;
    let taken = 0;
    // `all` and months note further dues, so that what is next is asked for again after each.
    const [first] = dues;
    const batch = first?.kind === 'energy' ? dues : dues.slice(0, 1);
    for (const due of batch) {
      signal.throwIfAborted();
      if (await settleOne(deps, due)) taken += 1;
    }
    stuck = taken === 0 ? stuck + 1 : 0;
  }
}

async function settleOne(deps: RunCostDeps, due: Due): Promise<boolean> {
  if (due.kind === 'all') return settleAll(deps, due);
  if (due.kind === 'period') return settlePeriod(deps, due);
  return deps.store.transaction(async (sql) => {
    if (!(await takeDue(sql, due))) return false;
    await refreshRuns(deps, sql, [due.key], await deps.tracking.energy(sql, due.key));
    return true;
  });
}

async function settleAll(deps: RunCostDeps, due: Due): Promise<boolean> {
  for (let after = ''; ; ) {
    const runs = await deps.metering.runsWithUsage(deps.store, after, RUNS_AT_ONCE);
    const last = runs.at(-1);
    if (last === undefined) break;
    await deps.store.transaction(async (sql) => {
      await refreshRuns(deps, sql, runs);
      if (due.noted === 0)
        await noteDue(
          sql,
          runs.map((run): Due => ({ kind: 'energy', key: run, noted: 0 })),
        );
    });
    after = last;
  }
  return deps.store.transaction(async (sql) => {
    if (!(await takeDue(sql, due))) return false;
    const periods = await deps.allocation.billedPeriods(sql);
    await noteDue(
      sql,
      periods.map((period): Due => ({ kind: 'period', key: period, noted: due.noted })),
    );
    return true;
  });
}

/** The lake is read outside the transaction; what it said is thrown away when the period was asked for again meanwhile. */
async function settlePeriod(deps: RunCostDeps, due: Due): Promise<boolean> {
  const { runs: reconciled, totals } = await deps.allocation.reconciledRuns(due.key);
  const allocated = await deps.allocation.allocatedRuns(due.key);
  const asOf = new Date(deps.clock.now()).toISOString();
  return deps.store.transaction(async (sql) => {
    if (!(await takeDue(sql, due))) return false;
    const touched = await replacePeriod(sql, due.key, { reconciled, allocated, totals, asOf });
    for (const runs of parts(touched)) await refreshRuns(deps, sql, runs);
    return true;
  });
}

/** Puts together what is known of these runs now. Doing it twice changes nothing but the time of it. */
async function refreshRuns(
  deps: RunCostDeps,
  sql: Sql,
  runs: readonly string[],
  energy?: RunCost['energy'],
): Promise<void> {
  const usage = Map.groupBy(await deps.metering.ofRuns(sql, runs), (each) => each.usage.subject.run ?? '');
  const billed = Map.groupBy(await periodsOfRuns(sql, runs), ({ run }) => run);
  const known = await deps.tracking.costs(sql, runs);
  const asOf = new Date(deps.clock.now()).toISOString();
  const found = runs.filter((run) => known.has(run) || usage.has(run) || billed.has(run));
  const costs = found.map((run): [string, RunCost] => [
    run,
    costOfRun({
      usage: usage.get(run) ?? [],
      billed: billed.get(run) ?? [],
      energy: energy ?? known.get(run)?.energy ?? NOT_YET,
      asOf,
    }),
  ]);
  await deps.tracking.putCosts(sql, new Map(costs));
  for (const [runId, cost] of costs) {
    if (sameFigures(known.get(runId), cost)) continue;
    const payload = { runId, total: cost.total };
    await deps.events.append(sql, { type: 'run.cost_changed', subject: `run:${runId}`, payload });
  }
}

function sameFigures(one: RunCost | undefined, other: RunCost): boolean {
  return isDeepStrictEqual(figuresOf(one), figuresOf(other));
}

/** All but when it was worked out, and why energy is not known: that it was looked for is no news. */
function figuresOf(cost: RunCost | undefined): unknown {
  return { ...cost, asOf: null, energy: cost?.energy.kilowattHours ?? null };
}

const NOT_YET: RunCost['energy'] = { kilowattHours: null, reason: 'not worked out yet' };

function parts(runs: readonly string[]): string[][] {
  const count = Math.ceil(runs.length / RUNS_AT_ONCE);
  return Array.from({ length: count }, (_, at) => runs.slice(at * RUNS_AT_ONCE, (at + 1) * RUNS_AT_ONCE));
}
