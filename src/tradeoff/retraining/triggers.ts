import { AppError } from '../../platform/errors/index.ts';
import { parseCron } from '../../platform/jobs/cron.ts';
import type { Sql } from '../../platform/store/index.ts';
import { formatInstant, type RetrainingDeps } from './context.ts';
import { openRound } from './rounds.ts';
import { type NamedTrigger, nameTriggers, type RetrainingTrigger, toTriggerKind } from './spec/schema.ts';
import {
  findRetrainings,
  findRoundsByState,
  findTriggerStates,
  putTriggerState,
  removeTrigger,
  type StoredRetraining,
  type TriggerState,
} from './store.ts';

/** Interval between counts of new predictions and labels. */
const COUNT_MS = 5 * 60_000;

/** Updates the triggers of a retraining from its document; an unchanged trigger keeps its next time and its state. */
export async function applyTriggers(deps: RetrainingDeps, sql: Sql, { name, spec }: StoredRetraining): Promise<void> {
  const before = new Map((await findTriggerStates(sql, name)).map((state) => [state.name, state]));
  for (const { name: trigger, trigger: wanted } of nameTriggers(spec.on)) {
    const old = before.get(trigger);
    before.delete(trigger);
    const definition = serializeDefinition(wanted);
    if (old?.definition === definition) continue;
    await putTriggerState(sql, {
      retraining: name,
      name: trigger,
      definition,
      nextAt: computeFirstCheck(wanted, deps.clock.now()),
      counted: null,
      digest: null,
      mark: null,
      changes: 0,
      problem: null,
    });
  }
  for (const gone of before.keys()) await removeTrigger(sql, name, gone);
}

/** Its condition, without the options for the data of its rounds. */
function serializeDefinition({ lookback: _lookback, name: _name, ...definition }: RetrainingTrigger): string {
  return JSON.stringify(definition);
}

function computeFirstCheck(trigger: RetrainingTrigger, now: number): string | null {
  if ('episode' in trigger) return null;
  return 'cron' in trigger ? computeNextTime(trigger, now) : formatInstant(now);
}

function computeNextTime(
  { cron, timeZone }: { readonly cron: string; readonly timeZone: string },
  now: number,
): string | null {
  const next = parseCron(cron, timeZone).next(now);
  return next === null ? null : formatInstant(next);
}

/** Result of a look at a trigger. */
interface CheckResult {
  readonly state: TriggerState;
  /** The occurrence; null: no reason for a round. */
  readonly happened: { readonly occurrence: string; readonly detail: string; readonly at: string } | null;
}

/** Checks the due triggers, and opens rounds for their occurrences. */
export async function checkTriggers(deps: RetrainingDeps, retraining: StoredRetraining): Promise<void> {
  const { name, spec } = retraining;
  const now = deps.clock.now();
  const named = new Map(nameTriggers(spec.on).map((one) => [one.name, one]));
  for (const state of await findTriggerStates(deps.store, name)) {
    const trigger = named.get(state.name);
    if (trigger === undefined || state.nextAt === null || Date.parse(state.nextAt) > now) continue;
    const look = await checkTrigger(deps, retraining, trigger, state);
    await deps.store.transaction((sql) => take(deps, sql, { retraining: name, trigger, before: state, look }));
  }
}

async function checkTrigger(
  deps: RetrainingDeps,
  retraining: StoredRetraining,
  { name, trigger }: NamedTrigger,
  state: TriggerState,
): Promise<CheckResult> {
  const now = deps.clock.now();
  if ('cron' in trigger) {
    const at = state.nextAt ?? formatInstant(now);
    const happened = { occurrence: `time ${name} ${at}`, detail: `scheduled time ${at}`, at };
    return { state: { ...state, nextAt: computeNextTime(trigger, now) }, happened };
  }
  if ('data' in trigger) return checkData(deps, { name, trigger }, state);
  return checkCount(deps, retraining, { name, trigger }, state);
}

async function checkCount(
  deps: RetrainingDeps,
  { spec, trainedUntil }: StoredRetraining,
  { name, trigger }: NamedTrigger,
  state: TriggerState,
): Promise<CheckResult> {
  const now = deps.clock.now();
  const of = 'labels' in trigger ? 'labels' : 'predictions';
  const counted = await deps.monitoring.counts.recordedSince(of, spec.model, trainedUntil);
  const after = { ...state, counted, nextAt: formatInstant(now + COUNT_MS) };
  if (counted < (readThreshold(trigger) ?? 0)) return { state: after, happened: null };
  // Once for each training: after a dismissed or failed round, no other one before the next training.
  const occurrence = `${of} ${name} since ${trainedUntil}`;
  return {
    state: after,
    happened: { occurrence, detail: `${counted} ${of} since the last training`, at: formatInstant(now) },
  };
}

/** Threshold of a counting trigger; null for others. */
export function readThreshold(trigger: RetrainingTrigger): number | null {
  if ('labels' in trigger) return trigger.labels;
  return 'predictions' in trigger ? trigger.predictions : null;
}

/** The first digest is the baseline for changes. Unreadable data is no change. */
async function checkData(
  deps: RetrainingDeps,
  { name, trigger }: NamedTrigger,
  state: TriggerState,
): Promise<CheckResult> {
  if (!('data' in trigger)) throw new Error(`trigger ${name} has no data source`);
  const now = deps.clock.now();
  const nextAt = formatInstant(now + trigger.data.every);
  try {
    const seen = await deps.pipelines.data.seen(trigger.data, state);
    const isChange = state.digest !== null && state.digest !== seen.digest;
    const changes = state.changes + (isChange ? 1 : 0);
    const after = { ...state, ...seen, changes, problem: null, nextAt };
    if (!isChange) return { state: after, happened: null };
    const detail = `${describeData(trigger.data)} changed to ${seen.digest.slice(0, 12)}`;
    return {
      state: after,
      happened: { occurrence: `data ${name} ${changes} ${seen.digest}`, detail, at: formatInstant(now) },
    };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { state: { ...state, nextAt, problem: error.message }, happened: null };
  }
}

/** The place without the parameters of its address. */
function describeData({
  object,
  table,
}: {
  readonly object?: string | undefined;
  readonly table?: string | undefined;
}) {
  return object === undefined ? `table ${table}` : (object.split('?')[0] ?? object);
}

interface Taking {
  readonly retraining: string;
  readonly trigger: NamedTrigger;
  readonly before: TriggerState;
  readonly look: CheckResult;
}

/** Stores the result of a look (of several servers only the first one), and opens a round unless one of this trigger is waiting. */
async function take(
  deps: RetrainingDeps,
  sql: Sql,
  { retraining: name, trigger: named, before, look: { state, happened } }: Taking,
): Promise<void> {
  const now = (await findTriggerStates(sql, name)).find((one) => one.name === before.name);
  if (now?.definition !== before.definition || now.nextAt !== before.nextAt) return;
  await putTriggerState(sql, state);
  const [retraining] = await findRetrainings(sql, name);
  if (happened === null || retraining === undefined) return;
  const waiting = await findRoundsByState(sql, name, ['waiting']);
  if (waiting.some(({ document }) => document.trigger.name === named.name)) return;
  const { occurrence, detail, at } = happened;
  const kind = toTriggerKind(named.trigger);
  const trigger = { kind, name: named.name, detail, at, episode: null, cause: null, columns: [], by: null };
  const evidence: [] = [];
  await openRound(deps, sql, retraining, { occurrence, trigger, episode: null, heard: 0, evidence });
}

/** Condition of a trigger as text. */
export function describeCondition(trigger: RetrainingTrigger): string {
  if ('episode' in trigger) {
    const { causes, states, alert } = trigger.episode;
    const of = alert === undefined ? '' : ` of alert "${alert}"`;
    return `an episode${of}: ${causes.join(', ')}; state ${states.join(' or ')}`;
  }
  if ('cron' in trigger) return `${trigger.cron} in ${trigger.timeZone}`;
  if ('data' in trigger) return `change of ${describeData(trigger.data)}, checked every ${trigger.data.every / 1000} s`;
  const of = 'labels' in trigger ? 'labels' : 'predictions';
  return `${readThreshold(trigger)} ${of} since the last training`;
}
