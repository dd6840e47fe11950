import type { Sql } from '../../platform/store/index.ts';
import type { EndpointSpec, Variant } from '../endpoint-spec/schema.ts';
import { addNextRevision, resolveVersions, type ServiceDeps } from './service.ts';
import { findEndpoints, findRevision } from './store.ts';
import { selectHeldResource } from './usage.ts';

/** The newest revision of an endpoint, as another feature of this server changes it. */
export interface ChangeableEndpoint {
  readonly endpoint: string;
  readonly revision: number;
  readonly spec: EndpointSpec;
  /** Version of each variant. */
  readonly versions: Readonly<Record<string, string>>;
  /** Whether this revision has the traffic. */
  readonly isLive: boolean;
  /** Reason why it never will; null: it has the traffic, or is on its way. */
  readonly failure: string | null;
}

/** A new document for an endpoint that is made from its revision `from`. */
export interface EndpointChange {
  readonly endpoint: string;
  readonly from: number;
  readonly spec: EndpointSpec;
  /** Reason for the new revision, as text for people. */
  readonly cause: string;
}

/** Changes of endpoints by other features of this server: each is a revision that takes the traffic in one step. */
export interface EndpointChanges {
  /** null: there is no such endpoint. */
  read(sql: Sql, endpoint: string): Promise<ChangeableEndpoint | null>;
  /**
   * Adds the revision in the caller's transaction. Returns its number, or as text why there is none: the endpoint does not exist, or its newest
   * revision is not `from` any more. Errors: `manifest_reference_unknown`, `executor_unknown`.
   */
  change(sql: Sql, change: EndpointChange): Promise<number | string>;
  /** Resource that replicas of a variant are metered by. */
  heldBy(variant: Variant): { readonly resource: string; readonly quantity: string };
  /** Applies changes now, without waiting for the next pass. */
  wake(): void;
}

export function createEndpointChanges(deps: ServiceDeps, wake: () => void): EndpointChanges {
  return {
    read: readEndpoint,
    async change(sql, { endpoint, from, spec, cause }) {
      const now = await readEndpoint(sql, endpoint);
      if (now === null) return `endpoint "${endpoint}" no longer exists`;
      if (now.revision !== from) return `endpoint "${endpoint}" was changed: its newest revision is ${now.revision}`;
      const resolved = await resolveVersions(deps, sql, spec);
      // A variant that names its version as before keeps it, even if its alias has moved since.
      const keeps = (name: string) => isSameSource(spec.variants[name], now.spec.variants[name]);
      const versions = Object.fromEntries(
        Object.keys(spec.variants).map((name) => [name, (keeps(name) ? now.versions[name] : resolved[name]) ?? '']),
      );
      return addNextRevision(deps, sql, endpoint, { spec, versions, cause, strategy: 'instant' });
    },
    heldBy: selectHeldResource,
    wake,
  };
}

function isSameSource(one: Variant | undefined, other: Variant | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.model === other.model && one.version === other.version && one.alias === other.alias;
}

async function readEndpoint(sql: Sql, endpoint: string): Promise<ChangeableEndpoint | null> {
  const [pointers] = await findEndpoints(sql, endpoint);
  const revision = pointers === undefined ? null : await findRevision(sql, endpoint, pointers.newest);
  if (pointers === undefined || revision === null) return null;
  const { spec, versions, state, reason } = revision;
  return {
    ...{ endpoint, revision: revision.revision, spec, versions },
    isLive: pointers.live === revision.revision,
    failure: state === 'failed' ? (reason ?? 'the revision failed') : null,
  };
}
