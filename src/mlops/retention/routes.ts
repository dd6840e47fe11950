import { decodePageToken, encodePageToken } from '../../platform/contract/page-token.ts';
import { handle, type Route } from '../../platform/http/index.ts';
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

export function retentionRoutes(deps: RetentionDeps, service: Service): Route[] {
  const { store, clock, tracking } = deps;
  return [
    handle(listDeleted, async ({ query: { kind, pageSize, pageToken } }) => {
      await store.transaction((sql) => tracking.deletions.noteMissing(sql, clock.now()));
      const at = pageToken === undefined ? null : decodePageToken(pageToken, ['deleted', kind]);
      const after = at === null ? null : { deletedAt: Number(at[0]), id: String(at[1]) };
      const page = { kind, until: null, experimentId: null, after, limit: pageSize + 1 };
      const items = await tracking.deletions.list(store, page);
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
