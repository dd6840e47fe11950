import { z } from 'zod';
import { AppError } from '../../platform/errors/index.ts';
import { parseCron } from '../../platform/jobs/cron.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { Instant } from '../../platform/units/index.ts';
import type { CronTrigger, DataTrigger, Trigger } from '../pipeline-definition/schema.ts';
import { findTrigger, type TriggerDeps } from './context.ts';
import { type ObservedData, readDigest } from './data-digest.ts';
import { recordOccurrence } from './fire.ts';
import { findTriggerState, saveTriggerState, type TriggerState, takeTurn } from './store.ts';
import { describeData } from './words.ts';

const TICK = 'pipelines.trigger_tick';
const LOOK = 'pipelines.trigger_look';
/** A failed turn is retried until it succeeds: without it no further turn would follow. */
const MANY_TRIES = 1000;

const TurnPayload = z.strictObject({ pipeline: z.string(), trigger: z.string(), at: z.string() });
type TurnPayload = z.infer<typeof TurnPayload>;

export function registerTurns(deps: TriggerDeps): void {
  deps.shortJobs.register(TICK, {
    maxAttempts: MANY_TRIES,
    handler: (payload) => takeScheduledTurn(deps, TurnPayload.parse(payload)),
  });
  deps.jobs.register(LOOK, {
    maxAttempts: MANY_TRIES,
    handler: (payload) => checkTrigger(deps, TurnPayload.parse(payload)),
  });
}

/** UTC instant of the first scheduled time or poll after an instant; null for a trigger by push or event, or with no time left. */
export function computeFirstTurn(trigger: Trigger, now: Instant): string | null {
  if ('data' in trigger) return new Date(now).toISOString();
  return 'cron' in trigger ? computeNextTime(trigger, now) : null;
}

function computeNextTime({ cron, timeZone }: CronTrigger, now: Instant): string | null {
  const next = parseCron(cron, timeZone).next(now);
  return next === null ? null : new Date(next).toISOString();
}

export async function enqueueTurn(
  deps: TriggerDeps,
  sql: Sql,
  { pipeline, name, nextAt }: Pick<TriggerState, 'pipeline' | 'name' | 'nextAt'>,
  trigger: Trigger,
): Promise<void> {
  if (nextAt === null) return;
  const payload: TurnPayload = { pipeline, trigger: name, at: nextAt };
  const [kind, jobs] = 'data' in trigger ? ([LOOK, deps.jobs] as const) : ([TICK, deps.shortJobs] as const);
  await jobs.enqueue(sql, { kind, payload, runAt: nextAt, uniqueKey: `${kind}:${pipeline}:${name}:${nextAt}` });
}

/** Times that passed while no server ran are one time: the next is counted from now. */
async function takeScheduledTurn(deps: TriggerDeps, { pipeline, trigger: name, at }: TurnPayload): Promise<void> {
  await deps.store.transaction(async (sql) => {
    const named = await findTrigger(sql, pipeline, name);
    if (named === null || !('cron' in named.trigger)) return;
    const nextAt = computeNextTime(named.trigger, deps.clock.now());
    if (!(await takeTurn(sql, { pipeline, name }, at, nextAt))) return;
    await enqueueTurn(deps, sql, { pipeline, name, nextAt }, named.trigger);
    await recordOccurrence(deps, sql, {
      pipeline,
      trigger: name,
      occurrence: at,
      detail: `the time ${at}`,
      commit: null,
    });
  });
}

async function checkTrigger(deps: TriggerDeps, { pipeline, trigger: name, at }: TurnPayload): Promise<void> {
  const { store } = deps;
  const named = await findTrigger(store, pipeline, name);
  const before = await findTriggerState(store, pipeline, name);
  if (named === null || !('data' in named.trigger) || before === null || before.nextAt !== at) return;
  const { trigger } = named;
  const seen = await readDigestOrProblem(deps, trigger, before);
  await store.transaction(async (sql) => {
    const nextAt = new Date(deps.clock.now() + trigger.data.every).toISOString();
    // If the trigger was applied again during this poll, the observation may be of other data.
    const state = await findTriggerState(sql, pipeline, name);
    if (state?.definition !== before.definition || !(await takeTurn(sql, before, at, nextAt))) return;
    await enqueueTurn(deps, sql, { pipeline, name, nextAt }, trigger);
    await noteSeen(deps, sql, { ...state, nextAt }, trigger, seen);
  });
}

async function readDigestOrProblem(
  deps: TriggerDeps,
  { data }: DataTrigger,
  before: TriggerState,
): Promise<ObservedData | string> {
  try {
    return await readDigest(deps, data, before);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.message;
  }
}

/** The first observation is the baseline for changes. A failed observation is no change. */
async function noteSeen(
  deps: TriggerDeps,
  sql: Sql,
  state: TriggerState,
  { data }: DataTrigger,
  seen: ObservedData | string,
): Promise<void> {
  if (typeof seen === 'string') return saveTriggerState(sql, { ...state, problem: seen });
  const isChange = state.digest !== null && state.digest !== seen.digest;
  const changes = state.changes + (isChange ? 1 : 0);
  await saveTriggerState(sql, { ...state, ...seen, changes, problem: null });
  if (!isChange) return;
  await recordOccurrence(deps, sql, {
    pipeline: state.pipeline,
    trigger: state.name,
    occurrence: `${state.sinceMs} ${changes} ${seen.digest}`,
    detail: `${describeData(data)} changed to ${seen.digest.slice(0, 12)}`,
    commit: null,
  });
}
