import { sql as raw } from 'kysely';
import type { Sql } from '../../platform/store/index.ts';
import type { SpanRow, TracingTables } from './tables.ts';
import { splitIntoChunks } from './trace-store.ts';

/** Eighteen values a row. */
const ROWS = 300;
const IDS = 1000;

/** Inserts spans, or replaces those of the same id. Idempotent for a client's retry. Preserves `counted`. */
export async function saveSpans(sql: Sql, rows: readonly SpanRow[]): Promise<void> {
  for (const part of splitIntoChunks(rows, ROWS)) {
    await sql
      .tables<TracingTables>()
      .insertInto('span')
      .values(part)
      .onConflict((of) =>
        of.columns(['trace_id', 'span_id']).doUpdateSet((eb) => ({
          parent_span_id: eb.ref('excluded.parent_span_id'),
          experiment_id: eb.ref('excluded.experiment_id'),
          name: eb.ref('excluded.name'),
          type: eb.ref('excluded.type'),
          status: eb.ref('excluded.status'),
          start_us: eb.ref('excluded.start_us'),
          end_us: eb.ref('excluded.end_us'),
          content: eb.ref('excluded.content'),
          input_tokens: eb.ref('excluded.input_tokens'),
          output_tokens: eb.ref('excluded.output_tokens'),
          cache_read_tokens: eb.ref('excluded.cache_read_tokens'),
          cache_write_tokens: eb.ref('excluded.cache_write_tokens'),
          cache_write_1h_tokens: eb.ref('excluded.cache_write_1h_tokens'),
          model: eb.ref('excluded.model'),
          provider: eb.ref('excluded.provider'),
        })),
      )
      .execute();
  }
}

/** A span as JSON of MLflow. */
export interface StoredContent {
  readonly spanId: string;
  readonly content: string;
}

/** JSON of the spans of each trace: the root first, then by their start. */
export async function findSpanContents(sql: Sql, traceIds: readonly string[]): Promise<Map<string, StoredContent[]>> {
  const found = new Map<string, StoredContent[]>();
  for (const ids of splitIntoChunks(traceIds, IDS)) {
    const rows = await sql
      .tables<TracingTables>()
      .selectFrom('span')
      .select(['trace_id', 'span_id', 'content'])
      .where('trace_id', 'in', ids)
      .orderBy((eb) => eb.case().when('parent_span_id', 'is', null).then(0).else(1).end())
      .orderBy('start_us')
      .orderBy('span_id')
      .execute();
    for (const row of rows) {
      const stored = { spanId: row.span_id, content: row.content };
      const contents = found.get(row.trace_id);
      if (contents === undefined) found.set(row.trace_id, [stored]);
      else contents.push(stored);
    }
  }
  return found;
}

const treeColumns = [
  'trace_id',
  'span_id',
  'parent_span_id',
  'name',
  'start_us',
  'end_us',
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'cache_write_1h_tokens',
  'model',
  'provider',
  'counted',
] as const;

/** A span without its content. */
export type SpanNode = Pick<SpanRow, (typeof treeColumns)[number]>;

/** Spans of the traces in which any span reports usage, by trace; other traces have no tokens to count. */
export async function findTokenTrees(sql: Sql, traceIds: readonly string[]): Promise<Map<string, SpanNode[]>> {
  const trees = new Map<string, SpanNode[]>();
  for (const ids of splitIntoChunks(traceIds, IDS)) {
    const withTokens = sql
      .tables<TracingTables>()
      .selectFrom('span')
      .select('trace_id')
      .where('trace_id', 'in', ids)
      .where('input_tokens', 'is not', null);
    const query = sql.tables<TracingTables>().selectFrom('span').select(treeColumns);
    for (const row of await query.where('trace_id', 'in', withTokens).execute()) {
      const tree = trees.get(row.trace_id);
      if (tree === undefined) trees.set(row.trace_id, [row]);
      else tree.push(row);
    }
  }
  return trees;
}

export interface CountedSpanRow {
  readonly traceId: string;
  readonly spanId: string;
  readonly counted: string;
}

export async function markCounted(sql: Sql, spans: readonly CountedSpanRow[]): Promise<void> {
  for (const part of splitIntoChunks(spans, IDS)) {
    const values = part.map(({ traceId, spanId, counted }) => raw`(${traceId}, ${spanId}, ${counted})`);
    await raw`update span set counted = given.column3 from (values ${raw.join(values)}) as given
      where span.trace_id = given.column1 and span.span_id = given.column2`.execute(sql.tables());
  }
}

export async function moveSpans(sql: Sql, traceId: string, experimentId: number): Promise<void> {
  await sql
    .tables<TracingTables>()
    .updateTable('span')
    .set({ experiment_id: experimentId })
    .where('trace_id', '=', traceId)
    .where('experiment_id', '!=', experimentId)
    .execute();
}

/** The spans of each trace: the root first, then by their start. */
export async function findSpanRows(sql: Sql, traceIds: readonly string[]): Promise<Map<string, SpanRow[]>> {
  const found = new Map<string, SpanRow[]>();
  for (const ids of splitIntoChunks(traceIds, IDS)) {
    const query = sql.tables<TracingTables>().selectFrom('span').selectAll().where('trace_id', 'in', ids);
    const rows = await query
      .orderBy((eb) => eb.case().when('parent_span_id', 'is', null).then(0).else(1).end())
      .orderBy('start_us')
      .orderBy('span_id')
      .execute();
    for (const row of rows) {
      const spans = found.get(row.trace_id);
      if (spans === undefined) found.set(row.trace_id, [row]);
      else spans.push(row);
    }
  }
  return found;
}
