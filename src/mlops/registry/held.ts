import { sql as raw } from 'kysely';
import type { Sql } from '../../platform/store/index.ts';
import type { RegistryTables } from './tables.ts';

/** A run or a logged model, as versions may name it. */
export interface NamedItem {
  readonly id: string;
  /** Root of its artifacts; null for none. */
  readonly artifactUri: string | null;
}

const ITEMS_A_STATEMENT = 50;

/** Returns the items that a version references as its run or model, or that contain its artifacts, each with that version. */
export async function findDependents(sql: Sql, items: readonly NamedItem[]): Promise<Map<string, string>> {
  const held = new Map<string, string>();
  for (let start = 0; start < items.length; start += ITEMS_A_STATEMENT) {
    const part = items.slice(start, start + ITEMS_A_STATEMENT);
    for (const version of await findNamingVersions(sql, part)) {
      const reason = `version ${version.version} of the registered model "${version.model}" depends on it`;
      for (const item of part) if (isNamedBy(version, item)) held.set(item.id, reason);
    }
  }
  return held;
}

type VersionReference = Pick<
  RegistryTables['model_version'],
  'model' | 'version' | 'run_id' | 'model_id' | 'storage_location'
>;

function isNamedBy(version: VersionReference, { id, artifactUri }: NamedItem): boolean {
  if (version.run_id === id || version.model_id === id) return true;
  return artifactUri !== null && `${version.storage_location}/`.startsWith(`${artifactUri}/`);
}

function findNamingVersions(sql: Sql, items: readonly NamedItem[]): Promise<VersionReference[]> {
  const ids = items.map(({ id }) => id);
  const roots = items.map(({ artifactUri }) => artifactUri).filter((uri) => uri !== null);
  return sql
    .tables<RegistryTables>()
    .selectFrom('model_version')
    .select(['model', 'version', 'run_id', 'model_id', 'storage_location'])
    .where((eb) =>
      eb.or([
        eb('run_id', 'in', ids),
        eb('model_id', 'in', ids),
        ...roots.map((root) => {
          const prefix = `${root}/`;
          return raw<boolean>`substr(storage_location || '/', 1, ${raw.lit([...prefix].length)}) = ${prefix}`;
        }),
      ]),
    )
    .orderBy('model')
    .orderBy('version')
    .execute();
}
