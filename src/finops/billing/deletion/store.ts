import type { Generated, Selectable } from 'kysely';
import type { Sql } from '../../../platform/store/index.ts';
import type { DeliveryFile } from '../store.ts';
import { DeletionRecord } from './schema.ts';

interface DeletionTables {
  bill_deletion: {
    sequence: Generated<number>;
    at: string;
    cause: string;
    what: string;
    actor: string;
    why: string | null;
    delivery_id: string;
    source: string;
    periods: string;
    row_count: number;
    lake_bytes: number;
    raw_bytes: number;
    files: string;
    lake_files: string;
    finished_at: string | null;
  };
  bill_delivery: { id: string; source: string; files: string; raw_deleted_at: string | null };
  bill_delivery_unit: { delivery_id: string };
  bill_overlap: { one: string; other: string };
  bill_overlap_decision: { one: string; other: string };
  bill_source: { source: string };
}

/** A deletion and the files that it removes from the disk. */
export interface StoredDeletion extends DeletionRecord {
  readonly files: readonly DeliveryFile[];
  /** Ids of the lake files with the rows; empty when the rows are kept. */
  readonly lakeFiles: readonly string[];
}

export async function insertDeletion(sql: Sql, deletion: Omit<StoredDeletion, 'finishedAt'>): Promise<void> {
  await sql
    .tables<DeletionTables>()
    .insertInto('bill_deletion')
    .values({
      at: deletion.at,
      cause: deletion.cause,
      what: deletion.what,
      actor: deletion.actor,
      why: deletion.why,
      delivery_id: deletion.delivery,
      source: deletion.source,
      periods: JSON.stringify(deletion.periods),
      row_count: deletion.rows,
      lake_bytes: deletion.lakeBytes,
      raw_bytes: deletion.rawBytes,
      files: JSON.stringify(deletion.files),
      lake_files: JSON.stringify(deletion.lakeFiles),
      finished_at: null,
    })
    .execute();
}

export async function removeDelivery(sql: Sql, delivery: string): Promise<void> {
  const db = sql.tables<DeletionTables>();
  await db.deleteFrom('bill_delivery_unit').where('delivery_id', '=', delivery).execute();
  await db.deleteFrom('bill_delivery').where('id', '=', delivery).execute();
}

/**
 * Deletes the facts of a source other than its deliveries: its settings, overlaps and overlap decisions. Export names
 * in overlaps start with `exportPrefix`.
 */
export async function removeSourceFacts(sql: Sql, source: string, exportPrefix: string): Promise<void> {
  const db = sql.tables<DeletionTables>();
  await db.deleteFrom('bill_source').where('source', '=', source).execute();
  for (const table of ['bill_overlap', 'bill_overlap_decision'] as const) {
    for (const { one, other } of await db.selectFrom(table).select(['one', 'other']).distinct().execute()) {
      if (!one.startsWith(exportPrefix) && !other.startsWith(exportPrefix)) continue;
      await db.deleteFrom(table).where('one', '=', one).where('other', '=', other).execute();
    }
  }
}

export async function findDeliveriesOfSource(sql: Sql, source: string): Promise<string[]> {
  const rows = await sql
    .tables<DeletionTables>()
    .selectFrom('bill_delivery')
    .select('id')
    .where('source', '=', source)
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}

/** SHA-256 of the raw files that deliveries keep, `except` these deliveries. */
export async function findKeptRawFiles(sql: Sql, except: ReadonlySet<string> = new Set()): Promise<Set<string>> {
  const rows = await sql
    .tables<DeletionTables>()
    .selectFrom('bill_delivery')
    .select(['id', 'files'])
    .where('raw_deleted_at', 'is', null)
    .execute();
  const kept = rows.filter(({ id }) => !except.has(id)).flatMap(({ files }) => JSON.parse(files) as DeliveryFile[]);
  return new Set(kept.map(({ sha256 }) => sha256));
}

/** Null: the raw files of the delivery are present. */
export async function saveRawDeleted(sql: Sql, delivery: string, at: string | null): Promise<void> {
  await sql
    .tables<DeletionTables>()
    .updateTable('bill_delivery')
    .set({ raw_deleted_at: at })
    .where('id', '=', delivery)
    .execute();
}

/** Time at which retention deleted the raw files, by delivery; only deliveries without raw files. */
export async function findRawDeletedAt(sql: Sql): Promise<Map<string, string>> {
  const rows = await sql
    .tables<DeletionTables>()
    .selectFrom('bill_delivery')
    .select(['id', 'raw_deleted_at'])
    .where('raw_deleted_at', 'is not', null)
    .execute();
  return new Map(rows.flatMap(({ id, raw_deleted_at: at }) => (at === null ? [] : [[id, at] as const])));
}

/** Deletions whose files may still be on the disk, oldest first. */
export async function findUnfinishedDeletions(sql: Sql): Promise<{ sequence: number; deletion: StoredDeletion }[]> {
  const rows = await selectDeletions(sql).where('finished_at', 'is', null).orderBy('sequence').execute();
  return rows.map((row) => ({ sequence: row.sequence, deletion: rowToDeletion(row) }));
}

export async function finishDeletion(sql: Sql, sequence: number, at: string): Promise<void> {
  await sql
    .tables<DeletionTables>()
    .updateTable('bill_deletion')
    .set({ finished_at: at })
    .where('sequence', '=', sequence)
    .execute();
}

/** Deletions of whole deliveries among these, oldest first. */
export async function findDeletions(sql: Sql, deliveries: readonly string[]): Promise<StoredDeletion[]> {
  if (deliveries.length === 0) return [];
  const rows = await selectDeletions(sql)
    .where('delivery_id', 'in', [...deliveries])
    .where('what', '=', 'delivery')
    .orderBy('sequence')
    .execute();
  return rows.map(rowToDeletion);
}

/** Newest first. */
export async function findDeletionPage(
  sql: Sql,
  page: { readonly source: string | null; readonly after: number | null; readonly limit: number },
): Promise<{ sequence: number; deletion: DeletionRecord }[]> {
  let query = selectDeletions(sql).orderBy('sequence', 'desc').limit(page.limit);
  if (page.source !== null) query = query.where('source', '=', page.source);
  if (page.after !== null) query = query.where('sequence', '<', page.after);
  return (await query.execute()).map((row) => {
    const { files: _files, lakeFiles: _lakeFiles, ...deletion } = rowToDeletion(row);
    return { sequence: row.sequence, deletion };
  });
}

const selectDeletions = (sql: Sql) => sql.tables<DeletionTables>().selectFrom('bill_deletion').selectAll();

function rowToDeletion(row: Selectable<DeletionTables['bill_deletion']>): StoredDeletion {
  const record = DeletionRecord.parse({
    at: row.at,
    cause: row.cause,
    what: row.what,
    actor: row.actor,
    why: row.why,
    delivery: row.delivery_id,
    source: row.source,
    periods: JSON.parse(row.periods),
    rows: row.row_count,
    lakeBytes: row.lake_bytes,
    rawBytes: row.raw_bytes,
    finishedAt: row.finished_at,
  });
  return {
    ...record,
    files: JSON.parse(row.files) as DeliveryFile[],
    lakeFiles: JSON.parse(row.lake_files) as string[],
  };
}
