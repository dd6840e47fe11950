export type { ContainerSpec, LeasedContainer, LeasedContainers } from './containers.ts';
export type {
  EndReason,
  Executor,
  HeldMachines,
  Resources,
  RunningWork,
  Work,
  WorkEnd,
  WorkPlace,
  WorkUsage,
} from './executor.ts';
export { findNodeFolder } from './node-folders.ts';
export { refuseNodes } from './refusals.ts';
export type { PodWait, TakenPod, Workload, WorkloadKind, WorkloadSpec, Workloads } from './workloads.ts';
