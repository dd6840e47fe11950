import type { Sql } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { LogState } from '../endpoint-spec/schema.ts';
import type { ServingCosts } from './costs.ts';
import type { Deployment, Deployments } from './deployments.ts';
import type { EndpointDetail, EndpointRevision, EndpointSummary, EndpointVariant } from './schema.ts';
import { requireEndpoint } from './service.ts';
import { type ReadStageCounts, readRoutes } from './show-routes.ts';
import { findRevision, listRevisions, type Pointers, type Revision } from './store.ts';
import { weightsOf } from './traffic-weights.ts';
import { type LiveVariant, listWantedVariants } from './wanted.ts';

export interface ShowDeps {
  readonly deployments: Pick<Deployments, 'find'>;
  readonly costs: ServingCosts;
  /** Log outcomes of an endpoint. Implemented by the gateway; supplied by the caller. */
  readonly predictionLog: { state(endpoint: string): LogState };
  /** Implemented by the gateway; supplied by the caller. */
  readonly readStageCounts: ReadStageCounts;
  readonly clock: Pick<Clock, 'now'>;
}

const SHOWN_REVISIONS = 50;

/** Errors: `endpoint_not_found`. */
export async function readEndpoint(deps: ShowDeps, sql: Sql, name: string): Promise<EndpointDetail> {
  const { deployments, costs, predictionLog } = deps;
  const pointers = await requireEndpoint(sql, name);
  const deployment = deployments.find(name) ?? null;
  const stored = deployment === null && pointers.live !== null ? await findRevision(sql, name, pointers.live) : null;
  return {
    ...(await readSummary(sql, pointers)),
    url: `/serve/${name}`,
    ...(await readTraffic(costs, sql, deployment)),
    ...(stored === null ? {} : { variants: await listStoredVariants(costs, sql, stored) }),
    routes: deployment === null ? [] : await readRoutes(deps, sql, deployment),
    log: predictionLog.state(name),
    revisions: (await listRevisions(sql, name, SHOWN_REVISIONS)).map(toEndpointRevision),
  };
}

export async function readSummary(sql: Sql, { name, newest, live }: Pointers): Promise<EndpointSummary> {
  const now = await findRevision(sql, name, newest);
  if (now === null) throw new Error(`endpoint ${name} has no revision ${newest}`);
  const serving = live === null ? null : await findRevision(sql, name, live);
  return {
    name,
    description: now.spec.description ?? null,
    state: selectState(now, live),
    newest: toEndpointRevision(now),
    live: serving === null ? null : toEndpointRevision(serving),
  };
}

function selectState({ state, revision }: Revision, live: number | null): EndpointSummary['state'] {
  if (revision === live) return 'live';
  if (state === 'failed') return 'failed';
  return live === null ? 'starting' : 'rolling-out';
}

function toEndpointRevision({
  revision,
  state,
  reason,
  cause,
  versions,
  spec,
  createdMs,
  liveMs,
}: Revision): EndpointRevision {
  return {
    revision,
    state,
    reason,
    cause,
    versions: { ...versions },
    weights: { ...weightsOf(spec) },
    createdAt: new Date(createdMs).toISOString(),
    liveAt: liveMs === null ? null : new Date(liveMs).toISOString(),
  };
}

/** Variants of the live revision, and those of a canary. A variant of both is listed in the live revision with its whole share. */
async function readTraffic(
  costs: ServingCosts,
  sql: Sql,
  live: Deployment | null,
): Promise<Pick<EndpointDetail, 'variants' | 'canary'>> {
  if (live === null) return { variants: [], canary: [] };
  const share = live.canary === null ? 0 : live.canary.weight / 100;
  const own = await toEndpointVariants(costs, sql, live, 1 - share);
  if (live.canary === null) return { variants: own, canary: [] };
  const canary = live.canary.deployment;
  const rolled = await toEndpointVariants(costs, sql, canary, share);
  const shared = canary.variants.map(({ key }) => live.variants.findIndex((one) => one.key === key));
  const added = (index: number) =>
    rolled.filter((_, at) => shared[at] === index).reduce((sum, { weight }) => sum + weight, 0);
  return {
    variants: own.map((variant, index) => ({ ...variant, weight: variant.weight + added(index) })),
    canary: rolled.filter((_, at) => shared[at] === -1),
  };
}

/** Variants of the live revision where this server has no replicas of them: other servers answer its requests. */
function listStoredVariants(costs: ServingCosts, sql: Sql, revision: Revision): Promise<EndpointVariant[]> {
  const { endpoint, spec } = revision;
  const weights = weightsOf(spec);
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  const none = { replicasWanted: 0, replicasReady: 0, lastEnd: null };
  return Promise.all(
    listWantedVariants(revision).map(async ({ name, variant, version }) => {
      const { model, alias = null, backend, container, process } = variant;
      const { unpriced, ...cost } = await costs.of(sql, { endpoint, model, version });
      return {
        ...{ variant: name, model, version, alias, backend, ...none },
        protocol: (container ?? process)?.protocol ?? 'v2',
        ...{ inFlight: 0, waiting: 0, answered: 0, refused: 0, lost: 0 },
        weight: total === 0 ? 0 : (weights[name] ?? 0) / total,
        shadow: spec.traffic.shadow[name] ?? 0,
        cost: { ...cost, unpriced: [...unpriced] },
      };
    }),
  );
}

function toEndpointVariants(
  costs: ServingCosts,
  sql: Sql,
  deployment: Deployment,
  share: number,
): Promise<EndpointVariant[]> {
  const { endpoint, spec } = deployment.revision;
  const weights = weightsOf(spec);
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  return Promise.all(
    deployment.variants.map(async (live) => {
      const { model } = live.variant;
      const { unpriced, ...cost } = await costs.of(sql, { endpoint, model, version: live.version });
      return {
        ...toReplicaStatus(live),
        weight: (share * (weights[live.name] ?? 0)) / total,
        shadow: spec.traffic.shadow[live.name] ?? 0,
        cost: { ...cost, unpriced: [...unpriced] },
      };
    }),
  );
}

function toReplicaStatus({ name, variant, version, set }: LiveVariant) {
  const { wanted, ready, lastEnd } = set.state();
  return {
    variant: name,
    model: variant.model,
    version,
    alias: variant.alias ?? null,
    backend: variant.backend,
    protocol: set.backend.protocol,
    replicasWanted: wanted,
    replicasReady: ready,
    lastEnd,
    ...set.places.counts(),
  };
}
