import { createWriteAccess } from '../mlops/access/index.ts';
import { createLiveQualitySource } from '../mlops/cohorts/index.ts';
import { createEvaluations } from '../mlops/evaluations/index.ts';
import { createWorkspaceDoor } from '../mlops/kubernetes-executor/index.ts';
import { type AliasGovernance, createRegistry } from '../mlops/registry/index.ts';
import { createScaling } from '../mlops/scaling/index.ts';
import { createTestSets } from '../mlops/test-sets/index.ts';
import { createTracing, findTraceOwners } from '../mlops/tracing/index.ts';
import { createTracking } from '../mlops/tracking/index.ts';
import { createTransfer } from '../mlops/transfer/index.ts';
import { createWebhooks } from '../mlops/webhooks/index.ts';
import { createMlflowWire } from '../mlops/wire/index.ts';
import type { Org } from '../org/index.ts';
import { createOwnedNouns } from '../tradeoff/bridges/index.ts';
import type { Infrastructure } from './infrastructure.ts';
import type { wireFinops } from './wire-finops.ts';

export interface MlopsDeps {
  readonly org: Org;
  readonly governance: AliasGovernance;
  readonly tokens: ReturnType<typeof wireFinops>['tokens'];
  readonly uploads: ReturnType<typeof wireFinops>['uploads'];
}

/** MLOps: tracking, registry, traces, webhooks and the MLflow wire. */
export function wireMlops(infrastructure: Infrastructure, { org, governance, tokens, uploads }: MlopsDeps) {
  const { config, folder, clock, log, store, lake, objects: folderObjects, artifacts: objects } = infrastructure;
  const { events, jobs, predictionLog } = infrastructure;
  const { maxUploadBytes } = config;
  const tracking = createTracking({ clock, log, store, lake, objects, events, jobs, maxUploadBytes });
  const registry = createRegistry({ clock, store, events, jobs, tracking, governance });
  const traces = { ownersOf: findTraceOwners };
  const owned = createOwnedNouns({ registry, tracking });
  const access = createWriteAccess({ store, org, tracking, registry, traces, owned });
  const tracing = createTracing({
    clock,
    store,
    objects,
    events,
    tracking,
    experiments: tracking,
    artifacts: tracking.deletions,
    pricing: { price: tokens.priceSpans },
    checkWrite: access.traces,
  });
  const webhooks = createWebhooks({ clock, log, store, events, folder, allowedHosts: config.webhookAllowedHosts });
  const evaluations = createEvaluations({ clock, store, lake, objects: folderObjects, uploads, tracking });
  const { predictions, labels } = predictionLog;
  const liveQuality = createLiveQualitySource({ predictions, labels });
  const testSets = createTestSets({
    ...{ clock, store, lake, objects: folderObjects, uploads, evaluations, predictions, labels },
  });
  const transfer = createTransfer({ clock, store, tracking, registry });
  const door = createWorkspaceDoor({ clock, maxUploadBytes });
  const mlflowRoutes = [tracking, registry, tracing, webhooks].flatMap((feature) => feature.mlflowRoutes);
  const plugins = [
    createMlflowWire(
      mlflowRoutes,
      { downloadsInParts: objects.direct !== null },
      { write: access.message, read: access.reads.message },
    ),
    tracking.artifactPlugin(registry, access.artifacts),
    tracing.otlpPlugin,
    door.plugin,
  ];
  const artifactViews = { routes: tracking.artifactViewRoutes(registry) };
  const scaling = createScaling();
  return {
    tracking,
    registry,
    tracing,
    webhooks,
    transfer,
    scaling,
    evaluations,
    testSets,
    liveQuality,
    artifactViews,
    plugins,
    door,
    access,
  };
}
