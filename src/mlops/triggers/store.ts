import type { Sql } from '../../platform/store/index.ts';
import { Outcome } from './schema.ts';

/** State of a trigger between two polls. */
export interface TriggerState {
  readonly pipeline: string;
  readonly name: string;
  /** Condition of the trigger, as JSON. A changed condition makes it a new trigger. */
  readonly definition: string;
  /** Start of its validity, Unix milliseconds: earlier events start no run. */
  readonly sinceMs: number;
  /** UTC instant of its next scheduled time or poll; null for a trigger by push or event, or with no time left. */
  readonly nextAt: string | null;
  /** Digest of the data at the last poll; null before the first poll. */
  readonly digest: string | null;
  /** Cheap sign that the data is as it was (size, time, inode); null where there is none. */
  readonly mark: string | null;
  /** Changes of the data seen so far. */
  readonly changes: number;
  /** Error of the last poll; null when it succeeded. */
  readonly problem: string | null;
}

/** Decision about one occurrence of a trigger's condition. */
export interface Decision {
  readonly pipeline: string;
  readonly trigger: string;
  /** Id of the occurrence: the same id starts one run. */
  readonly occurrence: string;
  readonly atMs: number;
  readonly outcome: Outcome;
  /** Description of the occurrence. */
  readonly detail: string;
  /** Reason why no run was started; null when one was, or is about to be. */
  readonly reason: string | null;
  /** Git commit that its run is of. */
  readonly commit: string | null;
  /** Id of the run. */
  readonly run: string | null;
  /** Id of the pipeline run that caused it. Null: no known run. */
  readonly causedBy: string | null;
}

interface TriggerRow {
  pipeline: string;
  trigger_name: string;
  definition: string;
  since_ms: number;
  next_at: string | null;
  digest: string | null;
  mark: string | null;
  changes: number;
  problem: string | null;
}

interface DecisionRow {
  pipeline: string;
  trigger_name: string;
  occurrence: string;
  at_ms: number;
  outcome: string;
  detail: string;
  reason: string | null;
  commit_id: string | null;
  run: string | null;
  caused_by: string | null;
}

interface TriggerTables {
  pipeline_trigger: TriggerRow;
  pipeline_trigger_decision: DecisionRow;
  pipeline_run: { id: string; run_number: number; state: string };
}

/** Retention: decisions kept per trigger. */
export const KEPT_DECISIONS = 100;

export async function listTriggerStates(sql: Sql, pipeline: string): Promise<TriggerState[]> {
  const query = sql.tables<TriggerTables>().selectFrom('pipeline_trigger').selectAll();
  return (await query.where('pipeline', '=', pipeline).execute()).map(parseStateRow);
}

export async function findTriggerState(sql: Sql, pipeline: string, name: string): Promise<TriggerState | null> {
  return (await listTriggerStates(sql, pipeline)).find((state) => state.name === name) ?? null;
}

export async function saveTriggerState(sql: Sql, state: TriggerState): Promise<void> {
  const row = {
    definition: state.definition,
    since_ms: state.sinceMs,
    next_at: state.nextAt,
    digest: state.digest,
    mark: state.mark,
    changes: state.changes,
    problem: state.problem,
  };
  await sql
    .tables<TriggerTables>()
    .insertInto('pipeline_trigger')
    .values({ pipeline: state.pipeline, trigger_name: state.name, ...row })
    .onConflict((conflict) => conflict.columns(['pipeline', 'trigger_name']).doUpdateSet(row))
    .execute();
}

/** A trigger that is no longer in the document is removed with its history. */
export async function removeTrigger(sql: Sql, pipeline: string, name: string): Promise<void> {
  const tables = sql.tables<TriggerTables>();
  for (const table of ['pipeline_trigger', 'pipeline_trigger_decision'] as const) {
    await tables.deleteFrom(table).where('pipeline', '=', pipeline).where('trigger_name', '=', name).execute();
  }
}

/** True for the one who may take the turn of this time. */
export async function takeTurn(
  sql: Sql,
  { pipeline, name }: Pick<TriggerState, 'pipeline' | 'name'>,
  at: string,
  nextAt: string | null,
): Promise<boolean> {
  const { numUpdatedRows } = await sql
    .tables<TriggerTables>()
    .updateTable('pipeline_trigger')
    .set({ next_at: nextAt })
    .where('pipeline', '=', pipeline)
    .where('trigger_name', '=', name)
    .where('next_at', '=', at)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** False when the same has been decided before. */
export async function insertDecision(sql: Sql, decision: Decision): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await sql
    .tables<TriggerTables>()
    .insertInto('pipeline_trigger_decision')
    .values({
      pipeline: decision.pipeline,
      trigger_name: decision.trigger,
      occurrence: decision.occurrence,
      at_ms: decision.atMs,
      outcome: decision.outcome,
      detail: decision.detail,
      reason: decision.reason,
      commit_id: decision.commit,
      run: decision.run,
      caused_by: decision.causedBy,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

export async function endDecision(
  sql: Sql,
  { pipeline, trigger, occurrence }: Pick<Decision, 'pipeline' | 'trigger' | 'occurrence'>,
  end: Pick<Decision, 'outcome' | 'reason' | 'run'>,
): Promise<void> {
  await sql
    .tables<TriggerTables>()
    .updateTable('pipeline_trigger_decision')
    .set(end)
    .where('pipeline', '=', pipeline)
    .where('trigger_name', '=', trigger)
    .where('occurrence', '=', occurrence)
    .execute();
}

export async function findDecision(
  sql: Sql,
  { pipeline, trigger, occurrence }: Pick<Decision, 'pipeline' | 'trigger' | 'occurrence'>,
): Promise<Decision | null> {
  const row = await selectDecisions(sql, pipeline, trigger).where('occurrence', '=', occurrence).executeTakeFirst();
  return row === undefined ? null : parseDecisionRow(row);
}

/** Occurrences of a trigger that are still to be decided, oldest first. */
export async function listPendingOccurrences(
  sql: Sql,
  { pipeline, trigger }: Pick<Decision, 'pipeline' | 'trigger'>,
): Promise<string[]> {
  const pending = selectDecisions(sql, pipeline, trigger).where('outcome', '=', 'pending');
  const rows = await pending.orderBy('at_ms').orderBy('occurrence').execute();
  return rows.map(({ occurrence }) => occurrence);
}

/** Latest first, each with the number of its run; null where it has none, or the run was removed. */
export async function listLastDecisions(
  sql: Sql,
  pipeline: string,
  trigger: string,
): Promise<(Decision & { readonly number: number | null })[]> {
  const rows = await sql
    .tables<TriggerTables>()
    .selectFrom('pipeline_trigger_decision')
    .leftJoin('pipeline_run', 'pipeline_run.id', 'pipeline_trigger_decision.run')
    .selectAll('pipeline_trigger_decision')
    .select('pipeline_run.run_number')
    .where('pipeline_trigger_decision.pipeline', '=', pipeline)
    .where('trigger_name', '=', trigger)
    .orderBy('at_ms', 'desc')
    .orderBy('occurrence', 'desc')
    .limit(KEPT_DECISIONS)
    .execute();
  return rows.map((row) => ({ ...parseDecisionRow(row), number: row.run_number }));
}

/** Runs that a trigger started and that are not over, oldest first. */
export async function listActiveRunsOfTrigger(
  sql: Sql,
  pipeline: string,
  trigger: string,
): Promise<{ readonly id: string; readonly number: number }[]> {
  return sql
    .tables<TriggerTables>()
    .selectFrom('pipeline_trigger_decision')
    .innerJoin('pipeline_run', 'pipeline_run.id', 'pipeline_trigger_decision.run')
    .select(['pipeline_run.id', 'pipeline_run.run_number as number'])
    .where('pipeline_trigger_decision.pipeline', '=', pipeline)
    .where('trigger_name', '=', trigger)
    .where('pipeline_run.state', 'in', ['waiting', 'running'])
    .orderBy('run_number')
    .execute();
}

/** Retention: removes the oldest decisions beyond the limit. Pending ones stay. */
export async function pruneDecisions(sql: Sql, pipeline: string, trigger: string): Promise<void> {
  const rows = await selectDecisions(sql, pipeline, trigger)
    .where('outcome', '!=', 'pending')
    .orderBy('at_ms', 'desc')
    .orderBy('occurrence', 'desc')
    .offset(KEPT_DECISIONS)
    .limit(KEPT_DECISIONS)
    .execute();
  if (rows.length === 0) return;
  const old = rows.map(({ occurrence }) => occurrence);
  await sql
    .tables<TriggerTables>()
    .deleteFrom('pipeline_trigger_decision')
    .where('pipeline', '=', pipeline)
    .where('trigger_name', '=', trigger)
    .where('occurrence', 'in', old)
    .execute();
}

function selectDecisions(sql: Sql, pipeline: string, trigger: string) {
  const query = sql.tables<TriggerTables>().selectFrom('pipeline_trigger_decision').selectAll();
  return query.where('pipeline', '=', pipeline).where('trigger_name', '=', trigger);
}

function parseStateRow(row: TriggerRow): TriggerState {
  return {
    pipeline: row.pipeline,
    name: row.trigger_name,
    definition: row.definition,
    sinceMs: row.since_ms,
    nextAt: row.next_at,
    digest: row.digest,
    mark: row.mark,
    changes: row.changes,
    problem: row.problem,
  };
}

function parseDecisionRow(row: DecisionRow): Decision {
  return {
    pipeline: row.pipeline,
    trigger: row.trigger_name,
    occurrence: row.occurrence,
    atMs: row.at_ms,
    outcome: Outcome.parse(row.outcome),
    detail: row.detail,
    reason: row.reason,
    commit: row.commit_id,
    run: row.run,
    causedBy: row.caused_by,
  };
}
