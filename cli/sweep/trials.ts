import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Reservation } from '../../src/finops/budgets/reservations/schema.ts';
import {
  createSpending,
  goesOnByAsha,
  goesOnByMedian,
  isBetter,
  type Progress,
  type Space,
  type Spending,
} from '../../src/mlops/sweeps/schema.ts';
import type { Money } from '../../src/platform/units/schema.ts';
import type { Context } from '../frame/context.ts';
import { RemoteFailure } from '../frame/failure.ts';
import { type Asked, beginRun, endRun, runUnderReservation, toEndStatus } from '../metered/held-run.ts';
import { createOwnServer } from '../mlflow/server.ts';
import { createReleases, type Releases } from './releases.ts';
import { sample } from './space.ts';

/** How a trial ended. */
export type TrialState = 'finished' | 'failed' | 'stopped early' | 'stopped: budget' | 'never begun';

export interface Trial {
  readonly trial: number;
  readonly params: Readonly<Record<string, string>>;
  /** Its MLflow run; null when it never began. */
  readonly run: string | null;
  readonly state: TrialState;
  /** Best value of the metric that it showed; null when it showed none. */
  readonly value: number | null;
  readonly spent: Money | null;
}

export interface Sweep {
  /** MLflow run that those of the trials are nested in. */
  readonly parent: string;
  readonly experimentId: string;
  readonly words: readonly string[];
  readonly asked: Omit<Asked, 'budget'>;
  readonly graceSeconds: number;
  /** Total budget of all trials. */
  readonly budget: Money;
  readonly space: Space;
  readonly seed: number;
  readonly trials: number;
  readonly parallel: number;
  readonly metric: string;
  readonly goal: 'max' | 'min';
  readonly stopping: { readonly rule: 'asha' | 'median' | 'none'; readonly firstRung: number; readonly eta: number };
  /** Folder for the output of the trials. */
  readonly logs: string;
}

/** Interval of the decisions about early stopping. */
const REPORT_MS = 2_000;

const RunMetrics = z.object({
  run: z.object({ data: z.object({ metrics: z.array(z.object({ key: z.string(), value: z.number() })).default([]) }) }),
});

/**
 * Runs the trials, with limited concurrency, until they are over or the budget is exhausted. A trial that finds too
 * little money waits until another trial ends and releases its unspent money; with no other trial in progress the
 * budget is exhausted.
 */
export async function runTrials(
  context: Context,
  sweep: Sweep,
  ended: (trial: Trial) => Promise<void>,
): Promise<Trial[]> {
  mkdirSync(sweep.logs, { recursive: true });
  const progress = new Map<number, Progress>();
  const trials: Trial[] = [];
  const releases = createReleases();
  const spending = createSpending(Number(sweep.budget.amount), sweep.trials);
  let next = 0;
  let exhausted = false;
  const worker = async () => {
    while (next < sweep.trials && !exhausted) {
      const number = next;
      next += 1;
      const trial = await runTrial(context, sweep, number, { progress, releases, spending });
      exhausted ||= trial.state === 'never begun';
      trials.push(trial);
      await ended(trial);
    }
  };
  await Promise.all(Array.from({ length: Math.min(sweep.parallel, sweep.trials) }, worker));
  return trials.toSorted((a, b) => a.trial - b.trial);
}

interface Shared {
  readonly progress: Map<number, Progress>;
  readonly releases: Releases;
  readonly spending: Spending;
}

async function runTrial(context: Context, sweep: Sweep, trial: number, shared: Shared): Promise<Trial> {
  const { progress, releases, spending } = shared;
  const params = sample(sweep.space, sweep.seed, trial);
  const words = sweep.words.map((word) =>
    word.replaceAll(/\{(\w+)\}/g, (whole, name: string) => params[name] ?? whole),
  );
  const run = await beginTrial(context, sweep, words, params);
  let early = false;
  const checkSpending = async ({ spent }: Pick<Reservation, 'spent'>) => {
    await note(context, sweep, { trial, run, spent }, progress);
    spending.report(trial, Number(spent?.amount ?? 0));
    // Money that no other trial needs is better spent on this trial.
    early ||= !goesOn(sweep, trial, progress) && spending.isNeededByOthers(trial);
    return early;
  };
  try {
    const reserved = {
      ...sweep.asked,
      run,
      experimentId: sweep.experimentId,
      words,
      graceSeconds: sweep.graceSeconds,
      together: { sweep: sweep.parent, limit: sweep.budget },
      environment: Object.fromEntries(
        Object.entries(params).map(([name, value]) => [`STEELYARD_PARAM_${name.toUpperCase()}`, value]),
      ),
      log: join(sweep.logs, `trial-${trial}.log`),
      reportMs: REPORT_MS,
      reported: checkSpending,
    };
    const end = await releases.retryOnRelease(() => runUnderReservation(context, reserved), isBudgetExceeded);
    const spent = end.settled?.spent ?? null;
    await note(context, sweep, { trial, run, spent }, progress);
    await endRun(context, run, early ? 'KILLED' : toEndStatus(end), end.ended.end);
    const state = end.stopped
      ? 'stopped: budget'
      : early
        ? 'stopped early'
        : end.ended.exitCode === 0
          ? 'finished'
          : 'failed';
    spending.report(trial, Number(spent?.amount ?? 0));
    spending.end(trial);
    return { trial, params, run, state, spent, value: findBestValue(sweep, progress.get(trial)) };
  } catch (error) {
    spending.end(trial);
    await endRun(context, run, 'FAILED', Date.now());
    if (!isBudgetExceeded(error)) throw error;
    await context.remark(`trial ${trial} has not started: ${error.message}`);
    return { trial, params, run: null, state: 'never begun', spent: null, value: null };
  }
}

function isBudgetExceeded(error: unknown): error is RemoteFailure {
  return error instanceof RemoteFailure && error.problem.code === 'budget_exceeded';
}

async function beginTrial(
  context: Context,
  sweep: Sweep,
  words: readonly string[],
  params: Readonly<Record<string, string>>,
): Promise<string> {
  const tags = { 'mlflow.parentRunId': sweep.parent, 'steelyard.pipelineRun': sweep.parent };
  const run = await beginRun(context, sweep.experimentId, words, sweep.asked, tags);
  const logged = Object.entries(params).map(([key, value]) => ({ key, value }));
  await createOwnServer(await context.client()).post('runs/log-batch', { run_id: run, params: logged }, z.unknown());
  return run;
}

/**
 * Records the best value of a trial at its spent money. Money is a number here, because it steers a search and is not
 * accounted.
 */
async function note(
  context: Context,
  { metric, goal }: Sweep,
  { trial, run, spent }: { readonly trial: number; readonly run: string; readonly spent: Money | null },
  progress: Map<number, Progress>,
): Promise<void> {
  const { data } = (await createOwnServer(await context.client()).get('runs/get', { run_id: run }, RunMetrics)).run;
  const latest = data.metrics.find(({ key }) => key === metric)?.value;
  if (latest === undefined || Number.isNaN(latest)) return;
  const before = progress.get(trial)?.points ?? [];
  const best = before.at(-1)?.value;
  const value = best === undefined || isBetter(latest, best, goal) ? latest : best;
  progress.set(trial, { trial, points: [...before, { spent: Number(spent?.amount ?? 0), value }] });
}

function goesOn({ goal, stopping }: Sweep, trial: number, progress: ReadonlyMap<number, Progress>): boolean {
  const one = progress.get(trial);
  const { rule, firstRung, eta } = stopping;
  if (one === undefined || rule === 'none') return true;
  const all = [...progress.values()];
  return rule === 'asha'
    ? goesOnByAsha(one, all, { firstRung, eta, goal })
    : goesOnByMedian(one, all, { warmUp: firstRung, goal });
}

function findBestValue({ goal }: Pick<Sweep, 'goal'>, progress: Progress | undefined): number | null {
  const values = progress?.points.map(({ value }) => value) ?? [];
  if (values.length === 0) return null;
  return goal === 'max' ? Math.max(...values) : Math.min(...values);
}
