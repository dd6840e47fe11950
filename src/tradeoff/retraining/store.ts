import { AlertEpisode } from '../../mlops/monitoring/schema.ts';
import type { Sql } from '../../platform/store/index.ts';
import { RetrainingRound, type RoundState } from './schema.ts';
import { RetrainingSpec } from './spec/schema.ts';

export interface StoredRetraining {
  readonly name: string;
  readonly spec: RetrainingSpec;
  /** UTC instant of its first document: earlier occurrences open no round. */
  readonly since: string;
  readonly appliedAt: string;
  /** UTC instant: the end of the data of the last training. */
  readonly trainedUntil: string;
  /** End of the cool-down, UTC: no automatic round before it. Null before the first round. */
  readonly coolsUntil: string | null;
}

export interface StoredRound {
  readonly document: RetrainingRound;
  /** Key of the event: the same key opens one round. */
  readonly occurrence: string;
  /** UTC instant of the next check; null: the round waits for an event. */
  readonly lookAt: string | null;
  /** Sequence number of the last processed event of its episode; 0 for none. */
  readonly heard: number;
  /** The latest state of the episode; null: no episode. */
  readonly episode: AlertEpisode | null;
}

/** State of a trigger between two looks. */
export interface TriggerState {
  readonly retraining: string;
  readonly name: string;
  /** Its condition, as JSON: a changed condition makes it a new trigger. */
  readonly definition: string;
  readonly nextAt: string | null;
  /** Predictions or labels at the last look; null before it. */
  readonly counted: number | null;
  readonly digest: string | null;
  readonly mark: string | null;
  readonly changes: number;
  readonly problem: string | null;
}

interface RetrainingTables {
  retraining: {
    name: string;
    spec: string;
    next_round: number;
    since: string;
    applied_at: string;
    trained_until: string;
    cools_until: string | null;
  };
  retraining_trigger: {
    retraining: string;
    trigger_name: string;
    definition: string;
    next_at: string | null;
    counted: number | null;
    digest: string | null;
    mark: string | null;
    changes: number;
    problem: string | null;
  };
  retraining_round: {
    retraining: string;
    round: number;
    occurrence: string;
    state: string;
    trigger_name: string | null;
    look_at: string | null;
    run: string | null;
    heard: number;
    episode: string | null;
    document: string;
  };
}

const selectTables = (sql: Sql) => sql.tables<RetrainingTables>();

/** By name. */
export async function findRetrainings(sql: Sql, name: string | null = null): Promise<StoredRetraining[]> {
  let query = selectTables(sql).selectFrom('retraining').selectAll().orderBy('name');
  if (name !== null) query = query.where('name', '=', name);
  return (await query.execute()).map((row) => ({
    name: row.name,
    spec: RetrainingSpec.parse(JSON.parse(row.spec)),
    since: row.since,
    appliedAt: row.applied_at,
    trainedUntil: row.trained_until,
    coolsUntil: row.cools_until,
  }));
}

/** The pipeline that a retraining runs; null when there is no such retraining. */
export async function findRetrainedPipeline(sql: Sql, name: string): Promise<string | null> {
  const [found] = await findRetrainings(sql, name);
  return found?.spec.pipeline ?? null;
}

export async function putRetraining(sql: Sql, retraining: StoredRetraining): Promise<void> {
  const { name, spec, since, appliedAt, trainedUntil, coolsUntil } = retraining;
  const row = {
    spec: JSON.stringify(spec),
    applied_at: appliedAt,
    trained_until: trainedUntil,
    cools_until: coolsUntil,
  };
  await selectTables(sql)
    .insertInto('retraining')
    .values({ name, since, next_round: 1, ...row })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
}

/** The number of the next round, taken in the caller's transaction. */
export async function takeRoundNumber(sql: Sql, name: string): Promise<number> {
  const { next_round: round } = await selectTables(sql)
    .selectFrom('retraining')
    .select('next_round')
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  await selectTables(sql)
    .updateTable('retraining')
    .set({ next_round: round + 1 })
    .where('name', '=', name)
    .execute();
  return round;
}

export async function findTriggerStates(sql: Sql, retraining: string): Promise<TriggerState[]> {
  const rows = await selectTables(sql)
    .selectFrom('retraining_trigger')
    .selectAll()
    .where('retraining', '=', retraining)
    .execute();
  return rows.map(({ trigger_name: name, next_at: nextAt, ...row }) => ({ name, nextAt, ...row }));
}

export async function putTriggerState(sql: Sql, { name, nextAt, ...state }: TriggerState): Promise<void> {
  const row = { ...state, trigger_name: name, next_at: nextAt };
  await selectTables(sql)
    .insertInto('retraining_trigger')
    .values(row)
    .onConflict((conflict) => conflict.columns(['retraining', 'trigger_name']).doUpdateSet(row))
    .execute();
}

export async function removeTrigger(sql: Sql, retraining: string, name: string): Promise<void> {
  await selectTables(sql)
    .deleteFrom('retraining_trigger')
    .where('retraining', '=', retraining)
    .where('trigger_name', '=', name)
    .execute();
}

/** Names of retrainings with a due trigger or round. */
export async function findDueRetrainings(sql: Sql, now: string): Promise<string[]> {
  const triggers = await selectTables(sql)
    .selectFrom('retraining_trigger')
    .select('retraining')
    .distinct()
    .where('next_at', '<=', now)
    .execute();
  const rounds = await selectTables(sql)
    .selectFrom('retraining_round')
    .select('retraining')
    .distinct()
    .where('state', 'in', ['waiting', 'starting', 'running', 'promoted'])
    .where('look_at', '<=', now)
    .execute();
  return [...new Set([...triggers, ...rounds].map(({ retraining }) => retraining))].toSorted();
}

const toStoredRound = ({
  document,
  occurrence,
  look_at,
  heard,
  episode,
}: RetrainingTables['retraining_round']): StoredRound => ({
  // Rounds of older servers have no realized gain and no test set.
  document: RetrainingRound.parse({ realised: null, realisedGain: null, test: null, ...JSON.parse(document) }),
  occurrence,
  lookAt: look_at,
  heard,
  episode: episode === null ? null : AlertEpisode.parse(JSON.parse(episode)),
});

const selectRounds = (sql: Sql) => selectTables(sql).selectFrom('retraining_round').selectAll();

export async function findRound(sql: Sql, retraining: string, number: number): Promise<StoredRound | null> {
  const query = selectRounds(sql).where('retraining', '=', retraining).where('round', '=', number);
  const row = await query.executeTakeFirst();
  return row === undefined ? null : toStoredRound(row);
}

export async function findRoundByRun(sql: Sql, run: string): Promise<StoredRound | null> {
  const row = await selectRounds(sql).where('run', '=', run).executeTakeFirst();
  return row === undefined ? null : toStoredRound(row);
}

/** The round that an occurrence began; null where it began none. */
export async function findRoundByOccurrence(
  sql: Sql,
  retraining: string,
  occurrence: string,
): Promise<StoredRound | null> {
  const query = selectRounds(sql).where('retraining', '=', retraining).where('occurrence', '=', occurrence);
  const row = await query.executeTakeFirst();
  return row === undefined ? null : toStoredRound(row);
}

/** Rounds in any of these states, first to last. */
export async function findRoundsByState(
  sql: Sql,
  retraining: string,
  states: readonly RoundState[],
): Promise<StoredRound[]> {
  const query = selectRounds(sql).where('retraining', '=', retraining).where('state', 'in', states).orderBy('round');
  return (await query.execute()).map(toStoredRound);
}

/** Documents of the latest promoted rounds of a model, of all models where it is null; newest retraining and round last. */
export async function listPromotedRounds(
  sql: Sql,
  { model, limit }: { readonly model: string | null; readonly limit: number },
): Promise<RetrainingRound[]> {
  const names = (await findRetrainings(sql)).filter(({ spec }) => model === null || spec.model === model);
  if (names.length === 0) return [];
  const query = selectRounds(sql)
    .where('state', '=', 'promoted')
    .where(
      'retraining',
      'in',
      names.map(({ name }) => name),
    );
  const rows = await query.orderBy('round', 'desc').limit(limit).execute();
  return rows.map((row) => toStoredRound(row).document);
}

/** Latest first, before one of this number where it is given. */
export async function pageRounds(
  sql: Sql,
  retraining: string,
  before: number | null,
  limit: number,
): Promise<StoredRound[]> {
  let query = selectRounds(sql).where('retraining', '=', retraining).orderBy('round', 'desc').limit(limit);
  if (before !== null) query = query.where('round', '<', before);
  return (await query.execute()).map(toStoredRound);
}

/** In the caller's transaction; another round of the same occurrence is an error of the store. */
export async function putRound(sql: Sql, stored: StoredRound): Promise<void> {
  const { document, occurrence, lookAt, heard, episode } = stored;
  const row = {
    retraining: document.retraining,
    round: document.round,
    occurrence,
    state: document.state,
    trigger_name: document.trigger.name,
    look_at: lookAt,
    run: document.run?.run ?? null,
    heard,
    episode: episode === null ? null : JSON.stringify(episode),
    document: JSON.stringify(document),
  };
  await selectTables(sql)
    .insertInto('retraining_round')
    .values(row)
    .onConflict((conflict) => conflict.columns(['retraining', 'round']).doUpdateSet(row))
    .execute();
}
