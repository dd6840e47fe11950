import { handle, limitWork, type Route, selectWithinLimit } from '../../platform/http/index.ts';
import type { Store } from '../../platform/store/index.ts';
import { readOwner } from '../tracking/index.ts';
import { findModel, hasModel } from './model-store.ts';
import {
  addVersionCounts,
  buildModelNotFound,
  type Measurements,
  readModel,
  readVersion,
  readVersionContract,
} from './read-models.ts';
import { getModel, getModelVersion, listModels, listModelVersions, listRunVersions } from './schema.ts';
import type { RegistrySearch } from './searches.ts';
import type { Page, RegisteredModel } from './types.ts';
import { listVersions, listVersionsOfRun } from './version-store.ts';

export interface RegistryRoutesDeps {
  readonly store: Store;
  readonly tracking: Measurements;
  readonly search: (input: RegistrySearch) => Promise<Page<RegisteredModel>>;
}

export function registryRoutes({ store, tracking, search }: RegistryRoutesDeps): Route[] {
  return [
    handle(listModels, async ({ query: { pageSize, pageToken }, identity }) => {
      const owners = limitWork(identity);
      const page = await search({ filter: '', orderBy: [], maxResults: pageSize, pageToken, owners });
      return { models: await addVersionCounts(store, page.items), nextPageToken: page.nextPageToken };
    }),
    handle(getModel, ({ params }) => readModel(store, params.model)),
    handle(listModelVersions, async ({ params: { model } }) => {
      if (!(await hasModel(store, model))) throw buildModelNotFound(model);
      const versions = [];
      for (const version of await listVersions(store, model))
        versions.push(await readVersionContract(tracking, store, version));
      return { versions };
    }),
    handle(listRunVersions, async ({ params, identity }) => {
      // A model of another team may have a version of the run.
      const found = await selectWithinLimit(limitWork(identity), await listVersionsOfRun(store, params.runId), {
        key: ({ model }) => model,
        findOwner: async ({ model }) => readOwner((await findModel(store, model))?.tags ?? []),
      });
      return { versions: await Promise.all(found.map((version) => readVersionContract(tracking, store, version))) };
    }),
    handle(getModelVersion, ({ params }) => readVersion(tracking, store, params.model, params.version)),
  ];
}
