export type { ContainerSpec, LeasedContainer, LeasedContainers } from './containers.ts';
export type { EndReason, Executor, Resources, RunningWork, Work, WorkEnd, WorkPlace, WorkUsage } from './executor.ts';
export type { PodWait, TakenPod, Workload, WorkloadKind, WorkloadSpec, Workloads } from './workloads.ts';
