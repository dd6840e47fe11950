import { isAdministrator } from '../../platform/auth/index.ts';
import { handle, type Route } from '../../platform/http/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { Aliases } from './aliases.ts';
import type { Models } from './models.ts';
import { type Measurements, readModel, readVersion } from './read-models.ts';
import { editModel, editModelVersion, removeModelAlias, setModelAlias } from './schema.ts';
import type { Versions } from './versions.ts';

export interface RegistryEditDeps {
  readonly store: Store;
  readonly tracking: Measurements;
  readonly models: Models;
  readonly versions: Versions;
  readonly aliases: Aliases;
}

/** Edits of the registry by people: descriptions, and targets of aliases. */
export function registryEditRoutes({ store, tracking, models, versions, aliases }: RegistryEditDeps): Route[] {
  return [
    handle(editModel, async ({ params: { model }, body: { description } }) => {
      if (description !== undefined) await models.update(model, description);
      return readModel(store, model);
    }),
    handle(editModelVersion, async ({ params: { model, version }, body: { description } }) => {
      if (description !== undefined) await versions.update(model, version, description);
      return readVersion(tracking, store, model, version);
    }),
    handle(setModelAlias, async ({ params: { model, alias }, body: { version, reason = null }, identity }) => {
      const by = { identity, isAdmin: isAdministrator(identity), reason };
      return { version, previousVersion: formatVersion(await aliases.set(model, alias, version, by)) };
    }),
    handle(removeModelAlias, async ({ params: { model, alias }, query: { reason = null }, identity }) => {
      const by = { identity, isAdmin: isAdministrator(identity), reason };
      return { version: null, previousVersion: formatVersion(await aliases.delete(model, alias, by)) };
    }),
  ];
}

function formatVersion(version: number | null): string | null {
  return version === null ? null : String(version);
}
