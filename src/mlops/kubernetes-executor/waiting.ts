import { type ContainerStatus, findCondition, type Job, type Pod } from './objects.ts';

/** Reason why the command has not started, one sentence. Null: no known reason. */
export function describePending(job: Job | null, pod: Pod | null): string | null {
  if (pod === null) {
    if (job?.spec.suspend === true) return 'Its Job is suspended.';
    return null;
  }
  const unschedulable = pod.status.conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  if (unschedulable !== undefined) return `No node of Kubernetes has capacity for it now: ${unschedulable.message}`;
  const image = describeImageFailure(pod);
  if (image !== null) return image;
  const stuck = listStatuses(pod).find(({ state }) => CONFIG_ERRORS.has(state.waiting?.reason ?? ''));
  return stuck === undefined ? null : `Kubernetes cannot create its container: ${stuck.state.waiting?.message}`;
}

/**
 * Reason why the commands of some nodes have not started, with their number; null: all have, or no known reason. Example: `2 of 4
 * nodes wait. No node of Kubernetes has capacity for it now: 0/4 nodes are available.`
 */
export function describePendingNodes(job: Job | null, pending: readonly (Pod | null)[], nodes: number): string | null {
  const reason = pending.map((pod) => describePending(job, pod)).find((each) => each !== null) ?? null;
  if (reason === null || nodes === 1) return reason;
  return `${pending.length} of ${nodes} nodes wait. ${reason}`;
}

const CONFIG_ERRORS: ReadonlySet<string> = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);
const IMAGE_ERRORS: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
]);

/** Why an image cannot be had, one sentence; null when nothing is wrong with the images. */
export function describeImageFailure(pod: Pod): string | null {
  const stuck = listStatuses(pod).find(({ state }) => IMAGE_ERRORS.has(state.waiting?.reason ?? ''));
  if (stuck === undefined) return null;
  const { reason = '', message = '' } = stuck.state.waiting ?? {};
  const whose = stuck.name === 'main' ? 'The image' : "The agent's image";
  return `${whose} cannot be pulled (${reason}): ${message}`;
}

const listStatuses = (pod: Pod): ContainerStatus[] => [
  ...pod.status.initContainerStatuses,
  ...pod.status.containerStatuses,
];

/** Whether a Job is over and nothing of it runs any more. */
export const isOver = (job: Job): boolean =>
  findCondition(job, 'Complete') !== null || findCondition(job, 'Failed') !== null;
