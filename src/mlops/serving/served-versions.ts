import type { Sql } from '../../platform/store/index.ts';
import { findRevision, listPointers, listRevisions } from './store.ts';

/** A version that a variant of one revision of an endpoint serves, served, or is about to serve. */
export interface ServedVersion {
  readonly endpoint: string;
  readonly revision: number;
  readonly variant: string;
  readonly model: string;
  readonly version: string;
  /** `live`: it has the traffic; `starting`: not yet; `replaced`: it had it, and another revision or none has it now. */
  readonly state: 'live' | 'starting' | 'replaced';
  /** Time at which the revision received the traffic, UTC; null: not yet. */
  readonly liveAt: string | null;
}

const MOST_REVISIONS = 1_000;

/**
 * The versions of an endpoint, or of all, the newest revision first, deleted endpoints included. A failed revision, or one
 * that was replaced before it had traffic, is left out.
 */
export async function listServedVersions(sql: Sql, endpoint: string | null): Promise<ServedVersion[]> {
  const served: ServedVersion[] = [];
  for (const { name, live } of await listPointers(sql, endpoint)) {
    const revisions = await listRevisions(sql, name, MOST_REVISIONS);
    const old =
      live === null || revisions.some(({ revision }) => revision === live) ? null : await findRevision(sql, name, live);
    for (const { revision, spec, versions, state, liveMs } of old === null ? revisions : [...revisions, old]) {
      if (state === 'failed' || (state === 'replaced' && liveMs === null)) continue;
      const liveAt = liveMs === null ? null : new Date(liveMs).toISOString();
      for (const [variant, version] of Object.entries(versions)) {
        const model = spec.variants[variant]?.model;
        if (model === undefined) continue;
        served.push({
          endpoint: name,
          revision,
          variant,
          model,
          version,
          state: state === 'pending' ? 'starting' : state,
          liveAt,
        });
      }
    }
  }
  return served;
}
