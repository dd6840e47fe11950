import type { Sql } from '../../platform/store/index.ts';
import { HOUR_MS } from '../../platform/units/durations.ts';
import { formatInstantText } from '../../platform/units/index.ts';
import { formatInstant, type RetrainingDeps, START, scheduleCheck } from './context.ts';
import { evaluateRound } from './gather.ts';
import type { RetrainingRound, RoundTrigger, TimelineEntry, Worth } from './schema.ts';
import { nameTriggers, type RetrainingTrigger } from './spec/schema.ts';
import {
  findRetrainings,
  findRound,
  findRoundByOccurrence,
  findRoundsByState,
  putRound,
  type StoredRetraining,
  type StoredRound,
  takeRoundNumber,
} from './store.ts';
import { appendEntry } from './timeline.ts';
import { computeDataWindow, fillParams } from './window.ts';

/** Polling interval for a running run, in addition to its end event. */
const SURE_MS = 60_000;

/** An occurrence that may open a round. */
export interface Occurrence {
  readonly occurrence: string;
  readonly trigger: RoundTrigger;
  readonly episode: StoredRound['episode'];
  readonly heard: number;
  readonly evidence: TimelineEntry['evidence'];
}

/** Opens a round in the caller's transaction; null for a known occurrence. The round waits until it is evaluated. */
export async function openRound(
  deps: Pick<RetrainingDeps, 'clock' | 'jobs'>,
  sql: Sql,
  { name, spec }: StoredRetraining,
  { occurrence, trigger, episode, heard, evidence }: Occurrence,
): Promise<StoredRound | null> {
  if ((await findRoundByOccurrence(sql, name, occurrence)) !== null) return null;
  const now = formatInstant(deps.clock.now());
  const document: RetrainingRound = {
    retraining: name,
    round: await takeRoundNumber(sql, name),
    state: 'waiting',
    reason: 'Not evaluated yet.',
    trigger,
    openedAt: now,
    startedAt: null,
    endedAt: null,
    run: null,
    candidate: null,
    verdict: null,
    gain: null,
    cost: null,
    realisedGain: null,
    realised: null,
    model: spec.model,
    monitor: spec.monitor,
    window: null,
    test: null,
    params: {},
    worth: null,
    candidateRun: null,
    champion: null,
    gate: null,
    rollout: null,
    unpricedSteps: 0,
    timeline: [{ at: now, step: 'trigger', text: trigger.detail, evidence }],
  };
  const stored = { document, occurrence, lookAt: now, heard, episode };
  await putRound(sql, stored);
  await scheduleCheck(deps, sql, name, `round ${document.round}`);
  return stored;
}

/**
 * Evaluates a waiting round and decides: it begins, keeps waiting with a reason, or lapses. If two servers decide
 * concurrently, only one begins it: the state is read again in the transaction that stores the decision.
 */
export async function decide(deps: RetrainingDeps, name: string, number: number): Promise<void> {
  const [retraining] = await findRetrainings(deps.store, name);
  const before = await findRound(deps.store, name, number);
  if (retraining === undefined || before === null || before.document.state !== 'waiting') return;
  const worth = await evaluateRound(deps, retraining, before);
  await deps.store.transaction(async (sql) => {
    const [now] = await findRetrainings(sql, name);
    const round = await findRound(sql, name, number);
    if (now === undefined || round === null || round.document.state !== 'waiting') return;
    // A new event arrived during the evaluation, so its result is outdated; that event has scheduled another look.
    if (round.heard !== before.heard) return;
    const weighed = { ...round, document: setWorth(round.document, worth) };
    const wait = await findReasonToWait(deps, sql, now, weighed.document, worth);
    if (wait === null) await start(deps, sql, now, weighed, worth.reason);
    else
      await putRound(sql, wait.over ? toLapsedRound(deps, weighed, wait.reason) : toWaitingRound(deps, weighed, wait));
  });
}

interface Wait {
  readonly reason: string;
  /** Whether the round is no longer needed. */
  readonly over: boolean;
  /** UTC instant of the next check; null: the round waits for an event. */
  readonly lookAt: string | null;
}

/** Why a round does not begin now; null when it does. */
async function findReasonToWait(
  { clock }: RetrainingDeps,
  sql: Sql,
  { name, spec, coolsUntil }: StoredRetraining,
  { openedAt }: RetrainingRound,
  { answer, reason }: Worth,
): Promise<Wait | null> {
  const covering = await findCoveringRound(sql, name, openedAt);
  if (covering !== null) {
    return { over: true, lookAt: null, reason: `Round ${covering} started later and has made a candidate.` };
  }
  const underWay = await findActiveRound(sql, name);
  if (underWay !== null) return { over: false, lookAt: null, reason: `Round ${underWay} is active.` };
  const now = clock.now();
  if (coolsUntil !== null && Date.parse(coolsUntil) > now) {
    return {
      over: false,
      lookAt: coolsUntil,
      reason: `Cooldown after the last retraining until ${formatInstantText(coolsUntil)}.`,
    };
  }
  if (answer === 'worth' || (answer === 'unknown' && spec.worth.whenUnknown === 'retrain')) return null;
  const known =
    answer === 'unknown' ? `${reason} The round waits while gain or cost is unknown (whenUnknown: wait).` : reason;
  return { over: false, lookAt: formatInstant(now + HOUR_MS), reason: known };
}

/** The round that began after an instant and has a candidate; null where there is none. */
async function findCoveringRound(sql: Sql, name: string, openedAt: string): Promise<number | null> {
  const ended = (await findRoundsByState(sql, name, ['promoted', 'not_promoted'])).map(({ document }) => document);
  return ended.findLast(({ startedAt }) => startedAt !== null && startedAt >= openedAt)?.round ?? null;
}

export async function findActiveRound(sql: Sql, name: string): Promise<number | null> {
  const [first] = await findRoundsByState(sql, name, ['starting', 'running']);
  return first?.document.round ?? null;
}

/** Starts a round in the caller's transaction. A job begins the run, so that it also begins after a crash of this server. */
export async function start(
  deps: RetrainingDeps,
  sql: Sql,
  { name, spec, trainedUntil }: StoredRetraining,
  round: StoredRound,
  why: string,
  asked: { readonly window: RetrainingRound['window']; readonly by: string } | null = null,
): Promise<StoredRound> {
  const { document } = round;
  const now = deps.clock.now();
  const trigger = findTrigger(spec.on, document.trigger.name);
  const window = asked?.window ?? computeDataWindow(trigger, document.trigger, { trainedUntil, now });
  const champion = await deps.registry.versionByAlias(sql, spec.model, spec.alias);
  const params = fillParams(spec.params, {
    'window.start': window.start,
    'window.end': window.end,
    // Only fixed words: column names from a monitor must not reach a command line.
    reason: document.trigger.cause ?? document.trigger.kind,
    trigger: document.trigger.name ?? 'person',
    round: String(document.round),
    episode: (document.trigger.episode ?? '').replaceAll(/[^\w.:-]/g, ''),
  });
  const started: StoredRound = {
    ...round,
    lookAt: formatInstant(now + SURE_MS),
    document: {
      ...document,
      state: 'starting',
      reason: null,
      startedAt: formatInstant(now),
      window,
      params,
      champion: champion?.version ?? null,
      timeline: appendEntry(document.timeline, {
        at: formatInstant(now),
        step: 'start',
        text: `${why} Training data from ${formatInstantText(window.start)} to ${formatInstantText(window.end)}.`,
        evidence: asked === null ? [] : [{ kind: 'person', id: asked.by }],
      }),
    },
  };
  await putRound(sql, started);
  const payload = { retraining: name, round: document.round };
  await deps.jobs.enqueue(sql, { kind: START, payload, uniqueKey: `${START}:${name}:${document.round}` });
  return started;
}

export function findTrigger(on: readonly RetrainingTrigger[], name: string | null): RetrainingTrigger | null {
  return nameTriggers(on).find((named) => named.name === name)?.trigger ?? null;
}

export function setWorth(document: RetrainingRound, worth: Worth): RetrainingRound {
  const evidence = worth.budget === null ? [] : [{ kind: 'budget', id: worth.budget.name } as const];
  const timeline = appendEntry(document.timeline, { at: worth.at, step: 'worth', text: worth.reason, evidence });
  return { ...document, worth, gain: worth.gain, timeline };
}

function toWaitingRound({ clock }: RetrainingDeps, round: StoredRound, { reason, lookAt }: Wait): StoredRound {
  const { document } = round;
  const isSaid = reason === document.worth?.reason;
  const entry: TimelineEntry = { at: formatInstant(clock.now()), step: 'wait', text: reason, evidence: [] };
  const timeline = isSaid ? document.timeline : appendEntry(document.timeline, entry);
  return { ...round, lookAt, document: { ...document, reason, timeline } };
}

/** Lapses a waiting round: its reason is over. */
export function toLapsedRound(deps: Pick<RetrainingDeps, 'clock'>, round: StoredRound, reason: string): StoredRound {
  return toEndedRound(deps, round, { state: 'lapsed', reason, evidence: [] });
}

/** The round as it ended. */
export function toEndedRound(
  { clock }: Pick<RetrainingDeps, 'clock'>,
  round: StoredRound,
  {
    state,
    reason,
    evidence,
  }: Pick<RetrainingRound, 'state'> & { readonly reason: string; readonly evidence: TimelineEntry['evidence'] },
): StoredRound {
  const at = formatInstant(clock.now());
  const { document } = round;
  const timeline = appendEntry(document.timeline, { at, step: 'end', text: reason, evidence });
  return { ...round, lookAt: null, document: { ...document, state, reason, endedAt: at, timeline } };
}
