import type { Events } from '../../platform/events/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import { buildDoesNotExist, buildInvalidParameter } from '../wire/index.ts';
import { appendChange } from './change-events.ts';
import { type AliasChange, type AliasGovernance, type Override, refuseGoverned } from './governance.ts';
import { checkAlias, checkAliasFree, isLatest, parseVersion } from './limits.ts';
import { requireModelName } from './models.ts';
import type { ModelVersion } from './types.ts';
import { deleteAlias, findAlias, findVersion, listVersions, upsertAlias } from './version-store.ts';

type AliasEvents = Pick<Events, 'append'>;

export interface AliasesDeps {
  readonly store: Store;
  readonly events: AliasEvents;
  readonly governance: AliasGovernance;
}

export type Aliases = ReturnType<typeof createAliases>;

export function createAliases({ store, events, governance }: AliasesDeps) {
  /** Stores the reason for a change of an alias against its policies. */
  const keepOverride = async (
    sql: Sql,
    policies: readonly string[],
    { identity, reason }: AliasChange,
    moved: Pick<Override, 'model' | 'alias' | 'from' | 'to'>,
  ): Promise<void> => {
    if (policies.length === 0 || reason === null || moved.from === moved.to) return;
    await governance.overridden(sql, { actor: identity.name, reason, policies, ...moved });
  };
  return {
    /** Answers the version that it pointed to before. Error: `alias_governed`. */
    set: (model: string, alias: string, version: string, by: AliasChange): Promise<number | null> =>
      store.transaction(async (sql) => {
        const policies = await refuseGoverned(governance, sql, { model, alias, version }, by);
        const before = await setAlias(events, sql, model, alias, version);
        const moved = { model, alias, from: formatVersion(before), to: String(parseVersion(version)) };
        await keepOverride(sql, policies, by, moved);
        return before;
      }),
    /** Answers the version that it pointed to; null when there was no such alias. Error: `alias_governed`. */
    delete: (model: string, alias: string, by: AliasChange): Promise<number | null> =>
      store.transaction(async (sql) => {
        await requireModelName(sql, model);
        checkAlias(alias);
        const version = await findAlias(sql, model, alias);
        if (version === null) return null;
        const policies = await refuseGoverned(governance, sql, { model, alias, version: null }, by);
        await keepOverride(sql, policies, by, { model, alias, from: String(version), to: null });
        await deleteAlias(sql, model, alias);
        await appendAliasDeleted(events, sql, model, alias, version);
        await appendChange(events, sql, { of: 'alias', action: 'deleted', model, data: { alias } });
        return version;
      }),
    async get(model: string, alias: string): Promise<ModelVersion> {
      await requireModelName(store, model);
      checkAlias(alias);
      const found = await findVersionOfAlias(store, model, alias);
      if (found !== null) return found;
      if (isLatest(alias)) throw buildDoesNotExist(`Latest version not found for model ${model}.`);
      throw buildInvalidParameter(`Registered model alias ${alias} not found.`);
    },
  };
}

function formatVersion(version: number | null): string | null {
  return version === null ? null : String(version);
}

/** The version behind an alias, `latest` included; null when there is none. */
export async function findVersionOfAlias(sql: Sql, model: string, alias: string): Promise<ModelVersion | null> {
  if (isLatest(alias)) return (await listVersions(sql, model))[0] ?? null;
  const version = await findAlias(sql, model, alias);
  return version === null ? null : findVersion(sql, model, version);
}

/**
 * Points an alias to a version, in the caller's transaction; without a change no event is emitted. Answers the version
 * that it pointed to before; null when it is new.
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
    throw buildDoesNotExist(`Model Version (name=${model}, version=${version}) not found`, 'model_version_not_found');
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
