import { decimal, decimalString, type Money } from '../../platform/units/index.ts';
import { type Executor, findNodeFolder, type RunningWork, type Work } from '../compute/index.ts';
import type { CommandStep } from '../pipeline-definition/schema.ts';
import type { Allowance } from './admission.ts';
import { type AttemptEnd, watch } from './attempt.ts';
import { collect, keepLogs } from './collect.ts';
import { type DriveDeps, type DrivenRun, requireStep } from './context.ts';
import { readLastLines } from './last-lines.ts';
import { computeNextTry } from './next-try.ts';
import { removeWork } from './put-away.ts';
import { save } from './steps-of-run.ts';
import { type StoredStep, saveCached } from './store.ts';
import type { StepUsage } from './taken.ts';
import { judgeTrial, readTrialValue } from './trials.ts';

/** An attempt of a step whose work runs on an engine. */
export interface StartedAttempt {
  readonly executor: Executor;
  readonly step: CommandStep;
  readonly key: string;
  readonly work: Work;
  readonly running: RunningWork;
  readonly allowance: Allowance;
}

/** Watches an attempt to its end, and stores its results. */
export async function followAttempt(deps: DriveDeps, driven: DrivenRun, begun: StartedAttempt): Promise<void> {
  const stored = requireStep(driven, begun.key);
  // Cost of the earlier attempts: after a restart, the stored step cost may already include this attempt.
  const spentBefore = stored.attempts.reduce<Money | null>((total, { spent }) => sum(total, spent), null);
  const input = {
    ...begun,
    number: stored.attempt,
    mlflowRun: stored.mlflowRun,
    endedEarly: stored.trial?.ended ?? null,
    reports: async (spent: Money | null, taken: StepUsage, waiting: string | null) => {
      await save(deps, driven, {
        ...requireStep(driven, begun.key),
        spent: sum(spentBefore, spent),
        taken,
        reason: waiting,
      });
      return judgeTrial(deps, driven, begun.key);
    },
  };
  // Runs concurrently with the settlement: both wait for the disk.
  const { mlflowRun, attempt } = stored;
  const log = begun.running.ended.then(() => keepLogs(deps, begun.work, { mlflowRun, attempt }));
  log.catch(() => undefined);
  const end = await watch(deps, driven, input);
  if (end === null) return;
  await deps.endAccess(begun.work.id);
  const collected = await collect(deps, { ...begun, mlflowRun, end, log });
  const folder = findNodeFolder(begun.work.folder, end.decisiveNode ?? 0);
  const lastLines =
    collected.verdict.outcome === 'succeeded' ? null : await readLastLines(deps, { id: begun.work.id, folder });
  await keepEnd(deps, driven, begun, {
    end: { ...end, ...collected.verdict, attempt: { ...end.attempt, lastLines } },
    outputs: await addTrialValue(deps, begun, mlflowRun, collected.outputs),
    spentBefore,
  });
  deps.line.left();
  await removeWork(deps, driven.letGo, begun.executor, begun.work);
}

/** A trial has the value of its metric, also without other results. */
async function addTrialValue(
  deps: DriveDeps,
  { step: { sweep } }: StartedAttempt,
  mlflowRun: string | null,
  outputs: StoredStep['outputs'],
): Promise<StoredStep['outputs']> {
  if (sweep === undefined) return outputs;
  const value = await readTrialValue(deps, sweep, mlflowRun);
  if (value === null) return outputs;
  return { ...outputs, values: { ...outputs.values, metric: sweep.metric, value: String(value) } };
}

function sum(one: Money | null, other: Money | null): Money | null {
  if (one === null || other === null || one.currency !== other.currency) return other ?? one;
  return { amount: decimalString(decimal(one.amount).plus(other.amount)), currency: one.currency };
}

interface CachedResult {
  readonly end: AttemptEnd;
  readonly outputs: StoredStep['outputs'];
  readonly spentBefore: Money | null;
}

async function keepEnd(
  deps: DriveDeps,
  driven: DrivenRun,
  { step, key }: StartedAttempt,
  { end, outputs, spentBefore }: CachedResult,
): Promise<void> {
  const { outcome, reason, attempt } = end;
  const stored = requireStep(driven, key);
  const ended: StoredStep = {
    ...stored,
    reason,
    outputs,
    spent: sum(spentBefore, attempt.spent),
    attempts: [...stored.attempts, attempt],
    taken: null,
    endedMs: attempt.endMs,
  };
  const { again, tries } = computeNextTry(step, ended, outcome);
  if (again && !driven.stop.aborted) {
    const pauseMs = outcome === 'again' ? 0 : step.retries.backoff * 2 ** Math.max(0, tries - 1);
    await save(deps, driven, { ...ended, state: 'waiting', notBeforeMs: deps.clock.now() + pauseMs });
    return;
  }
  const state = outcome === 'again' ? 'failed' : outcome;
  await deps.store.transaction(async (sql) => {
    const over = await save(deps, driven, { ...ended, state }, sql);
    if (state === 'succeeded') await saveCached(sql, driven.run.pipeline, over, deps.clock.now());
  });
  // Dependent steps start without waiting for the cleanup.
  driven.wake();
  await endMlflowRun(deps, ended.mlflowRun, state, attempt.endMs ?? deps.clock.now());
}

async function endMlflowRun(
  deps: DriveDeps,
  mlflowRun: string | null,
  state: 'succeeded' | 'failed' | 'stopped',
  endMs: number,
): Promise<void> {
  if (mlflowRun === null) return;
  const status = { succeeded: 'FINISHED', failed: 'FAILED', stopped: 'KILLED' } as const;
  await deps.runLog.end(mlflowRun, status[state], Math.round(endMs));
}

/** Ends a step that could not start. */
export async function endUnstartedStep(
  deps: DriveDeps,
  driven: DrivenRun,
  stored: StoredStep,
  state: 'failed' | 'stopped',
  reason: string,
): Promise<void> {
  const now = deps.clock.now();
  await save(deps, driven, { ...stored, state, reason, startedMs: stored.startedMs ?? now, endedMs: now });
  await endMlflowRun(deps, stored.mlflowRun, state, now);
}
