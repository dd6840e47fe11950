import { join } from 'node:path';
import type { Plugin, Route } from '../../platform/http/index.ts';
import type { ManifestKind } from '../../platform/manifests/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { Log, Telemetry } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Serving, ServingCosts } from '../serving/index.ts';
import { LogQueue, type QueueDeps } from './log/queue.ts';
import type { TokenLedger } from './log/served-tokens.ts';
import { createTokenSpool, drainTokens, type SpooledTokens } from './log/token-spool.ts';
import { createMetricRecorder } from './metrics/recorder.ts';
import { metricRoutes } from './metrics/routes.ts';
import { gatewayPlugin } from './plugin.ts';
import { createServingUse, type ServingUse } from './use.ts';

export type { PredictionLog, ServedPrediction } from './log/prediction-log.ts';
export type { TokenLedger } from './log/served-tokens.ts';
export { type ArmSpan, mergeLatencies } from './metrics/arm-spans.ts';
export { type EndpointRequests, readEndpointRequests } from './metrics/endpoint-requests.ts';
export { readHourlyRequests } from './metrics/hourly-requests.ts';
export { readServedModels } from './metrics/model-served.ts';
export { countServed } from './metrics/served.ts';
export { readServedMinutes } from './metrics/served-minutes.ts';
export { loadServiceTimes } from './metrics/service-times.ts';
export { readStageCounts } from './metrics/stages.ts';
export { countVersionServed, type VersionServed } from './metrics/version-served.ts';
export { gatewayMigrations } from './migrations.ts';
export { computeBusyShare, type ServingUse, type VariantSpan } from './use.ts';

export interface LogQueueDeps extends Omit<QueueDeps, 'counted'> {
  readonly telemetry: Pick<Telemetry, 'predictionLog' | 'predictionLogWaiting'>;
}

/** Queue between answers and the prediction log, with its outcomes in telemetry. */
export function createLogQueue({ telemetry, ...deps }: LogQueueDeps): LogQueue {
  const queue = new LogQueue({
    ...deps,
    counted: (endpoint, outcome, count) => telemetry.predictionLog.inc({ endpoint, outcome }, count),
  });
  telemetry.predictionLogWaiting.follow(() => queue.waitingBytes);
  return queue;
}

export { createTokenSpool };

export interface GatewayDeps {
  readonly store: Store;
  /** Age up to which this server answers by its last known endpoints, in milliseconds. */
  readonly maxAgeMs: number;
  readonly tokens: Pick<SpooledTokens, 'start'> & TokenLedger & AsyncDisposable;
  readonly clock: Clock;
  readonly log: Log;
  readonly costs: ServingCosts;
  /** Queue into the prediction log. */
  readonly queue: LogQueue;
  /** Endpoints whose deployments answer. */
  readonly serving: Serving;
}

/** Endpoints with the gateway in front: predictions in several protocols, logged and counted. */
export interface Gateway extends AsyncDisposable {
  /** `Endpoint`. */
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
  /** Serves predictions at `/serve/NAME/…`. */
  readonly plugin: Plugin;
  /** Functions for other features of this server. */
  readonly use: ServingUse;
  /** Starts the deployments and their counts. */
  start(): void;
  /** Requests to endpoints that are being answered. */
  inFlight(): number;
  /** Age of the last known endpoints, in milliseconds: it grows while the store does not respond. */
  ageMs(): number;
  /** Records usage of replicas and tokens that a server that has ended left in its folder. Idempotent. */
  takeFiles(folder: string): Promise<void>;
}

/** Puts the gateway in front of endpoints. Disposing it stops the endpoints, and stores the queued log entries. */
export function createGateway({ serving, queue, tokens, ...deps }: GatewayDeps): Gateway {
  const { deployments } = serving;
  let inFlight = 0;
  const counted = (change: 1 | -1) => {
    inFlight += change;
  };
  const metrics = createMetricRecorder({ ...deps, active: () => deployments.active() });
  return {
    kinds: serving.kinds,
    routes: [...serving.routes, ...metricRoutes({ ...deps, metrics })],
    plugin: gatewayPlugin({ ...deps, deployments, queue, metrics, counted }),
    use: createServingUse({ store: deps.store, metrics, serving }),
    start() {
      serving.start();
      metrics.start();
      tokens.start();
    },
    inFlight: () => inFlight,
    ageMs: () => deployments.ageMs,
    async takeFiles(folder) {
      await serving.takeUsage(folder);
      await drainTokens(join(folder, 'serving'), tokens);
    },
    async [Symbol.asyncDispose]() {
      // First: the last sample counts the replicas that still run.
      await metrics[Symbol.asyncDispose]();
      await serving[Symbol.asyncDispose]();
      // Last: requests that the deployments still answer enter the log.
      await queue[Symbol.asyncDispose]();
      await tokens[Symbol.asyncDispose]();
    },
  };
}
