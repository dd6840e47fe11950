import { decodePageToken, encodePageToken } from '../../../platform/contract/page-token.ts';
import { handle, type Route } from '../../../platform/http/index.ts';
import { createDeliveryNotFoundError } from '../delivery-not-found.ts';
import { findDelivery } from '../store.ts';
import { type DeletionDeps, deleteDeliveries } from './delete.ts';
import { type FinishDeps, finishDeletions } from './finish.ts';
import { deleteDelivery, listDeletions } from './schema.ts';
import { findDeletionPage } from './store.ts';

export function createDeletionRoutes(deps: DeletionDeps & FinishDeps): Route[] {
  return [
    handle(deleteDelivery, async ({ body: { delivery, why = null, dryRun }, actor }) => {
      const { answer, forgotten } = await deps.exclusive(async () => {
        const stored = await findDelivery(deps.store, delivery);
        if (stored === null) throw await createDeliveryNotFoundError(deps.store, delivery);
        const { source } = stored;
        return deleteDeliveries(deps, { deliveries: [delivery], source, cause: 'delivery', actor, why, dryRun });
      });
      return dryRun ? answer : { ...answer, finished: await finishDeletions(deps, forgotten) };
    }),
    handle(listDeletions, async ({ query: { source = null, pageSize, pageToken } }) => {
      const asked = { source };
      const [after] = pageToken === undefined ? [] : decodePageToken(pageToken, asked);
      const page = { source, after: after === undefined ? null : Number(after), limit: pageSize + 1 };
      const found = await findDeletionPage(deps.store, page);
      const shown = found.slice(0, pageSize);
      const last = found.length > pageSize ? shown.at(-1) : undefined;
      const nextPageToken = last === undefined ? null : encodePageToken([last.sequence], asked);
      return { deletions: shown.map(({ deletion }) => deletion), nextPageToken };
    }),
  ];
}
