import { rm } from 'node:fs/promises';
import { createEvenTime, hold, STOP_AHEAD_MS } from '../../platform/processes/index.ts';
import type { Executor, RunningWork, Work, WorkEnd } from '../compute/index.ts';
import type { CommandStep } from '../pipeline-definition/schema.ts';
import type { Allowance } from './admission.ts';
import { awaitMove } from './capacity.ts';
import type { DriveDeps, DrivenRun } from './context.ts';
import { type Observer, observe, selectHeldResource } from './observe.ts';
import { createSpending, type Spending } from './spending.ts';
import type { Attempt, StepUsage } from './taken.ts';
import { readCheckpoint } from './work.ts';
import { NO_MASK } from './work-secrets.ts';

/** Outcome of an attempt and its reason. */
export interface AttemptEnd {
  /** `again`: the engine or a move took it away, so it is retried; `stopped`: by a person or a budget, so it is not retried. */
  readonly outcome: 'succeeded' | 'failed' | 'stopped' | 'again';
  /** Short text such as `budget team-ml` or `exit code 3`; null after success. */
  readonly reason: string | null;
  readonly attempt: Attempt;
  /** Number of the node that decided; null: no single node. */
  readonly decisiveNode: number | null;
}

export interface AttemptInput {
  readonly executor: Executor;
  readonly work: Work;
  readonly running: RunningWork;
  readonly allowance: Allowance;
  readonly step: CommandStep;
  readonly number: number;
  /** Of the step. */
  readonly key: string;
  readonly mlflowRun: string | null;
  /**
   * Called at every report with the cost and usage so far, and why the command has not started; null: it has, or no known reason. Answers
   * why the attempt must end early; null: it continues.
   */
  readonly reports: (spent: Allowance['spent'], taken: StepUsage, waiting: string | null) => Promise<string | null>;
  /** Why it was to end early before this server watched it. Null: it was not. */
  readonly endedEarly: string | null;
}

/** If the clock differs by more milliseconds than this from monotonic time, it was set: an end time of the engine is then unusable. */
const CLOCK_WAS_SET_MS = 5_000;

/**
 * Meters a running attempt until its end, extends it by the granted time, and stops it when that time or its timeout is
 * over, or the run must stop. Null: this server releases the run; the work keeps running, and the next server finds it.
 */
export async function watch(deps: DriveDeps, driven: DrivenRun, input: AttemptInput): Promise<AttemptEnd | null> {
  const { running, work, step } = input;
  let deadline = computeDeadline(step, running);
  let allowance = input.allowance;
  const stopped = watchStop(deps, driven.stop, input);
  const now = running.now ?? createEvenTime(deps.clock.now());
  const observer = observe(deps, input);
  const spending = createSpending(deps, input);
  const early = createEarlyEnd(deps, input);
  void observer.look();
  const held = hold({
    running: logFailures(deps, running),
    until: Math.min(Date.parse(allowance.until), deadline),
    graceMs: work.graceMs,
    now,
    sooner: observer.moved,
    async renew() {
      void observer.look();
      const answer = await spending.report(now(), allowance, observer.holds());
      if (answer === null) return null;
      allowance = answer;
      const waiting = running.waiting?.() ?? null;
      const taken = { atMs: deps.clock.now(), prices: [...answer.prices], ...observer.seen() };
      early.end(await input.reports(answer.spent, taken, waiting === null ? null : maskText(deps, work, waiting)));
      // The timeout of work in a queue begins with its admission.
      if (deadline === Number.POSITIVE_INFINITY) deadline = computeDeadline(step, running);
      return Math.min(Date.parse(answer.until), deadline);
    },
    runsOut: async () => undefined,
  });
  const moving = watchMove(deps, driven, input);
  const end = await Promise.race([held, awaitAbort(driven.letGo)]);
  stopped.end();
  const moved = await moving.end();
  if (end === null) return null;
  await observer.last();
  const told = decideOutcome({
    end: end.ended,
    ranOut: end.ranOut || end.ended.stoppedBy === 'watchdog',
    // If this server ended the work, the limit then in force decides; if the engine ended it alone, the end time decides.
    own: end.ranOut ? deadline <= Date.parse(allowance.until) : deadline - step.grace <= end.ended.end,
    person: stopped.by(),
    early: early.why(),
    moved,
    limitedBy: allowance.limitedBy,
  });
  const byClock = running.now === undefined && Math.abs(deps.clock.now() - now()) > CLOCK_WAS_SET_MS;
  const ended = byClock ? { ...end.ended, end: now() } : end.ended;
  const reason = told.reason === null ? null : maskText(deps, work, told.reason);
  return settleAttempt(deps, input, observer, {
    end: byClock ? withoutHeld(ended) : ended,
    told: { ...told, reason },
    isMoved: moved !== null,
    spending,
  });
}

const maskText = ({ workSecrets }: DriveDeps, { id }: Work, text: string): string =>
  (workSecrets.maskerOf(id) ?? NO_MASK).text(text);

/** The times of the machines are by a clock that was set. */
function withoutHeld({ held: _held, ...end }: WorkEnd): WorkEnd {
  return end;
}

/**
 * Time at which its timeout must have ended the attempt, stop request and grace period included; Unix milliseconds. Infinite without a timeout,
 * and in a queue.
 */
function computeDeadline({ timeout, grace }: CommandStep, running: RunningWork): number {
  if (timeout === undefined || running.isQueued?.() === true) return Number.POSITIVE_INFINITY;
  return running.start + timeout + STOP_AHEAD_MS + grace;
}

function watchStop(
  { log }: DriveDeps,
  stop: AbortSignal,
  { running, work }: AttemptInput,
): { by(): string | null; end(): void } {
  const failed = (error: unknown) => log.warn({ err: error, work: work.id }, 'cannot stop a step');
  const ask = () => void running.stop().catch(failed);
  if (stop.aborted) ask();
  else stop.addEventListener('abort', ask, { once: true });
  return { by: () => (stop.aborted ? String(stop.reason) : null), end: () => stop.removeEventListener('abort', ask) };
}

/** Ends an attempt of a trial early, once. */
function createEarlyEnd(
  { log }: DriveDeps,
  { running, work, endedEarly }: AttemptInput,
): { end(why: string | null): void; why(): string | null } {
  let ended: string | null = null;
  const end = (why: string | null) => {
    if (why === null || ended !== null) return;
    ended = why;
    running.stop().catch((error: unknown) => {
      log.warn({ err: error, work: work.id }, 'cannot end a trial early');
      ended = null;
    });
  };
  end(endedEarly);
  return { end, why: () => ended };
}

/** Ends an attempt that must move to other capacity. `end`: stops further decisions; answers the reason of the move, or null. */
function watchMove(
  deps: DriveDeps,
  driven: DrivenRun,
  { running, work, step, key }: AttemptInput,
): { end(): Promise<string | null> } {
  const over = new AbortController();
  const isOver = () => over.abort();
  running.ended.then(isOver, isOver);
  const moved = awaitMove(deps, driven, { key, step, running, over: over.signal }).then(async (why) => {
    if (why !== null) await running.stop();
    return why;
  });
  const told = moved.catch((error: unknown) => {
    deps.log.error({ err: error, work: work.id }, 'cannot move a step to other capacity');
    return null;
  });
  return {
    end() {
      isOver();
      return told;
    },
  };
}

/** Logs failed calls to an engine and rethrows them: the lease holder handles them. */
function logFailures(
  { log }: DriveDeps,
  { id, ended, extend, stop }: RunningWork,
): Pick<RunningWork, 'ended' | 'extend' | 'stop'> {
  const telling = (told: Promise<void>) =>
    told.catch((error: unknown) => {
      log.warn({ err: error, work: id }, 'cannot extend or stop a step on its engine');
      throw error;
    });
  return { ended, extend: (until) => telling(extend(until)), stop: (withinMs) => telling(stop(withinMs)) };
}

function awaitAbort(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}

interface AttemptFacts {
  readonly end: WorkEnd;
  /** Whether its deadline ended it, enforced by this server or by the engine. */
  readonly ranOut: boolean;
  /** Whether its timeout ended it, rather than its lease. */
  readonly own: boolean;
  /** Person who stopped the run. Null: the run was not stopped. */
  readonly person: string | null;
  /** Reason of the early end of a trial. Null: none. */
  readonly early: string | null;
  /** Reason of the move to other capacity. Null: no move. */
  readonly moved: string | null;
  readonly limitedBy: string | null;
}

type Outcome = Pick<AttemptEnd, 'outcome' | 'reason'>;

/** Maps the end of an attempt to its outcome. */
export function decideOutcome({ end, ranOut, own, person, early, moved, limitedBy }: AttemptFacts): Outcome {
  if (early !== null && end.reason !== 'exited') return { outcome: 'stopped', reason: early };
  if (end.reason === 'stopped') {
    if (ranOut && own) return { outcome: 'failed', reason: 'timeout' };
    if (ranOut && limitedBy !== null) return { outcome: 'stopped', reason: `budget ${limitedBy}` };
    if (person !== null) return { outcome: 'stopped', reason: `by ${person}` };
    if (moved !== null) return { outcome: 'again', reason: moved };
    // The lease expired although the budget had more: the server was away.
    return { outcome: 'again', reason: 'the server was not running for longer than the lease of the reservation' };
  }
  if (end.reason === 'exited' && end.exitCode === 0) return { outcome: 'succeeded', reason: null };
  if (end.reason === 'lost' || end.reason === 'evicted') return { outcome: 'again', reason: end.detail ?? end.reason };
  if (end.reason === 'exited') {
    const node = end.decisiveNode ?? null;
    return { outcome: 'failed', reason: `exit code ${end.exitCode}${node === null ? '' : ` on node ${node}`}` };
  }
  return { outcome: 'failed', reason: end.detail ?? end.reason };
}

interface Settling {
  readonly end: WorkEnd;
  readonly told: Outcome;
  readonly isMoved: boolean;
  readonly spending: Spending;
}

async function settleAttempt(
  deps: DriveDeps,
  { work, step, number }: AttemptInput,
  observer: Observer,
  { end, told, isMoved, spending }: Settling,
): Promise<AttemptEnd> {
  const masker = deps.workSecrets.maskerOf(work.id) ?? NO_MASK;
  const left = await readCheckpoint(work);
  const checkpoint = left === null ? null : masker.text(left);
  // Frees the disk before anything else is written.
  if (end.reason === 'disk') await rm(work.workspace, { recursive: true, force: true });
  const place = end.place ?? null;
  const settledAt = await spending.end(end, selectHeldResource(place, step));
  const { spent, prices } = await deps.admission.settle(`pipeline:${work.id}`, {
    end: new Date(settledAt).toISOString(),
    stopped: told.reason?.startsWith('budget ') === true,
    ...(checkpoint === null ? {} : { checkpoint }),
  });
  const { cpuSeconds, peakMemoryBytes, reason: usageReason = null } = end.usage;
  return {
    ...told,
    decisiveNode: end.decisiveNode ?? null,
    attempt: {
      number,
      work: work.id,
      startMs: end.start,
      endMs: end.end,
      reason: told.reason,
      exitCode: end.exitCode,
      spent,
      cpuSeconds,
      peakMemoryBytes,
      usageReason,
      gpus: observer.seen().gpus,
      place,
      prices: [...prices],
      checkpoint,
      lastLines: null,
      again: told.outcome !== 'again' ? null : isMoved ? 'moved' : 'taken',
    },
  };
}
