import { randomUUID } from 'node:crypto';
import { AppError } from '../../platform/errors/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { Period } from '../../platform/units/index.ts';
import { formatInstant, type RetrainingDeps } from './context.ts';
import { evaluateRound } from './gather.ts';
import { findActiveRound, openRound, setWorth, start, toEndedRound } from './rounds.ts';
import type { RoundTrigger } from './schema.ts';
import {
  findRetrainings,
  findRound,
  findRoundByOccurrence,
  putRound,
  type StoredRetraining,
  type StoredRound,
} from './store.ts';

export interface StartRequest {
  readonly retraining: string;
  readonly actor: string;
  /** One that waits; null: a new one. */
  readonly round: number | null;
  /** Data of a new one; null: since the last training. */
  readonly window: Period | null;
  readonly reason: string | null;
  /** The same again answers the round that was opened by it; null: it is a new one. */
  readonly requestKey: string | null;
}

/**
 * Starts a round for a person, independent of its value and of the cool-down. It is evaluated nevertheless, so that the record
 * shows the known facts. Errors: `retraining_not_found`, `retraining_round_not_found`, `retraining_round_not_waiting`, `retraining_under_way`.
 */
export async function startByPerson(deps: RetrainingDeps, request: StartRequest): Promise<StoredRound> {
  const { retraining: name, round, requestKey } = request;
  const retraining = await requireRetraining(deps.store, name);
  const occurrence = `person ${requestKey ?? randomUUID()}`;
  const before = await findRoundByOccurrence(deps.store, name, occurrence);
  if (before !== null && round === null) return before;
  const waiting = round === null ? null : await requireRound(deps.store, name, round);
  const worth = await evaluateRound(deps, retraining, { episode: waiting?.episode ?? null });
  return deps.store.transaction(async (sql) => {
    const now = await requireRetraining(sql, name);
    const underWay = await findActiveRound(sql, name);
    const chosen =
      round === null
        ? await openManualRound(deps, sql, now, occurrence, request)
        : await requireRound(sql, name, round);
    if (chosen.document.state !== 'waiting') throw createNotWaiting(chosen);
    if (underWay !== null) {
      const detail = `Round ${underWay} of "${name}" is active. Wait for its end, or stop its run.`;
      throw new AppError('retraining_under_way', detail, { retraining: name, round: underWay });
    }
    const why = `Started by ${request.actor}${request.reason === null ? '' : `: ${request.reason}`}.`;
    const weighed = { ...chosen, document: setWorth(chosen.document, worth) };
    return start(deps, sql, now, weighed, why, { window: request.window, by: request.actor });
  });
}

async function openManualRound(
  deps: RetrainingDeps,
  sql: Sql,
  retraining: StoredRetraining,
  occurrence: string,
  { actor, reason }: StartRequest,
): Promise<StoredRound> {
  const detail = `started by ${actor}${reason === null ? '' : `: ${reason}`}`;
  const at = formatInstant(deps.clock.now());
  const kind = 'person';
  const trigger: RoundTrigger = { kind, name: null, detail, at, episode: null, cause: null, columns: [], by: actor };
  const evidence = [{ kind: 'person' as const, id: actor }];
  const opened = await openRound(deps, sql, retraining, { occurrence, trigger, episode: null, heard: 0, evidence });
  const found = opened ?? (await findRoundByOccurrence(sql, retraining.name, occurrence));
  if (found === null) throw new Error(`round ${occurrence} was neither opened nor found`);
  return found;
}

/** Errors: `retraining_round_not_found`, `retraining_round_not_waiting`. */
export async function dismiss(
  deps: RetrainingDeps,
  {
    retraining,
    round,
    actor,
    reason,
  }: Pick<StartRequest, 'retraining' | 'actor' | 'reason'> & { readonly round: number },
): Promise<StoredRound> {
  return deps.store.transaction(async (sql) => {
    const found = await requireRound(sql, retraining, round);
    if (found.document.state !== 'waiting') throw createNotWaiting(found);
    const why = `Dismissed by ${actor}${reason === null ? '' : `: ${reason}`}.`;
    const over = toEndedRound(deps, found, {
      state: 'dismissed',
      reason: why,
      evidence: [{ kind: 'person', id: actor }],
    });
    await putRound(sql, over);
    return over;
  });
}

/** Errors: `retraining_not_found`. */
export async function requireRetraining(sql: Sql, name: string): Promise<StoredRetraining> {
  const [found] = await findRetrainings(sql, name);
  if (found !== undefined) return found;
  const known = (await findRetrainings(sql)).map((each) => each.name);
  const hint = known.length === 0 ? 'Apply a document of kind Retraining first.' : `There are: ${known.join(', ')}.`;
  throw new AppError('retraining_not_found', `There is no retraining "${name}". ${hint}`, { retraining: name });
}

/** Errors: `retraining_round_not_found`. */
export async function requireRound(sql: Sql, retraining: string, round: number): Promise<StoredRound> {
  const found = await findRound(sql, retraining, round);
  if (found !== null) return found;
  const detail = `"${retraining}" has no round ${round}. See: steelyard retraining show ${retraining}`;
  throw new AppError('retraining_round_not_found', detail, { retraining, round });
}

function createNotWaiting({ document: { retraining, round, state } }: StoredRound): AppError {
  const detail = `Round ${round} of "${retraining}" is not waiting: it is ${state.replace('_', ' ')}.`;
  return new AppError('retraining_round_not_waiting', detail, { retraining, round });
}
