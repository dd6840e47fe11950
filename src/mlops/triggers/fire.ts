import { z } from 'zod';
import { createTurns } from '../../platform/concurrency/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { selectTriggerKind, type Trigger } from '../pipeline-definition/schema.ts';
import { findRun, requestStop, startRun } from '../pipeline-runs/index.ts';
import { findTrigger, type TriggerDeps } from './context.ts';
import {
  type Decision,
  endDecision,
  findDecision,
  insertDecision,
  listActiveRunsOfTrigger,
  listPendingOccurrences,
  pruneDecisions,
} from './store.ts';

const FIRE = 'pipelines.trigger';
/** The decision counts its attempts and always ends; the queue must not give up earlier. */
const MANY_TRIES = 1000;
/** Attempts with back-off of 5, 10, 20 and 40 seconds, enough for the restart of a Git host. */
const TRIES = 5;
/** Maximum length of a chain of runs that start each other by events; a longer one counts as a cycle. */
const LONGEST_CHAIN = 10;
/** Errors that may be transient, so that a retry can succeed. */
const PASSING: ReadonlySet<string> = new Set(['git_failed', 'executor_unreachable', 'bucket_unreachable']);

const FirePayload = z.strictObject({ pipeline: z.string(), trigger: z.string(), occurrence: z.string() });
type FirePayload = z.infer<typeof FirePayload>;

export type Occurrence = Pick<Decision, 'pipeline' | 'trigger' | 'occurrence' | 'detail' | 'commit'> &
  Partial<Pick<Decision, 'causedBy'>>;

export function registerFiring(deps: TriggerDeps): void {
  const inTurn = createTurns();
  deps.jobs.register(FIRE, {
    maxAttempts: MANY_TRIES,
    handler: async (payload, { attempt }) => {
      const { pipeline, trigger, occurrence } = FirePayload.parse(payload);
      await inTurn(JSON.stringify([pipeline, trigger]), () =>
        fireUntil(deps, { pipeline, trigger, occurrence }, attempt),
      );
    },
  });
}

/**
 * Starts the runs of the pending occurrences of a trigger, oldest first, up to this one. Jobs run concurrently, and
 * with `whenFull: replace` a run of an older commit would otherwise replace one of a newer commit.
 */
async function fireUntil(deps: TriggerDeps, payload: FirePayload, attempt: number): Promise<void> {
  for (const occurrence of await listPendingOccurrences(deps.store, payload)) {
    await fire(deps, { ...payload, occurrence }, attempt);
    if (occurrence === payload.occurrence) return;
  }
}

/**
 * Records an occurrence of a trigger's condition, in the transaction of the caller: its run starts soon after, once.
 * False when the occurrence was recorded before.
 */
export async function recordOccurrence(deps: TriggerDeps, sql: Sql, occurrence: Occurrence): Promise<boolean> {
  if (!(await saveDecision(deps, sql, occurrence, 'pending', null))) return false;
  const payload: FirePayload = {
    pipeline: occurrence.pipeline,
    trigger: occurrence.trigger,
    occurrence: occurrence.occurrence,
  };
  await deps.jobs.enqueue(sql, { kind: FIRE, payload });
  return true;
}

/** Records the reason why an occurrence starts no run. False when it was recorded before. */
export async function recordIgnored(
  deps: TriggerDeps,
  sql: Sql,
  occurrence: Occurrence,
  reason: string,
): Promise<boolean> {
  return saveDecision(deps, sql, occurrence, 'ignored', reason);
}

async function saveDecision(
  { clock }: TriggerDeps,
  sql: Sql,
  occurrence: Occurrence,
  outcome: Decision['outcome'],
  reason: string | null,
): Promise<boolean> {
  const fresh = await insertDecision(sql, {
    causedBy: null,
    ...occurrence,
    atMs: clock.now(),
    outcome,
    reason,
    run: null,
  });
  if (fresh) await pruneDecisions(sql, occurrence.pipeline, occurrence.trigger);
  return fresh;
}

/** Starts the run of an occurrence, or records the reason against it. Throws errors that a retry may resolve. */
async function fire(deps: TriggerDeps, payload: FirePayload, attempt: number): Promise<void> {
  const { store, log } = deps;
  const decision = await findDecision(store, payload);
  const named = await findTrigger(store, payload.pipeline, payload.trigger);
  if (decision === null || decision.outcome !== 'pending' || named === null) return;
  try {
    const run = await startTriggeredRun(deps, decision, named.trigger);
    await endDecision(store, payload, { outcome: 'began', reason: null, run });
  } catch (error) {
    if (attempt < TRIES && mayPass(error)) throw error;
    if (!(error instanceof AppError)) log.error({ err: error, ...payload }, 'a trigger cannot start its run');
    const outcome = error instanceof AppError && error.code === 'pipeline_run_full' ? 'skipped' : 'refused';
    await endDecision(store, payload, { outcome, reason: describeError(error), run: null });
  }
}

async function startTriggeredRun(deps: TriggerDeps, decision: Decision, trigger: Trigger): Promise<string> {
  const { pipeline, occurrence, detail, commit } = decision;
  const depth = await measureChainDepth(deps, decision);
  const actor = `trigger:${decision.trigger}`;
  const { id } = await startRun(deps, {
    pipeline,
    params: trigger.params,
    code: null,
    ref: commit,
    commit: null,
    requestKey: `trigger ${decision.trigger} ${occurrence}`,
    mayRunCode: true,
    cause: { kind: selectTriggerKind(trigger), detail, ...(depth === 0 ? {} : { depth }) },
    actor,
    // The link is written in the transaction, so that the next occurrence sees it.
    within: async (sql, run) => {
      await enforceLimit(sql, decision, trigger);
      await endDecision(sql, decision, { outcome: 'began', reason: null, run });
    },
  });
  return id;
}

/** Length of the chain of runs that started each other up to this one. Error: `pipeline_circle`. */
async function measureChainDepth({ store }: TriggerDeps, { causedBy }: Decision): Promise<number> {
  const cause = causedBy === null ? null : await findRun(store, causedBy);
  if (cause === null) return 0;
  const depth = (cause.cause.depth ?? 0) + 1;
  if (depth < LONGEST_CHAIN) return depth;
  const last = `#${cause.number} of "${cause.pipeline}"`;
  const detail = `Pipelines start each other in a cycle: ${LONGEST_CHAIN} runs started each other by events, most recently ${last}.`;
  throw new AppError('pipeline_circle', detail, { pipeline: cause.pipeline, run: cause.id });
}

/** Error: `pipeline_run_full`. */
async function enforceLimit(sql: Sql, { pipeline, trigger: name }: Decision, { concurrency }: Trigger): Promise<void> {
  if (concurrency === undefined) return;
  const active = await listActiveRunsOfTrigger(sql, pipeline, name);
  if (active.length < concurrency.runs) return;
  if (concurrency.whenFull === 'skip') {
    const detail = `The concurrency limit of this trigger is reached: its run #${active[0]?.number} of "${pipeline}" is active (whenFull: skip).`;
    throw new AppError('pipeline_run_full', detail, { pipeline });
  }
  const over = active.slice(0, active.length - concurrency.runs + 1);
  for (const { id } of over) await requestStop(sql, id, `trigger:${name} (replaced by a newer run)`);
}

/** An unexpected error may come from the store, and be transient. */
function mayPass(error: unknown): boolean {
  return !(error instanceof AppError) || PASSING.has(error.code) || error.meaning.status >= 500;
}

function describeError(error: unknown): string {
  return error instanceof AppError ? error.message : 'An internal error occurred in Steelyard; see the server log.';
}
