import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Events } from '../../platform/events/index.ts';
import type { Plugin, Route } from '../../platform/http/index.ts';
import { type ManifestKind, specKind } from '../../platform/manifests/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { Log, Telemetry } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { REGISTRY_CHANGED, type Registry } from '../registry/index.ts';
import { Autoscaling, type ScalingBudget } from './autoscaling/autoscaling.ts';
import type { ReplicaPrices } from './autoscaling/price.ts';
import { endFormer } from './backends/leased-process.ts';
import { backendOf, type ContainerEngines } from './backends/of-variant.ts';
import { Deployments } from './deployments.ts';
import { gatewayPlugin } from './gateway/plugin.ts';
import type { PredictionLog } from './log/prediction-log.ts';
import { LogQueue } from './log/queue.ts';
import type { TokenLedger } from './log/served-tokens.ts';
import { createMetricRecorder } from './metrics/recorder.ts';
import { metricRoutes } from './metrics/routes.ts';
import { type ArtifactFiles, createModelFiles } from './model-files.ts';
import { servingRoutes } from './routes.ts';
import { applyEndpoint, checkCluster, followAlias, type ServiceDeps } from './service.ts';
import type { ServingCosts } from './show.ts';
import { EndpointSpec } from './spec/schema.ts';
import { createMeterBook, type ServingUsage } from './usage.ts';
import { usageFile } from './usage-file.ts';
import { createServingUse, type ServingUse } from './use.ts';

export type { ScalingBudget } from './autoscaling/autoscaling.ts';
export type { ReplicaPrices } from './autoscaling/price.ts';
export { registriesIn } from './backends/registries.ts';
export type { PredictionLog } from './log/prediction-log.ts';
export type { TokenLedger } from './log/served-tokens.ts';
export { hourlyRequests } from './metrics/hourly-requests.ts';
export { servedOf } from './metrics/served.ts';
export { servedMinutes } from './metrics/served-minutes.ts';
export { serviceTimes } from './metrics/service-times.ts';
export { servingMigrations } from './migrations.ts';
export { measureCapacity } from './scaling/index.ts';
export { type ServedVersion, servedVersions } from './served-versions.ts';
export type { ServingCosts } from './show.ts';
export { ownerOfEndpoint } from './store.ts';
export type { ServingUsage } from './usage.ts';
export {
  busyShare,
  DEFAULT_SLO,
  type ServedVariant,
  type ServingUse,
  servedVariants,
  type VariantSpan,
} from './use.ts';

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
  /** Stores predictions. Implemented by monitoring; injected by main. */
  readonly predictions: PredictionLog;
  readonly tokens: TokenLedger;
  readonly telemetry: Pick<Telemetry, 'predictionLog' | 'predictionLogWaiting'>;
  /** Whether the budget allows more replicas. */
  readonly budget: ScalingBudget;
  /** Price of a replica per hour. */
  readonly prices: ReplicaPrices;
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

/** Endpoints: model versions that answer predictions in several protocols. Disposing stops their replicas. */
export interface Serving extends AsyncDisposable {
  /** `Endpoint`. */
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
  /** Serves predictions at `/serve/NAME/…`. */
  readonly plugin: Plugin;
  /** Functions for other features of this server. */
  readonly use: ServingUse;
  /** Starts to reconcile running replicas with the store. */
  start(): void;
}

const AliasMoved = z.looseObject({
  entity: z.literal('model_version_alias'),
  data: z.looseObject({ name: z.string(), alias: z.string() }),
});

/** Makes serving; `main.ts` calls it once. */
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
  const meters = createMeterBook({ ...deps, file: usageFile(place) });
  const autoscaling = new Autoscaling(deps);
  const deployments = new Deployments({
    ...deps,
    meters,
    autoscaling,
    models,
    backendOf: (served) => backendOf({ ...deps, models, replicaFolder }, served),
    endFormer: async () => {
      const lived = await lastingReplicas(deps);
      await meters.recover(new Map([...(await endFormer(replicaFolder)), ...lived]));
    },
    retain: async (keys) => deps.engines.kubernetes?.retain(keys),
  });
  const { predictions, tokens, telemetry, log } = deps;
  const queue = new LogQueue({
    predictions,
    tokens,
    log,
    counted: (endpoint, outcome, count) => telemetry.predictionLog.inc({ endpoint, outcome }, count),
  });
  telemetry.predictionLogWaiting.follow(() => queue.waitingBytes);
  const metrics = createMetricRecorder({ ...deps, active: () => deployments.active() });
  const all = { ...deps, versions: registry, deployments, autoscaling, queue, metrics };

  events.subscribe('serving', [REGISTRY_CHANGED], async ({ payload }) => {
    const moved = AliasMoved.safeParse(payload);
    if (!moved.success) return;
    await store.transaction((sql) => followAlias(all, sql, moved.data.data.name, moved.data.data.alias));
    void deployments.wake();
  });

  return {
    kinds: [endpointKind(all)],
    routes: [...servingRoutes(all), ...metricRoutes(all)],
    plugin: gatewayPlugin({ ...deps, deployments, queue, metrics }),
    use: createServingUse({ ...all, wake: () => void deployments.wake() }),
    start() {
      deployments.start();
      autoscaling.start();
      metrics.start();
    },
    async [Symbol.asyncDispose]() {
      await metrics[Symbol.asyncDispose]();
      await autoscaling[Symbol.asyncDispose]();
      await deployments[Symbol.asyncDispose]();
      await queue[Symbol.asyncDispose]();
      await meters[Symbol.asyncDispose]();
    },
  };
}

function endpointKind(deps: ServiceDeps): ManifestKind {
  const apply = (sql: Sql, name: string, spec: EndpointSpec) => applyEndpoint(deps, sql, name, spec);
  const kind = specKind('Endpoint', 70, EndpointSpec, apply, async (name, spec) => {
    await checkCluster(deps, spec);
    return { apply: (sql) => apply(sql, name, spec), discard: async () => undefined };
  });
  return { ...kind, runsCode: true };
}

/**
 * End of the usage of replicas that a cluster kept running while no server was up: now. If the cluster does not answer, the
 * ends stay unknown.
 */
async function lastingReplicas({ engines, clock }: ServingDeps): Promise<Map<string, number>> {
  const taken = (await engines.kubernetes?.taken().catch(() => [])) ?? [];
  return new Map(taken.map((replica) => [replica, clock.now()]));
}
