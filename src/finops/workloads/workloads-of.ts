import { type Answers, readLabelsByHour } from './answers.ts';
import type { ContainerName } from './labels.ts';

export interface Workload {
  /** Deployment, StatefulSet, DaemonSet, CronJob, Job, Pod and whatever else owns pods. */
  readonly workloadKind: string;
  readonly workload: string;
  readonly node: string | null;
  /** The number of replicas depends on the requests (autoscaling): lower requests would change it. */
  readonly isAutoscaled: boolean;
}

/**
 * The workload of a pod: its owner, or the owner of its ReplicaSet or Job. A pod without a known owner is a workload itself.
 * Example: pod `api-7d9f-x` of ReplicaSet `api-7d9f` of Deployment `api` -> Deployment `api`.
 */
export function buildWorkloadFinder(answers: Answers): (name: ContainerName, hourMs: number) => Workload {
  const inNamespace = (label: string) => (said: (name: string) => string | null) => {
    const [namespace, name] = [said('namespace'), said(label)];
    return namespace === null || name === null ? null : `${namespace}/${name}`;
  };
  const pods = readLabelsByHour(answers, 'pods', inNamespace('pod'));
  const owners = {
    ReplicaSet: readLabelsByHour(answers, 'replicaSets', inNamespace('replicaset')),
    Job: readLabelsByHour(answers, 'jobs', inNamespace('job_name')),
  };
  const scaled = readLabelsByHour(answers, 'autoscalers', (said) => {
    const [namespace, kind, name] = [said('namespace'), said('scaletargetref_kind'), said('scaletargetref_name')];
    return namespace === null || kind === null || name === null ? null : `${namespace}/${kind}/${name}`;
  });
  return ({ namespace, pod }, hourMs) => {
    const told = pods.get(`${namespace}/${pod} ${hourMs}`);
    const kind = told?.('created_by_kind') ?? null;
    const name = told?.('created_by_name') ?? null;
    const own =
      kind === null || name === null ? { workloadKind: 'Pod', workload: pod } : { workloadKind: kind, workload: name };
    const between =
      kind === 'ReplicaSet' || kind === 'Job' ? owners[kind].get(`${namespace}/${name} ${hourMs}`) : undefined;
    const [above, aboveName] = [between?.('owner_kind') ?? null, between?.('owner_name') ?? null];
    const of = above === null || aboveName === null ? own : { workloadKind: above, workload: aboveName };
    const isAutoscaled = scaled.has(`${namespace}/${of.workloadKind}/${of.workload} ${hourMs}`);
    return { ...of, node: told?.('node') ?? null, isAutoscaled };
  };
}
