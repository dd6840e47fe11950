import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Events } from '../../platform/events/index.ts';
import type { Route } from '../../platform/http/index.ts';
import { createSpecKind, type ManifestKind } from '../../platform/manifests/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { EndpointSpec } from '../endpoint-spec/schema.ts';
import { REGISTRY_CHANGED, type Registry } from '../registry/index.ts';
import {
  type ArtifactFiles,
  type ContainerEngines,
  createBackend,
  createModelFiles,
  endFormer,
} from '../replicas/index.ts';
import { Autoscaling, type ScalingBudget } from './autoscaling/autoscaling.ts';
import type { ReplicaPrices } from './autoscaling/price.ts';
import type { ServingCosts } from './costs.ts';
import { Deployments } from './deployments.ts';
import { createEndpointChanges, type EndpointChanges } from './endpoint-changes.ts';
import type { CanaryAnalyst } from './rollouts/analysis.ts';
import { servingRoutes } from './routes.ts';
import { createServedVariants, type ServedVariants } from './served-variants.ts';
import { applyEndpoint, checkCluster, followAlias, type ServiceDeps } from './service.ts';
import type { ShowDeps } from './show.ts';
import { createMeterBook, recordLeftUsage, type ServingUsage } from './usage.ts';
import { createUsageFile, removeUsageFile } from './usage-file.ts';

export type { ScalingBudget } from './autoscaling/autoscaling.ts';
export type { ReplicaPrices } from './autoscaling/price.ts';
export type { CostInterval, ServingCosts } from './costs.ts';
export type { Deployment, Deployments } from './deployments.ts';
export type { ChangeableEndpoint, EndpointChanges } from './endpoint-changes.ts';
export { type LiveEndpoint, listLiveEndpoints } from './live-endpoints.ts';
export { type LiveCascade, type LiveRoute, type LiveRouter, listRouteVariants } from './live-routes.ts';
export { servingMigrations } from './migrations.ts';
export type {
  AnalysisQuestion,
  CanaryAnalyst,
  CanaryEvidence,
  CanaryJudgement,
  PriceEvidence,
  QualityEvidence,
  QualityQuestion,
  ReadCanaryQuality,
  ReadCanarySeries,
  ResponseBatch,
  SeriesEvidence,
  SeriesQuestion,
  ServedModel,
  SideEvidence,
  SidePrices,
} from './rollouts/analysis.ts';
export { type BusyEvidence, createBusyRecorder, NO_BUSY } from './rollouts/busy-evidence.ts';
export { createEvidenceRecorder } from './rollouts/evidence.ts';
export type { RolloutCheck } from './rollouts/schema.ts';
export type { Side } from './rollouts/side.ts';
export { DEFAULT_SLO, listServedVariants, type ServedVariant, type ServedVariants } from './served-variants.ts';
export { listServedVersions, type ServedVersion } from './served-versions.ts';
export { requireEndpoint } from './service.ts';
export { findEndpointModels, findEndpointOwner } from './store.ts';
export { weightsOf } from './traffic-weights.ts';
export type { ServingUsage } from './usage.ts';
export type { LiveVariant } from './wanted.ts';

export interface ServingDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly registry: Pick<Registry, 'version' | 'versionByAlias' | 'versionSource'>;
  /** Artifacts of versions. */
  readonly files: ArtifactFiles;
  /** Records the usage of replicas and returns their cost. Implemented by FinOps; injected by main. */
  readonly usage: ServingUsage;
  readonly costs: ServingCosts;
  /** Log outcomes of an endpoint. Implemented by the gateway; supplied by the caller. */
  readonly predictionLog: ShowDeps['predictionLog'];
  /** Counts of the routes of an endpoint. Implemented by the gateway; supplied by the caller. */
  readonly readStageCounts: ShowDeps['readStageCounts'];
  /** Whether there is money for more replicas. */
  readonly budget: ScalingBudget;
  /** Price of a replica per hour. */
  readonly prices: ReplicaPrices;
  /** Judges canaries and reads the quality of their predictions. Implemented by tradeoff; injected by main. */
  readonly analyst: CanaryAnalyst;
  readonly events: Pick<Events, 'subscribe'>;
  /** Whether commands may be run as processes of this machine. */
  readonly processes: boolean;
  readonly engines: ContainerEngines;
  /** Registries from which images may be pulled. */
  readonly registries: readonly string[];
  /** Environment variables of every replica in addition to its own: the search path of programs, and little more. */
  readonly environment: Readonly<Record<string, string>>;
  /** The data folder. */
  readonly folder: string;
}

/** Endpoints: deployments of model versions, their rollouts and their scaling. Disposing stops their replicas. */
export interface Serving extends AsyncDisposable {
  /** `Endpoint`. */
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
  /** Deployments with traffic on this server. */
  readonly deployments: Pick<Deployments, 'find' | 'findRestored' | 'active' | 'ageMs'>;
  readonly variants: ServedVariants;
  readonly changes: EndpointChanges;
  /** Starts to reconcile running replicas with the store. */
  start(): void;
  /** Records the usage of replicas that another server left in its folder, and does not come back for. Idempotent. */
  takeUsage(folder: string): Promise<void>;
}

const AliasMoved = z.looseObject({
  entity: z.literal('model_version_alias'),
  data: z.looseObject({ name: z.string(), alias: z.string() }),
});

export function createServing(deps: ServingDeps): Serving {
  const { store, registry, folder, events } = deps;
  const place = join(folder, 'serving');
  const replicaFolder = join(place, 'replicas');
  const models = createModelFiles({
    folder: join(place, 'models'),
    files: deps.files,
    sourceOf: registry.versionSource,
  });
  mkdirSync(place, { recursive: true, mode: 0o700 });
  const meters = createMeterBook({ ...deps, file: createUsageFile(place) });
  const autoscaling = new Autoscaling(deps);
  const deployments = new Deployments({
    ...deps,
    meters,
    autoscaling,
    models,
    backendOf: (served) => createBackend({ ...deps, models, replicaFolder }, served),
    endFormer: async () => {
      const lived = await createLastingReplicas(deps);
      await meters.recover(new Map([...(await endFormer(replicaFolder)), ...lived]));
    },
    retain: async (keys) => deps.engines.kubernetes?.retain(keys),
  });
  const all = { ...deps, versions: registry, deployments, autoscaling };

  events.subscribe('serving', [REGISTRY_CHANGED], async ({ payload }) => {
    const moved = AliasMoved.safeParse(payload);
    if (!moved.success) return;
    await store.transaction((sql) => followAlias(all, sql, moved.data.data.name, moved.data.data.alias));
    void deployments.wake();
  });

  return {
    kinds: [createEndpointKind(all)],
    routes: servingRoutes(all),
    deployments,
    changes: createEndpointChanges(all, () => void deployments.wake()),
    variants: createServedVariants({ ...all, wake: () => void deployments.wake() }),
    start() {
      deployments.start();
      autoscaling.start();
    },
    async takeUsage(left) {
      await recordLeftUsage(deps.usage, createUsageFile(join(left, 'serving')).read(), new Map());
      await removeUsageFile(join(left, 'serving'));
    },
    async [Symbol.asyncDispose]() {
      await autoscaling[Symbol.asyncDispose]();
      await deployments[Symbol.asyncDispose]();
      await meters[Symbol.asyncDispose]();
    },
  };
}

function createEndpointKind(deps: ServiceDeps): ManifestKind {
  const apply = (sql: Sql, name: string, spec: EndpointSpec) => applyEndpoint(deps, sql, name, spec);
  const kind = createSpecKind('Endpoint', 70, EndpointSpec, apply, async (name, spec) => {
    await checkCluster(deps, spec);
    return { apply: (sql) => apply(sql, name, spec), discard: async () => undefined };
  });
  return { ...kind, runsCode: true };
}

/**
 * End of the usage of replicas that a cluster kept running while no server was up: now. If the cluster does not answer, the
 * ends stay unknown.
 */
async function createLastingReplicas({ engines, clock }: ServingDeps): Promise<Map<string, number>> {
  const taken = (await engines.kubernetes?.taken().catch(() => [])) ?? [];
  return new Map(taken.map((replica) => [replica, clock.now()]));
}
