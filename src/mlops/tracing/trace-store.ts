import type { Sql } from '../../platform/store/index.ts';
import { parseAssessmentRow } from './assessment.ts';
import type { TraceRow, TracingTables } from './tables.ts';
import type { TraceInfo } from './types.ts';

/** Values of one statement, at most; both engines take more. */
const CHUNK = 1000;

export type KeyValueTable = 'trace_tag' | 'trace_metadata';

export async function findTraceRows(sql: Sql, traceIds: readonly string[]): Promise<Map<string, TraceRow>> {
  const rows = new Map<string, TraceRow>();
  for (const ids of splitIntoChunks([...new Set(traceIds)], CHUNK)) {
    const query = sql.tables<TracingTables>().selectFrom('trace').selectAll().where('trace_id', 'in', ids);
    for (const row of await query.execute()) rows.set(row.trace_id, row);
  }
  return rows;
}

/** Traces in full, in the order of their ids as given; those that do not exist are left out. */
export async function findTraces(sql: Sql, traceIds: readonly string[]): Promise<TraceInfo[]> {
  const rows = await findTraceRows(sql, traceIds);
  return readFullTraces(
    sql,
    [...new Set(traceIds)].map((id) => rows.get(id)).filter((row) => row !== undefined),
  );
}

export async function findTrace(sql: Sql, traceId: string): Promise<TraceInfo | null> {
  const [trace] = await findTraces(sql, [traceId]);
  return trace ?? null;
}

/** The rows with their tags, metadata and assessments. */
export async function readFullTraces(sql: Sql, rows: readonly TraceRow[]): Promise<TraceInfo[]> {
  const ids = rows.map((row) => row.trace_id);
  const tags = await listKeyValues(sql, 'trace_tag', ids);
  const metadata = await listKeyValues(sql, 'trace_metadata', ids);
  const assessments = await findAssessments(sql, ids);
  return rows.map((row) => ({
    traceId: row.trace_id,
    experimentId: row.experiment_id,
    requestTime: row.request_time,
    executionDuration: row.execution_duration,
    state: row.state,
    clientRequestId: row.client_request_id,
    requestPreview: row.request_preview,
    responsePreview: row.response_preview,
    tags: tags.get(row.trace_id) ?? {},
    metadata: metadata.get(row.trace_id) ?? {},
    assessments: assessments.get(row.trace_id) ?? [],
  }));
}

export async function listKeyValues(
  sql: Sql,
  table: KeyValueTable,
  traceIds: readonly string[],
): Promise<Map<string, Record<string, string>>> {
  const found = new Map<string, Record<string, string>>();
  for (const ids of splitIntoChunks(traceIds, CHUNK)) {
    const query = sql.tables<TracingTables>().selectFrom(table).selectAll().where('trace_id', 'in', ids);
    for (const { trace_id: id, key, value } of await query.orderBy('key').execute()) {
      const entries = found.get(id) ?? {};
      found.set(id, entries);
      entries[key] = value;
    }
  }
  return found;
}

async function findAssessments(sql: Sql, traceIds: readonly string[]) {
  const found = new Map<string, ReturnType<typeof parseAssessmentRow>[]>();
  for (const ids of splitIntoChunks(traceIds, CHUNK)) {
    const query = sql.tables<TracingTables>().selectFrom('assessment').selectAll().where('trace_id', 'in', ids);
    for (const row of await query.orderBy('create_time').orderBy('assessment_id').execute()) {
      const list = found.get(row.trace_id) ?? [];
      found.set(row.trace_id, list);
      list.push(parseAssessmentRow(row));
    }
  }
  return found;
}

/** Inserts the rows, or replaces those of the same trace. One row a trace. */
export async function saveTraceRows(sql: Sql, rows: readonly TraceRow[]): Promise<void> {
  for (const part of splitIntoChunks(rows, CHUNK)) {
    await sql
      .tables<TracingTables>()
      .insertInto('trace')
      .values([...part])
      .onConflict((of) =>
        of.column('trace_id').doUpdateSet((eb) => ({
          experiment_id: eb.ref('excluded.experiment_id'),
          request_time: eb.ref('excluded.request_time'),
          execution_duration: eb.ref('excluded.execution_duration'),
          state: eb.ref('excluded.state'),
          client_request_id: eb.ref('excluded.client_request_id'),
          request_preview: eb.ref('excluded.request_preview'),
          response_preview: eb.ref('excluded.response_preview'),
          finalized: eb.ref('excluded.finalized'),
        })),
      )
      .execute();
  }
}

export interface TraceKeyValue {
  readonly trace_id: string;
  readonly key: string;
  readonly value: string;
}

/** The later of two values for one key wins, unless `keep` preserves an existing value. */
export async function saveKeyValues(
  sql: Sql,
  table: KeyValueTable,
  entries: readonly TraceKeyValue[],
  keep = false,
): Promise<void> {
  const unique = new Map(entries.map((entry) => [JSON.stringify([entry.trace_id, entry.key]), entry]));
  for (const part of splitIntoChunks([...unique.values()], CHUNK)) {
    const insert = sql
      .tables<TracingTables>()
      .insertInto(table)
      .values([...part]);
    await insert
      .onConflict((of) => {
        const conflict = of.columns(['trace_id', 'key']);
        return keep ? conflict.doNothing() : conflict.doUpdateSet((eb) => ({ value: eb.ref('excluded.value') }));
      })
      .execute();
  }
}

/** True when there was such a tag. */
export async function deleteTag(sql: Sql, traceId: string, key: string): Promise<boolean> {
  const query = sql.tables<TracingTables>().deleteFrom('trace_tag');
  const result = await query.where('trace_id', '=', traceId).where('key', '=', key).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export async function saveLinks(sql: Sql, links: readonly TracingTables['trace_link'][]): Promise<void> {
  for (const part of splitIntoChunks(links, CHUNK)) {
    await sql
      .tables<TracingTables>()
      .insertInto('trace_link')
      .values([...part])
      .onConflict((of) => of.doNothing())
      .execute();
  }
}

/** The run of each trace that a client linked to one; the first by its id where there are several. */
export async function listLinkedRuns(sql: Sql, traceIds: readonly string[]): Promise<Map<string, string>> {
  const runs = new Map<string, string>();
  for (const ids of splitIntoChunks(traceIds, CHUNK)) {
    const query = sql.tables<TracingTables>().selectFrom('trace_link').selectAll().where('trace_id', 'in', ids);
    for (const row of await query.where('kind', '=', 'run').orderBy('target', 'desc').execute()) {
      runs.set(row.trace_id, row.target);
    }
  }
  return runs;
}

export interface DeleteSelection {
  readonly experimentId: number;
  readonly traceIds: readonly string[];
  /** Only traces up to this instant; null with ids. */
  readonly maxTimestamp: number | null;
  /** Limit: only the oldest traces up to this number. */
  readonly maxTraces: number | null;
}

/** Removes traces with everything below them; their ids. */
export async function deleteTraces(sql: Sql, selection: DeleteSelection): Promise<string[]> {
  let query = sql
    .tables<TracingTables>()
    .selectFrom('trace')
    .select('trace_id')
    .where('experiment_id', '=', selection.experimentId)
    .orderBy('request_time')
    .orderBy('trace_id');
  if (selection.maxTimestamp !== null) query = query.where('request_time', '<=', selection.maxTimestamp);
  if (selection.traceIds.length > 0) query = query.where('trace_id', 'in', selection.traceIds);
  if (selection.maxTraces !== null) query = query.limit(selection.maxTraces);
  const found = (await query.execute()).map((row) => row.trace_id);
  for (const ids of splitIntoChunks(found, CHUNK)) {
    for (const table of ['span', 'assessment', 'trace_link', 'trace_metadata', 'trace_tag', 'trace'] as const) {
      await sql.tables<TracingTables>().deleteFrom(table).where('trace_id', 'in', ids).execute();
    }
  }
  return found;
}

export function splitIntoChunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
