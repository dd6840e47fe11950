import type { Store } from '../../platform/store/index.ts';
import { findRollbackTarget, LOOK_BACK } from './service.ts';
import { findEndpoints, findRevision, listRevisions, type Revision } from './store.ts';

/**
 * Versions with files that are needed, in addition to those that replicas on this server hold: versions of live revisions,
 * of revisions in rollout, and of rollback targets. A rollback to an earlier revision is possible too: its files are fetched
 * again.
 */
export async function listNeededVersions(store: Store): Promise<(model: string, version: string) => boolean> {
  const needed = new Set<string>();
  const need = (revision: Revision | null) => {
    for (const [name, { model }] of Object.entries(revision?.spec.variants ?? {})) {
      needed.add(JSON.stringify([model, revision?.versions[name]]));
    }
  };
  for (const { name, newest, live } of await findEndpoints(store, null)) {
    const coming = await findRevision(store, name, newest);
    if (coming?.state !== 'failed') need(coming);
    const now = live === null ? null : await findRevision(store, name, live);
    need(now);
    if (now !== null) need(findRollbackTarget(await listRevisions(store, name, LOOK_BACK), now));
  }
  return (model, version) => needed.has(JSON.stringify([model, version]));
}
