import type { Sql } from '../../platform/store/index.ts';
import type { RegistryTables } from './tables.ts';
import type { KeyValue } from './types.ts';
import type { VersionRow } from './version-store.ts';

/** Writes that only an import may do: numbers, sources and times as they are on the other server. */

export async function overwriteModel(sql: Sql, row: RegistryTables['registered_model']): Promise<void> {
  const { name, description, creation_timestamp, last_updated_timestamp, last_version } = row;
  await sql
    .tables<RegistryTables>()
    .updateTable('registered_model')
    .set((eb) => ({
      description,
      creation_timestamp,
      last_updated_timestamp,
      // Numbers given here since are never given again.
      last_version: eb
        .case()
        .when('last_version', '>', last_version)
        .then(eb.ref('last_version'))
        .else(last_version)
        .end(),
    }))
    .where('name', '=', name)
    .execute();
}

export async function replaceModelTags(sql: Sql, model: string, tags: readonly KeyValue[]): Promise<void> {
  const tables = sql.tables<RegistryTables>();
  await tables.deleteFrom('registered_model_tag').where('model', '=', model).execute();
  const rows = listDistinct(tags).map(({ key, value }) => ({ model, key, value }));
  if (rows.length > 0) await tables.insertInto('registered_model_tag').values(rows).execute();
}

export async function overwriteVersion(sql: Sql, row: VersionRow): Promise<void> {
  const { model, version, ...values } = row;
  await sql
    .tables<RegistryTables>()
    .updateTable('model_version')
    .set(values)
    .where('model', '=', model)
    .where('version', '=', version)
    .execute();
}

export async function replaceVersionTags(
  sql: Sql,
  model: string,
  version: number,
  tags: readonly KeyValue[],
): Promise<void> {
  const tables = sql.tables<RegistryTables>();
  await tables.deleteFrom('model_version_tag').where('model', '=', model).where('version', '=', version).execute();
  const rows = listDistinct(tags).map(({ key, value }) => ({ model, version, key, value }));
  if (rows.length > 0) await tables.insertInto('model_version_tag').values(rows).execute();
}

function listDistinct(tags: readonly KeyValue[]): KeyValue[] {
  return [...new Map(tags.map((tag) => [tag.key, tag])).values()];
}
