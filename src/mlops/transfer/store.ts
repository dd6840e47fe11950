import type { Sql } from '../../platform/store/index.ts';
import type { importedKinds } from './schema.ts';

export type ImportedKind = (typeof importedKinds)[number];

interface TransferTables {
  /** `fingerprint` is null from the first write of an entity until its last: it is here, not yet whole. */
  imported: { source: string; kind: ImportedKind; id: string; fingerprint: string | null; changed_at: number };
}

interface Entity {
  readonly source: string;
  readonly kind: ImportedKind;
  readonly id: string;
}

export async function findFingerprints(
  sql: Sql,
  source: string,
  kind: ImportedKind,
  ids: readonly string[],
): Promise<Record<string, string>> {
  if (ids.length === 0) return {};
  const rows = await sql
    .tables<TransferTables>()
    .selectFrom('imported')
    .select(['id', 'fingerprint'])
    .where('source', '=', source)
    .where('kind', '=', kind)
    .where('id', 'in', ids)
    .execute();
  return Object.fromEntries(rows.flatMap(({ id, fingerprint }) => (fingerprint === null ? [] : [[id, fingerprint]])));
}

/** True when an import of this entity, from any source, has started. */
export async function isImported(sql: Sql, kind: ImportedKind, id: string, source?: string): Promise<boolean> {
  let query = sql.tables<TransferTables>().selectFrom('imported').select('id').where('kind', '=', kind);
  if (source !== undefined) query = query.where('source', '=', source);
  return (await query.where('id', '=', id).executeTakeFirst()) !== undefined;
}

/** Records that the import of the entity has started. It has no fingerprint until the import is complete. */
export async function insertImport(sql: Sql, { source, kind, id }: Entity, now: number): Promise<void> {
  await sql
    .tables<TransferTables>()
    .insertInto('imported')
    .values({ source, kind, id, fingerprint: null, changed_at: now })
    .onConflict((of) => of.columns(['source', 'kind', 'id']).doUpdateSet({ fingerprint: null, changed_at: now }))
    .execute();
}

/** False when no import of it has started. */
export async function endImport(sql: Sql, entity: Entity, fingerprint: string, now: number): Promise<boolean> {
  const { source, kind, id } = entity;
  const result = await sql
    .tables<TransferTables>()
    .updateTable('imported')
    .set({ fingerprint, changed_at: now })
    .where('source', '=', source)
    .where('kind', '=', kind)
    .where('id', '=', id)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}
