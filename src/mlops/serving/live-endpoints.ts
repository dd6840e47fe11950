import type { Sql } from '../../platform/store/index.ts';
import type { EndpointSummary } from './schema.ts';
import { readSummary } from './show.ts';
import { findEndpoints, findRevision, listRevisions, type Revision } from './store.ts';
import { weightsOf } from './traffic-weights.ts';

/** A version with a share of the traffic of an endpoint. */
interface LiveVersion {
  readonly variant: string;
  readonly model: string;
  readonly version: string;
  /** Share of the traffic that reaches the variant directly, 0 to 1; a variant of a route has 0. */
  readonly weight: number;
  /** UTC instant since which the endpoint has served the version without a break; null: unknown. */
  readonly since: string | null;
}

/** An endpoint with its state and the versions that answer now. */
export interface LiveEndpoint {
  readonly endpoint: string;
  readonly state: EndpointSummary['state'];
  /** Why the newest revision failed; null: it did not. */
  readonly failure: string | null;
  readonly project: string | null;
  readonly environment: string | null;
  /** Empty: no revision has the traffic. */
  readonly versions: readonly LiveVersion[];
}

/** Revisions in which the first one of a version is looked for. */
const MOST_REVISIONS = 50;

/** All endpoints by name. */
export async function listLiveEndpoints(sql: Sql): Promise<LiveEndpoint[]> {
  const found: LiveEndpoint[] = [];
  for (const pointers of await findEndpoints(sql, null)) {
    const { name, live } = pointers;
    const { state, newest } = await readSummary(sql, pointers);
    const revision = live === null ? null : await findRevision(sql, name, live);
    const past = await listRevisions(sql, name, MOST_REVISIONS);
    const { project = null, environment = null } = (revision ?? past[0])?.spec ?? {};
    const versions = revision === null ? [] : listVersions(revision, past);
    found.push({
      ...{ endpoint: name, state, project, environment, versions },
      failure: state === 'failed' ? readFirstLine(newest.reason) : null,
    });
  }
  return found;
}

function readFirstLine(reason: string | null): string {
  return reason?.split('\n', 1)[0] ?? 'no reason is known';
}

function listVersions(revision: Revision, past: readonly Revision[]): LiveVersion[] {
  const { spec, versions } = revision;
  const weights = new Map(Object.entries(weightsOf(spec)));
  const total = weights.values().reduce((sum, weight) => sum + weight, 0);
  const before = past.filter((one) => one.liveMs !== null && one.revision <= revision.revision);
  return Object.entries(spec.variants).map(([variant, { model }]) => {
    const version = versions[variant] ?? '';
    const end = before.findIndex((one) => !isServing(one, model, version));
    const first = before.slice(0, end < 0 ? before.length : end).at(-1);
    const since = first?.liveMs == null ? null : new Date(first.liveMs).toISOString();
    return { variant, model, version, weight: total === 0 ? 0 : (weights.get(variant) ?? 0) / total, since };
  });
}

function isServing({ spec, versions }: Revision, model: string, version: string): boolean {
  return Object.entries(spec.variants).some(
    ([variant, one]) => one.model === model && (versions[variant] ?? '') === version,
  );
}
