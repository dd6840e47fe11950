import type { ContainerUse } from '../../../finops/workloads/index.ts';
import type { Requests } from './costs.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
/** Kinds that `kubectl set resources` can change in place; others are recreated from their manifests. */
const SETTABLE: Readonly<Record<string, string>> = {
  Deployment: 'deployment',
  StatefulSet: 'statefulset',
  DaemonSet: 'daemonset',
  CronJob: 'cronjob',
};

/** Example: 0.25 -> "0.25 CPUs". */
export function formatCpus(cpus: number): string {
  return `${Number(cpus.toFixed(3))} ${cpus === 1 ? 'CPU' : 'CPUs'}`;
}

/** Example: 1610612736 -> "1.5 GiB". */
export function formatBytes(bytes: number): string {
  return bytes >= GIB ? `${Number((bytes / GIB).toFixed(2))} GiB` : `${Math.ceil(bytes / MIB)} MiB`;
}

/** Manual steps of the recommendation. */
export function listRequestSteps(use: ContainerUse, needed: Requests): string[] {
  const memory = `${Math.ceil(needed.memoryBytes / MIB)}Mi`;
  const requests = `cpu=${Math.round(needed.cpus * 1000)}m,memory=${memory}`;
  const isLimitTooLow = use.memoryLimitBytes !== null && use.memoryLimitBytes < needed.memoryBytes;
  const limits = isLimitTooLow ? ` --limits=memory=${memory}` : '';
  const { subject, namespace, workload, container, workloadKind } = use;
  if (subject?.endpoint !== undefined) {
    return [`set the requests ${requests} in the manifest of endpoint ${subject.endpoint}, and apply it`];
  }
  const kind = SETTABLE[workloadKind];
  if (kind === undefined)
    return [`set the requests ${requests} of container ${container} in the source of ${workloadKind} ${workload}`];
  return [`kubectl -n ${namespace} set resources ${kind}/${workload} -c ${container} --requests=${requests}${limits}`];
}
