import { createAnomalies } from '../finops/anomalies/index.ts';
import { createGpuTelemetry } from '../finops/gpu-telemetry/index.ts';
import { createGpuUsage } from '../finops/gpu-usage/index.ts';
import { createPacking } from '../finops/packing/index.ts';
import { createPurchasing } from '../finops/purchasing/index.ts';
import { createContainerReader, createWorkloads } from '../finops/workloads/index.ts';
import type { Tracking } from '../mlops/tracking/index.ts';
import { createGpuWork, createMeasuredServing } from '../tradeoff/bridges/index.ts';
import type { Infrastructure } from './infrastructure.ts';
import type { FinopsDeps, wireFinops } from './wire-finops.ts';

export interface GpusDeps extends Omit<FinopsDeps, 'ownerOf'> {
  readonly finops: ReturnType<typeof wireFinops>;
  readonly tracking: Tracking;
}

/** GPUs and containers, advice to buy them, and anomalies of bills and GPUs. */
export function wireGpus(
  { config, clock, log, store, lake, objects, events, jobs, gpuReadings }: Infrastructure,
  { org, finops, tracking, notices: { mail, rules } }: GpusDeps,
) {
  const { uploads, prices, metering, allocation, billing, costs } = finops;
  const gpuTelemetry = createGpuTelemetry({
    config,
    clock,
    log,
    store,
    lake,
    objects,
    events,
    jobs,
    uploads,
    gpuReadings,
    containers: createContainerReader({ config, clock, store, lake, jobs }),
    runs: tracking,
  });
  const owners = {
    org,
    usage: async (...[sql, within]: Parameters<typeof metering.within>) =>
      (await metering.within(sql, within)).map(({ usage }) => usage),
    workloadSubjects: allocation.workloadSubjects,
    work: createGpuWork(tracking),
  };
  const gpuUsage = createGpuUsage({ clock, store, lake, events, prices, gpuReadings, ...owners });
  const workloads = createWorkloads({ clock, store, lake, prices, ...owners });
  const packing = createPacking({ lake, objects, uploads });
  const purchasing = createPurchasing({
    clock,
    store,
    prices,
    costs,
    measured: createMeasuredServing(store, metering),
  });
  const anomalies = createAnomalies({
    clock,
    store,
    lake,
    events,
    jobs,
    mail,
    rules,
    billing,
    costs,
    metering,
    gpuTelemetry,
    gpuUsage,
    publicUrl: config.publicUrl ?? null,
    minImpactPercent: config.anomalyMinImpactPercent,
  });
  return { gpuTelemetry, gpuUsage, workloads, packing, purchasing, anomalies };
}
