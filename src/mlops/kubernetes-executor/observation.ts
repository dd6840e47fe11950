import type { Log } from '../../platform/telemetry/index.ts';
import type { Work, WorkPlace } from '../compute/index.ts';
import { findStart } from './ending.ts';
import type { Jobs } from './jobs.ts';
import { findHeldSince } from './node-ends.ts';
import { findMainContainer, findQueue, type Job, type Pod, STOPPED_BY, TAKEN_BACK } from './objects.ts';
import type { Queues } from './queues.ts';
import { describeImageFailure, isOver } from './waiting.ts';

/** Last observed state of a Job and its pods. */
export interface JobObservation {
  job: Job | null;
  /** By number of the node, also pods that are gone. */
  pods: Map<number, Pod>;
  readonly places: Map<number, WorkPlace>;
  stopped: boolean;
  /** Grace period in milliseconds of a stop request that is still to be sent. Null: none. */
  owesStopWithinMs: number | null;
  givenUp: string | null;
  /** Reason why its Job was suspended while it ran. Null: it was not. */
  takenBack: string | null;
  /** Time since which its image could not be pulled. */
  troubleSince: number | null;
}

/** Time after which an image that cannot be pulled fails the work: a registry may be unreachable for a moment. */
const IMAGE_GIVEN_UP_MS = 60_000;

export function toFirstSeen(job: Job): JobObservation {
  const { annotations } = job.metadata;
  return {
    job,
    pods: new Map(),
    places: new Map(),
    stopped: annotations[STOPPED_BY] !== undefined,
    owesStopWithinMs: null,
    givenUp: null,
    takenBack: annotations[TAKEN_BACK] ?? null,
    troubleSince: null,
  };
}

export async function update(jobs: Jobs, { id, resources }: Work, seen: JobObservation): Promise<void> {
  const listed = jobs.jobOf(id);
  // The watch may lag behind the creation of the Job: only a read from the API server proves that the Job is gone.
  if (listed !== null) seen.job = listed;
  else if (seen.job !== null) seen.job = await jobs.read(id);
  for (const [node, pod] of jobs.podsOf(id)) {
    seen.pods.set(node, pod);
    if (pod.spec.nodeName === undefined || seen.places.has(node)) continue;
    const place = await jobs.placeOf(pod.spec.nodeName, resources);
    if (place !== null) seen.places.set(node, place);
  }
}

/** Sends a due stop request, where the work has not ended. */
export async function tellStop(
  deps: { readonly jobs: Jobs; readonly log: Log },
  work: Work,
  seen: JobObservation,
): Promise<void> {
  if (seen.owesStopWithinMs === null) return;
  const job = await deps.jobs.read(work.id);
  if (job !== null && !isOver(job)) {
    // Kubernetes counts no deadline of a suspended Job. Work that never ran needs no record that it did.
    if (job.spec.suspend === true && !hasHeld(seen)) await deps.jobs.remove(work.id);
    else {
      await shortenGrace(deps, work, seen.owesStopWithinMs);
      await deps.jobs.stop(work.id);
    }
    seen.stopped = true;
  }
  seen.owesStopWithinMs = null;
}

/**
 * Shortens the grace period of pods if there is less time than the grace period of their work. A kubelet that has
 * received the full grace period keeps it for the sidecars, so this call precedes the stop of the Job, whose controller
 * sends the full one.
 */
async function shortenGrace(
  { jobs, log }: { readonly jobs: Jobs; readonly log: Log },
  work: Work,
  withinMs: number,
): Promise<void> {
  const pods = [...jobs.podsOf(work.id).values()];
  if (pods.length === 0 || withinMs >= work.graceMs) return;
  await jobs.noteStop(work.id);
  const hurried = await Promise.all(pods.map((pod) => jobs.hurry(pod.metadata.name, withinMs)));
  if (hurried.every((isDone) => isDone)) return;
  log.warn({ work: work.id, withinMs }, 'a pod keeps its whole grace period: the server may not delete pods');
}

/** Gives work up whose image cannot be pulled for a minute. */
export async function giveUp(jobs: Jobs, id: string, seen: JobObservation, now: number): Promise<void> {
  const pending = [...seen.pods.values()].filter((pod) => findStart(pod) === null);
  const trouble = pending.map(describeImageFailure).find((each) => each !== null) ?? null;
  seen.troubleSince = trouble === null ? null : (seen.troubleSince ?? now);
  if (trouble === null || seen.troubleSince === null || now - seen.troubleSince < IMAGE_GIVEN_UP_MS) return;
  if (seen.givenUp !== null) return;
  await jobs.stop(id);
  seen.givenUp = trouble;
}

/**
 * Notes that a Job was suspended while it held a machine, by its queue or by another client: if it were resumed, the work would start
 * from its beginning.
 */
export async function takeBack(jobs: Jobs, queues: Queues, id: string, seen: JobObservation): Promise<void> {
  const { job } = seen;
  if (job === null || seen.takenBack !== null || job.spec.suspend !== true || !hasHeld(seen)) return;
  const reason =
    queues.describeEviction(job) ?? 'Its Job was suspended while it ran; a step that has started is not restarted.';
  await jobs.noteTakenBack(id, reason);
  seen.takenBack = reason;
}

/** Whether the work has ended: its Job is over, or gone or taken back and its last pod has ended as well. */
export function isWorkOver(jobs: Jobs, id: string, { job, takenBack }: JobObservation): boolean {
  if (job !== null && isOver(job)) return true;
  if (job !== null && takenBack === null) return false;
  // A pod outlives its Job for its grace, and longer where it was left behind.
  return [...jobs.podsOf(id).values()].every(isPodOver);
}

export const isPodOver = (pod: Pod): boolean =>
  findMainContainer(pod)?.state.terminated !== undefined || ['Succeeded', 'Failed'].includes(pod.status.phase);

/** Whether one of its pods held a machine. */
const hasHeld = ({ pods }: JobObservation): boolean => [...pods.values()].some((pod) => findHeldSince(pod) !== null);

/** Whether the queue of its Job has not admitted it, or Kubernetes has not noticed that. */
export function isWaitingInQueue(seen: JobObservation): boolean {
  const { job } = seen;
  if (job === null || findQueue(job) === null || isOver(job) || hasHeld(seen)) return false;
  return job.spec.suspend === true || (job.status.startTime ?? null) === null;
}
