import type { Events } from '../../platform/events/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import { doesNotExist, invalidParameter } from '../wire/index.ts';
import { appendChange } from './change-events.ts';
import { checkAlias, checkAliasFree, isLatest, parseVersion } from './limits.ts';
import { requireModelName } from './models.ts';
import type { ModelVersion } from './types.ts';
import { allVersions, deleteAlias, findAlias, findVersion, upsertAlias } from './version-store.ts';

type AliasEvents = Pick<Events, 'append'>;

export interface AliasesDeps {
  readonly store: Store;
  readonly events: AliasEvents;
}

export type Aliases = ReturnType<typeof createAliases>;

export function createAliases({ store, events }: AliasesDeps) {
  return {
    set: (model: string, alias: string, version: string) =>
      store.transaction((sql) => setAlias(events, sql, model, alias, version)),
    /** Answers the version that it pointed to; null when there was no such alias. */
    delete: (model: string, alias: string): Promise<number | null> =>
      store.transaction(async (sql) => {
        await requireModelName(sql, model);
        checkAlias(alias);
        const version = await findAlias(sql, model, alias);
        if (version === null) return null;
        await deleteAlias(sql, model, alias);
        await appendAliasDeleted(events, sql, model, alias, version);
        await appendChange(events, sql, { of: 'alias', action: 'deleted', model, data: { alias } });
        return version;
      }),
    async get(model: string, alias: string): Promise<ModelVersion> {
      await requireModelName(store, model);
      checkAlias(alias);
      const found = await versionBehind(store, model, alias);
      if (found !== null) return found;
      if (isLatest(alias)) throw doesNotExist(`Latest version not found for model ${model}.`);
      throw invalidParameter(`Registered model alias ${alias} not found.`);
    },
  };
}

/** The version behind an alias, `latest` included; null when there is none. */
export async function versionBehind(sql: Sql, model: string, alias: string): Promise<ModelVersion | null> {
  if (isLatest(alias)) return (await allVersions(sql, model))[0] ?? null;
  const version = await findAlias(sql, model, alias);
  return version === null ? null : findVersion(sql, model, version);
}

/**
 * Points an alias to a version, in the caller's transaction; pointing it where it points already says nothing. Answers
 * the version that it pointed to before; null when it is new.
 */
export async function setAlias(
  events: AliasEvents,
  sql: Sql,
  model: string,
  alias: string,
  version: string,
): Promise<number | null> {
  checkAlias(alias);
  checkAliasFree(alias);
  const number = parseVersion(version);
  await requireModelName(sql, model);
  const found = await findVersion(sql, model, number);
  if (found === null) {
    throw doesNotExist(`Model Version (name=${model}, version=${version}) not found`, 'model_version_not_found');
  }
  const before = await findAlias(sql, model, alias);
  if (before === number) return before;
  await upsertAlias(sql, model, alias, number);
  await events.append(sql, {
    type: 'model_alias.set',
    subject: `model:${model}`,
    payload: {
      model,
      alias,
      version: String(number),
      previousVersion: before === null ? null : String(before),
      runId: found.runId,
    },
  });
  const data = { alias, version: String(number) };
  await appendChange(events, sql, { of: 'alias', action: 'created', model, data });
  return before;
}

export async function appendAliasDeleted(
  events: AliasEvents,
  sql: Sql,
  model: string,
  alias: string,
  version: number,
): Promise<void> {
  const payload = { model, alias, version: String(version) };
  await events.append(sql, { type: 'model_alias.deleted', subject: `model:${model}`, payload });
}
