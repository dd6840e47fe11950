import { createWriteAccess } from '../mlops/access/index.ts';
import { createWorkspaceDoor } from '../mlops/kubernetes-executor/index.ts';
import { type AliasGovernance, createRegistry } from '../mlops/registry/index.ts';
import { createScaling } from '../mlops/scaling/index.ts';
import { createTracing, findTraceOwners } from '../mlops/tracing/index.ts';
import { createTracking } from '../mlops/tracking/index.ts';
import { createTransfer } from '../mlops/transfer/index.ts';
import { createWebhooks } from '../mlops/webhooks/index.ts';
import { createMlflowWire } from '../mlops/wire/index.ts';
import type { Org } from '../org/index.ts';
import type { Ground } from './ground.ts';
import type { wireFinops } from './wire-finops.ts';
import { ownedNouns } from './wire-owners.ts';

/** CAN WE RUN IT? */
export function wireMlops(
  ground: Ground,
  { tokens }: Pick<ReturnType<typeof wireFinops>, 'tokens'>,
  { org, governance }: { readonly org: Org; readonly governance: AliasGovernance },
) {
  const tracking = createTracking({ ...ground, maxUploadBytes: ground.config.maxUploadBytes });
  const registry = createRegistry({ ...ground, tracking, governance });
  const traces = { ownersOf: findTraceOwners };
  const owned = ownedNouns({ registry, tracking });
  const access = createWriteAccess({ store: ground.store, org, tracking, registry, traces, owned });
  const tracing = createTracing({
    ...ground,
    tracking,
    experiments: tracking,
    artifacts: tracking.deletions,
    pricing: { price: tokens.priceSpans },
    checkWrite: access.traces,
  });
  const webhooks = createWebhooks({ ...ground, allowedHosts: ground.config.webhookAllowedHosts });
  const transfer = createTransfer({ ...ground, tracking, registry });
  const door = createWorkspaceDoor({ clock: ground.clock, maxUploadBytes: ground.config.maxUploadBytes });
  const mlflowRoutes = [tracking, registry, tracing, webhooks].flatMap((feature) => feature.mlflowRoutes);
  const plugins = [
    createMlflowWire(mlflowRoutes, { downloadsInParts: ground.artifacts.direct !== null }, access.message),
    tracking.artifactPlugin(registry, access.artifacts),
    tracing.otlpPlugin,
    door.plugin,
  ];
  const artifactViews = { routes: tracking.artifactViewRoutes(registry) };
  const scaling = createScaling();
  return { tracking, registry, tracing, webhooks, transfer, scaling, artifactViews, plugins, door, access };
}
