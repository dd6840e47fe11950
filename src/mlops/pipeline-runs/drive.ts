import { setTimeout as pause } from 'node:timers/promises';
import { createWaker, type Waker } from '../../platform/concurrency/index.ts';
import { AppError, readSystemCode } from '../../platform/errors/index.ts';
import type { PlannedStep } from '../pipeline-definition/index.ts';
import { buildPlan, isTrue } from '../pipeline-definition/index.ts';
import { runBuiltInStep } from './built-in-step.ts';
import { runCommandStep } from './command-step.ts';
import { type DriveDeps, type DrivenRun, listKnownSteps, requireStep } from './context.ts';
import { decide, type StepNow } from './decide.ts';
import { buildScope, describeProblem } from './prepare.ts';
import { removeEarlierWork } from './put-away.ts';
import { isOver, type RunState } from './schema.ts';
import { save } from './steps-of-run.ts';
import { findRun, findStopRequest, listActiveRuns, listSteps, type StoredRun, saveRun } from './store.ts';
import { readSpentBefore } from './trials.ts';

/** Drives runs from their stored state to their end. */
export interface Driver {
  /**
   * Resolves when the run is over, or when `letGo` is aborted: then its work keeps running, and the next call finds it.
   */
  drive(runId: string, letGo: AbortSignal): Promise<void>;
  /** Signals a request for a run that may be driven here: its driver checks immediately. */
  wake(runId: string): void;
}

/** Poll interval of a run for a stop request or a free concurrency slot, in milliseconds. */
const LOOK_MS = 1_000;
/** Pause before a step that found the disk full is resumed, in milliseconds. */
const UNTIL_SPACE_MS = 2_000;
/** Event of a run that is over: `pipeline`, `run`, `number`, `state`. */
export const RUN_ENDED = 'pipeline_run.ended';
/** Error codes of a full disk, or of an exhausted disk quota. */
const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

export function createDriver(deps: DriveDeps): Driver {
  const wakers = new Map<string, Waker>();

  async function drive(runId: string, letGo: AbortSignal): Promise<void> {
    const waker = createWaker();
    wakers.set(runId, waker);
    letGo.addEventListener('abort', waker.wake, { once: true });
    try {
      const run = await awaitTurn(deps, runId, letGo, waker);
      if (run === null || isOver(run.state)) return;
      const stopping = new AbortController();
      await toTheEnd(deps, await loadDrivenRun(deps, run, { stop: stopping.signal, letGo, wake: waker.wake }), {
        stopping,
        waker,
      });
    } finally {
      wakers.delete(runId);
    }
  }

  return { drive, wake: (runId) => wakers.get(runId)?.wake() };
}

async function toTheEnd(
  deps: DriveDeps,
  driven: DrivenRun,
  { stopping, waker }: { readonly stopping: AbortController; readonly waker: Waker },
): Promise<void> {
  const { plan, letGo } = driven;
  const busy = new Map<string, Promise<void>>();
  const failed: unknown[] = [];
  const tidied = removeEarlierWork(deps, driven).catch((error: unknown) => void failed.push(error));
  while (!letGo.aborted && failed.length === 0) {
    const looked = await checkRun(deps, driven, busy, stopping).catch((error: unknown) => void failed.push(error));
    if (looked === undefined) break;
    const { ready, end } = looked;
    const resumed = plan.steps.filter(({ key }) => driven.steps.get(key)?.state === 'running' && !busy.has(key));
    for (const planned of [...ready, ...resumed]) {
      const ended = runStep(deps, driven, planned)
        .catch((error: unknown) => awaitDiskSpace(deps, driven, planned, error))
        .catch((error: unknown) => void failed.push(error))
        .finally(() => {
          busy.delete(planned.key);
          waker.wake();
        });
      busy.set(planned.key, ended);
    }
    if (end !== null) break;
    await waker.rest(computeWaitMs(driven, deps.clock.now()));
  }
  // A step that is over may still be in its cleanup.
  await Promise.all([...busy.values(), tidied]);
  if (failed.length > 0) throw failed[0];
  const { end } = decide(plan.steps, listStates(driven, busy), deps.clock.now(), stopping.signal.aborted);
  if (end !== null && !letGo.aborted) await finish(deps, driven, end);
}

/** Answers the next actions, and marks skipped steps. */
async function checkRun(
  deps: DriveDeps,
  driven: DrivenRun,
  busy: ReadonlyMap<string, unknown>,
  stopping: AbortController,
): Promise<Pick<ReturnType<typeof decide>, 'ready' | 'end'>> {
  await applyStopRequest(deps, driven.run.id, stopping);
  const { plan } = driven;
  const { ready, skipped, end } = decide(
    plan.steps,
    listStates(driven, busy),
    deps.clock.now(),
    stopping.signal.aborted,
  );
  await skip(deps, driven, skipped);
  return { ready, end };
}

/** A step that was started here and is not over counts as running, whatever state is stored so far. */
function listStates({ steps }: DrivenRun, busy: ReadonlyMap<string, unknown>): Map<string, StepNow> {
  return new Map(
    [...steps].map(([key, { state, notBeforeMs, attempts }]) => [
      key,
      {
        state: busy.has(key) && !isOver(state) ? 'running' : state,
        notBefore: notBeforeMs,
        isRefused: state === 'stopped' && attempts.length === 0,
      },
    ]),
  );
}

/** Milliseconds until a step may start its next attempt, and at most one poll interval. */
function computeWaitMs({ steps }: DrivenRun, now: number): number {
  const tries = [...steps.values()].filter(({ state, notBeforeMs }) => state === 'waiting' && notBeforeMs !== null);
  return Math.max(0, Math.min(LOOK_MS, ...tries.map(({ notBeforeMs }) => (notBeforeMs ?? now) - now)));
}

/**
 * A full disk of this server does not fail a step: running work continues, and is found again when its state can be
 * stored. A state that was not stored is discarded. Error: any other error is rethrown.
 */
async function awaitDiskSpace(deps: DriveDeps, driven: DrivenRun, { key }: PlannedStep, error: unknown): Promise<void> {
  const isFull = error instanceof AppError ? error.code === 'storage_full' : FULL.has(readSystemCode(error) ?? '');
  if (!isFull) throw error;
  deps.log.error(
    { err: error, run: driven.run.id, step: key },
    'the disk is full; the step continues when space is free',
  );
  await pause(UNTIL_SPACE_MS, undefined, { signal: driven.letGo }).catch(() => undefined);
  const stored = (await listSteps(deps.store, driven.run.id)).find((step) => step.key === key);
  if (stored !== undefined) driven.steps.set(key, stored);
}

async function runStep(deps: DriveDeps, driven: DrivenRun, planned: PlannedStep): Promise<void> {
  const { step, key } = planned;
  const stored = requireStep(driven, key);
  if (step.when !== undefined && stored.state === 'waiting' && stored.attempt === 0) {
    const answer = evaluateWhen(driven, planned, step.when);
    if (answer !== null) return void (await save(deps, driven, { ...stored, ...answer, endedMs: deps.clock.now() }));
  }
  return 'run' in step ? runCommandStep(deps, driven, planned, step) : runBuiltInStep(deps, driven, planned, step);
}

/** Outcome of a step according to its `when`. Null: the step must run. */
function evaluateWhen(
  driven: DrivenRun,
  planned: PlannedStep,
  when: string,
): { state: 'skipped' | 'failed'; reason: string } | null {
  const { run } = driven;
  const facts = { id: run.id, number: run.number, pipeline: run.pipeline, commit: run.commit ?? '' };
  try {
    const scope = buildScope({ planned, before: listKnownSteps(driven, planned), params: run.params, run: facts });
    return isTrue(when, scope) ? null : { state: 'skipped', reason: `its when is false: ${when}` };
  } catch (error) {
    const reason = describeProblem(error);
    if (reason === null) throw error;
    return { state: 'failed', reason };
  }
}

/** The run when it may start. Null: it does not exist, or was released. */
async function awaitTurn(deps: DriveDeps, runId: string, letGo: AbortSignal, waker: Waker): Promise<StoredRun | null> {
  while (!letGo.aborted) {
    const run = await findRun(deps.store, runId);
    if (run === null || run.state !== 'waiting') return run;
    if (run.stopRequested !== null) return startRun(deps, run);
    const before = (await listActiveRuns(deps.store, run.pipeline)).filter(({ number }) => number < run.number);
    if (before.length < run.spec.concurrency.runs) return startRun(deps, run);
    await waker.rest(LOOK_MS);
  }
  return null;
}

async function startRun(deps: DriveDeps, run: StoredRun): Promise<StoredRun> {
  const running: StoredRun = { ...run, state: 'running', startedMs: deps.clock.now() };
  await saveRun(deps.store, running);
  return running;
}

async function loadDrivenRun(
  deps: DriveDeps,
  run: StoredRun,
  signals: Pick<DrivenRun, 'stop' | 'letGo' | 'wake'>,
): Promise<DrivenRun> {
  const { plan, problems } = buildPlan({ steps: run.spec.steps, params: run.params });
  if (plan === null) throw new Error(`run ${run.id} has a plan that was validated before: ${problems[0]?.message}`);
  const steps = new Map((await listSteps(deps.store, run.id)).map((step) => [step.key, step]));
  const [code, spentBefore] = await Promise.all([deps.code.find(run.code), readSpentBefore(deps, run)]);
  return { run, plan, code, steps, spentBefore, ...signals };
}

async function applyStopRequest({ store }: DriveDeps, runId: string, stopping: AbortController): Promise<void> {
  if (stopping.signal.aborted) return;
  const by = await findStopRequest(store, runId);
  if (by !== null) stopping.abort(by);
}

async function skip(deps: DriveDeps, driven: DrivenRun, skipped: ReturnType<typeof decide>['skipped']): Promise<void> {
  for (const { step, reason } of skipped) {
    await save(deps, driven, { ...requireStep(driven, step.key), state: 'skipped', reason, endedMs: deps.clock.now() });
  }
}

async function finish(deps: DriveDeps, { run, steps }: DrivenRun, state: RunState): Promise<void> {
  // The clock may have been set back meanwhile.
  const before = [...steps.values()].map(({ endedMs }) => endedMs ?? 0);
  const endedMs = Math.max(deps.clock.now(), run.startedMs ?? 0, ...before);
  // A stop request at the very end has no effect.
  const now = (await findRun(deps.store, run.id)) ?? run;
  await deps.store.transaction(async (sql) => {
    await saveRun(sql, { ...now, state, endedMs });
    const { pipeline, number } = run;
    const payload = { pipeline, run: run.id, number, state };
    await deps.events.append(sql, { type: RUN_ENDED, subject: `pipeline:${pipeline}`, payload });
  });
  const status = state === 'succeeded' ? 'FINISHED' : state === 'stopped' ? 'KILLED' : 'FAILED';
  await deps.runLog.end(run.mlflowRun, status, endedMs);
}
