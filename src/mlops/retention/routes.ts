import { decodePageToken, encodePageToken } from '../../platform/contract/page-token.ts';
import { handle, limitWork, type OwnerLimit, type Route, selectWithinLimit } from '../../platform/http/index.ts';
import type { Tracking } from '../tracking/index.ts';
import {
  type DeletedItem,
  listDeleted,
  listRetention,
  previewRetention,
  restoreLoggedModel,
  runRetention,
} from './schema.ts';
import type { RetentionDeps, Service } from './service.ts';
import { findPolicies } from './store.ts';
import { type MeasuredItem, measure } from './volume.ts';

export interface RetentionRoutesDeps extends RetentionDeps {
  readonly tracking: RetentionDeps['tracking'] & Pick<Tracking, 'owners'>;
}

export function retentionRoutes(deps: RetentionRoutesDeps, service: Service): Route[] {
  const { store, clock, tracking } = deps;
  return [
    handle(listDeleted, async ({ query: { kind, pageSize, pageToken }, identity }) => {
      await store.transaction((sql) => tracking.deletions.noteMissing(sql, clock.now()));
      const at = pageToken === undefined ? null : decodePageToken(pageToken, ['deleted', kind]);
      const after = at === null ? null : { deletedAt: Number(at[0]), id: String(at[1]) };
      const page = { kind, until: null, experimentId: null, after, limit: pageSize + 1 };
      const items = await listVisible(deps, limitWork(identity), page);
      const last = items.length > pageSize ? items[pageSize - 1] : undefined;
      const measured = await measure(deps, store, items.slice(0, pageSize));
      return {
        deleted: measured.map(toDeletedItem),
        nextPageToken: last === undefined ? null : encodePageToken([last.deletedAt, last.id], ['deleted', kind]),
      };
    }),
    handle(restoreLoggedModel, async ({ params }) => {
      await tracking.restoreLoggedModel(params.modelId);
      return { restored: true as const };
    }),
    handle(listRetention, async () => ({ policies: await findPolicies(store, null) })),
    handle(previewRetention, ({ params }) => service.preview(params.policy)),
    handle(runRetention, ({ params, body }) => service.run(params.policy, body.until, body.limit)),
  ];
}

type DeletedPage = Parameters<RetentionDeps['tracking']['deletions']['list']>[1];

/** A page of the deleted things of these owners; null: of all. */
async function listVisible({ store, tracking }: RetentionRoutesDeps, limit: OwnerLimit | null, page: DeletedPage) {
  if (limit === null) return tracking.deletions.list(store, page);
  const { ofRun, ofExperiment, ofLoggedModel } = tracking.owners;
  const findOwner = {
    run: (id: string) => ofRun(store, id),
    experiment: (id: string) => ofExperiment(store, Number(id)),
    'logged-model': (id: string) => ofLoggedModel(store, id),
  }[page.kind];
  const found: Awaited<ReturnType<typeof tracking.deletions.list>> = [];
  for (let { after } = page; ; ) {
    const items = await tracking.deletions.list(store, { ...page, after });
    found.push(
      ...(await selectWithinLimit(limit, items, { key: ({ id }) => id, findOwner: ({ id }) => findOwner(id) })),
    );
    const last = items.at(-1);
    if (last === undefined || items.length < page.limit || found.length >= page.limit)
      return found.slice(0, page.limit);
    after = { deletedAt: last.deletedAt, id: last.id };
  }
}

function toDeletedItem({ item, samples, artifacts, cost }: MeasuredItem): DeletedItem {
  return {
    kind: item.kind,
    id: item.id,
    name: item.name,
    experimentId: String(item.experimentId),
    deletedAt: new Date(item.deletedAt).toISOString(),
    samples,
    artifactFiles: artifacts?.files ?? null,
    artifactBytes: artifacts?.bytes ?? null,
    cost: cost?.cost ?? null,
    costReason: cost === null ? 'only runs have a cost' : cost.reason,
  };
}
