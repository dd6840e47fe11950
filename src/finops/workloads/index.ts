import { createOneAtATime } from '../../platform/concurrency/index.ts';
import type { Config } from '../../platform/config/index.ts';
import { handle, limitMoney, type Route } from '../../platform/http/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { Lake } from '../../platform/lake/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { ContainerReader } from '../gpu-telemetry/index.ts';
import { type NodeGroup, readNodeGroups } from './node-groups.ts';
import { buildContainerReport } from './report.ts';
import { scheduleContainerRetention } from './retention.ts';
import { listContainerUse } from './schema.ts';
import { findContainersRead } from './store.ts';
import { syncContainers } from './sync.ts';
import { type ContainerUse, type ContainerUseDeps, readContainerUses } from './use.ts';

export type { NodeGroup } from './node-groups.ts';
export { CONTAINER_HOUR, NODE_HOUR } from './tables.ts';
export type { ContainerUse } from './use.ts';

/** Requests and usage of containers, and the nodes that they run on. */
export interface Workloads {
  /** Requests and usage of containers in [start, end) Unix ms, on whole hours, by workload. */
  containers(window: { readonly start: number; readonly end: number }): Promise<ContainerUse[]>;
  /** Nodes by cluster and type, and the nodes that could be emptied; the same window. */
  nodeGroups(window: { readonly start: number; readonly end: number }): Promise<NodeGroup[]>;
  readonly routes: readonly Route[];
}

export function createWorkloads(deps: ContainerUseDeps & { readonly clock: Clock }): Workloads {
  return {
    containers: (window) => readContainerUses(deps, window),
    nodeGroups: (window) => readNodeGroups(deps, window),
    routes: [
      handle(listContainerUse, async ({ query, identity }) => {
        const report = await buildContainerReport(deps, query);
        const teams = limitMoney(identity);
        if (teams === null) return report;
        const containers = report.containers.filter(({ subject }) => teams.includes(subject?.team ?? ''));
        return { ...report, containers, partial: { teams: [...teams] } };
      }),
    ],
  };
}

export interface ContainerReaderGround {
  readonly store: Store;
  readonly lake: Lake;
  readonly clock: Clock;
  readonly jobs: Pick<Jobs, 'register' | 'schedule'>;
  readonly config: Pick<Config, 'gpuReadingDays'>;
}

/** Reads containers for the sources of GPU readings and schedules the retention of their hours. */
export function createContainerReader(ground: ContainerReaderGround): ContainerReader {
  const deps = { ...ground, oneAtATime: createOneAtATime() };
  scheduleContainerRetention({ ...deps, days: ground.config.gpuReadingDays }, ground.jobs);
  return { sync: (source, limits) => syncContainers(deps, source, limits), read: findContainersRead };
}
