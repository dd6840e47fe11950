import { type ContainerStatus, findCondition, findMainContainer, type Pod } from '../objects.ts';
import { describeImageFailure, describePending } from '../waiting.ts';

const LAST_LINES = 20;
/** Exit code of shells for SIGKILL. */
const KILLED = 137;

/** Whether a consumer may take it: it is not shutting down. */
export const isStaying = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp === undefined && status.phase !== 'Failed' && status.phase !== 'Succeeded';

/** Whether its server is ready, as the node reports it. */
export const isReady = (pod: Pod): boolean => findMainContainer(pod)?.ready === true;

/** Whether its server has ended and is not restarted. */
export const isOver = (pod: Pod): boolean =>
  pod.status.phase === 'Failed' ||
  pod.status.phase === 'Succeeded' ||
  (pod.metadata.deletionTimestamp !== undefined && findMainContainer(pod)?.state.running === undefined);

/**
 * How often its containers have ended. The node restarts an ended container, so this count includes missed ends.
 * Example: it runs after two restarts -> 2; it has just ended for the third time -> 3.
 */
export function countEnds({ status }: Pod): number {
  const begun = status.initContainerStatuses.map((one) => (isInitSucceeded(one) ? 0 : countContainerEnds(one)));
  return [...begun, ...status.containerStatuses.map(countContainerEnds)].reduce((sum, count) => sum + count, 0);
}

const isInitSucceeded = ({ state, restartCount }: ContainerStatus): boolean =>
  restartCount === 0 && state.terminated?.exitCode === 0;

function countContainerEnds({ restartCount, state, lastState }: ContainerStatus): number {
  const isDown = state.terminated !== undefined || (state.waiting !== undefined && lastState.terminated !== undefined);
  return restartCount + (isDown ? 1 : 0);
}

/** Reason of its last end, one sentence. */
export function explainEnd(pod: Pod): string {
  const taken = describeEviction(pod);
  if (taken !== null) return taken;
  const failed = pod.status.initContainerStatuses.find(
    (one) => !isInitSucceeded(one) && findLastEnd(one) !== undefined,
  );
  if (failed !== undefined) return explainFetchFailure(failed);
  const main = findMainContainer(pod);
  const end = main === null ? undefined : findLastEnd(main);
  if (end === undefined) return 'Kubernetes does not report its exit';
  const said = end.message.trim().split('\n').slice(-LAST_LINES).join('\n');
  if (end.reason === 'OOMKilled') return appendLog('it exceeded resources.memory', said);
  if (end.reason === 'StartError' || end.reason === 'ContainerCannotRun') return `it could not be started: ${said}`;
  // The runtime may report the out-of-memory kill after the end.
  if (end.exitCode === KILLED) {
    return appendLog(
      `it was killed (exit code ${KILLED}): it exceeded its memory, or accepted no connection for a minute`,
      said,
    );
  }
  return appendLog(`it ended with exit code ${end.exitCode}`, said);
}

const findLastEnd = ({ state, lastState }: ContainerStatus) => state.terminated ?? lastState.terminated;

const appendLog = (why: string, said: string): string => (said === '' ? why : `${why}; its log ends: ${said}`);

function explainFetchFailure(status: ContainerStatus): string {
  const said = findLastEnd(status)?.message.trim() ?? '';
  return `its pod could not fetch the artifacts of the version from this server: ${said || 'no message'}`;
}

function describeEviction(pod: Pod): string | null {
  const disrupted = findCondition(pod, 'DisruptionTarget');
  const reason = disrupted?.reason ?? (pod.status.phase === 'Failed' ? pod.status.reason : '');
  if (reason === '') return null;
  const message = disrupted?.message ?? pod.status.message;
  return `Kubernetes evicted its pod (${reason})${message === '' ? '' : `: ${message}`}`;
}

/** Problem that keeps a pod from starting. */
export interface Trouble {
  readonly why: string;
  /** Whether the problem may be transient, such as a registry that is unreachable for a moment. */
  readonly mayPass: boolean;
}

/** An image that cannot be pulled, or a container that cannot be created. Null: no such problem. */
export function findPodTrouble(pod: Pod, notFetched: string | null): Trouble | null {
  const image = describeImageFailure(pod);
  if (image === null) {
    const why = isUnschedulable(pod) ? null : describePending(null, pod);
    return why === null ? null : { why, mayPass: true };
  }
  if (!image.includes('ErrImageNeverPull')) return { why: image, mayPass: !image.includes('InvalidImageName') };
  return { why: `the node does not have the image, and cannot pull it: ${notFetched ?? image}`, mayPass: false };
}

export const isUnschedulable = (pod: Pod): boolean =>
  pod.status.conditions.some(({ type, status }) => type === 'PodScheduled' && status === 'False');

/** Reason why the pod waits, one sentence. Null: unknown. */
export const describeWait = (pod: Pod): string | null => describePending(null, pod);
