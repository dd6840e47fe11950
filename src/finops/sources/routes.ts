import { handle, type Route } from '../../platform/http/index.ts';
import { deleteSourceEndpoint } from '../billing/index.ts';
import { getSourceDocument, getSync, listSources, startSyncs } from './schema.ts';
import {
  deleteSourceByName,
  readSourceDocument,
  readSourcesWithState,
  type SourcesDeps,
  startByHand,
  syncById,
} from './service.ts';

export function createSourceRoutes(deps: SourcesDeps): Route[] {
  return [
    handle(listSources, async () => ({ sources: await readSourcesWithState(deps) })),
    handle(getSourceDocument, ({ params }) => readSourceDocument(deps.store, params.source)),
    handle(startSyncs, async ({ body }) => {
      const syncs = await startByHand(deps, body.source ?? null);
      return { syncs: syncs.map(({ sync, source }) => ({ sync, source })) };
    }),
    handle(deleteSourceEndpoint, ({ body: { why = null, ...body }, actor }) =>
      deleteSourceByName(deps, { ...body, why, actor }),
    ),
    handle(getSync, ({ params }) => syncById(deps.store, params.sync)),
  ];
}
