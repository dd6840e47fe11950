import { join } from 'node:path';
import { type Executors, selectEnvironment } from '../mlops/executors/index.ts';
import {
  createGateway,
  createLogQueue,
  createTokenSpool,
  type Gateway,
  readStageCounts,
} from '../mlops/gateway/index.ts';
import type { Monitoring } from '../mlops/monitoring/index.ts';
import { parseRegistries } from '../mlops/replicas/index.ts';
import { createServing } from '../mlops/serving/index.ts';
import type { Org } from '../org/index.ts';
import { isProcessExecutorOn } from '../platform/config/index.ts';
import { processEnvironment } from '../platform/environment/index.ts';
import {
  createCanaryQuality,
  createCanarySeries,
  createPredictionLog,
  createReplicaPrices,
  createScalingBudget,
  createServingCosts,
  createServingUsage,
  createTokenLedger,
} from '../tradeoff/bridges/index.ts';
import { judgeCanary } from '../tradeoff/canary-analysis/index.ts';
import type { Infrastructure } from './infrastructure.ts';
import type { wireFinops } from './wire-finops.ts';
import type { wireMlops } from './wire-mlops.ts';

export interface ServingDeps {
  readonly org: Org;
  readonly finops: Pick<ReturnType<typeof wireFinops>, 'metering' | 'prices' | 'tokens' | 'budgets'>;
  readonly mlops: Pick<ReturnType<typeof wireMlops>, 'registry' | 'tracking'>;
  readonly monitoring: Pick<Monitoring, 'served' | 'measured'>;
  readonly executors: Executors;
}

/** The gateway, its endpoints and their cost: finops prices the resources of replicas. */
export function wireServing(
  { config, place, clock, log, telemetry, store, events }: Infrastructure,
  { org, finops: { metering, prices, tokens, budgets }, mlops, monitoring, executors }: ServingDeps,
): Gateway {
  const costs = createServingCosts(metering, clock);
  const replicaPrices = createReplicaPrices(prices, clock);
  const maxAgeMs = 1000 * config.lastKnownSeconds;
  const spool = createTokenSpool(join(place.ownFolder, 'serving'), createTokenLedger(store, org, tokens), log);
  const queue = createLogQueue({
    log,
    telemetry,
    predictions: createPredictionLog({ store, clock, maxAgeMs, org }, monitoring.served),
    tokens: spool,
  });
  const serving = createServing({
    folder: place.ownFolder,
    clock,
    log,
    store,
    events,
    registry: mlops.registry,
    files: mlops.tracking.artifactFiles,
    usage: createServingUsage(store, org, metering),
    costs,
    predictionLog: queue,
    readStageCounts,
    budget: createScalingBudget(budgets),
    prices: replicaPrices,
    analyst: {
      judge: judgeCanary,
      readQuality: createCanaryQuality(store, monitoring.measured),
      readSeries: createCanarySeries(store),
      readPrice: (held) => replicaPrices.of(store, held),
    },
    processes: isProcessExecutorOn(config),
    engines: { docker: executors.containers, kubernetes: executors.workloads },
    registries: parseRegistries(config.servingRegistries),
    environment: selectEnvironment(processEnvironment()),
  });
  return createGateway({ store, clock, log, costs, queue, serving, maxAgeMs, tokens: spool });
}
