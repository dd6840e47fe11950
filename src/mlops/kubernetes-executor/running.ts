import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readSystemCode } from '../../platform/errors/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { RunningWork, Work, WorkEnd, WorkPlace } from '../compute/index.ts';
import type { Dcgm } from './dcgm.ts';
import type { WorkspaceDoor } from './door.ts';
import { buildEnd, findStart } from './ending.ts';
import type { Jobs } from './jobs.ts';
import { createUsageMeter } from './metrics.ts';
import { BEGUN_AT, findMainContainer, type Job, type Pod, STOPPED_BY } from './objects.ts';
import { followPodLog } from './pod-log.ts';
import { describeImageFailure, describePending, isOver } from './waiting.ts';

export interface RunningDeps {
  readonly jobs: Jobs;
  readonly door: WorkspaceDoor;
  /** Reads the GPUs of pods; null: nothing does. */
  readonly dcgm: Dcgm | null;
  readonly clock: Clock;
  readonly log: Log;
}

/** Work on the cluster that this server watches, until it has ended or the engine is closed. */
export interface TrackedJob {
  readonly running: RunningWork;
  /** Something in the cluster is other than it was. */
  look(): void;
  close(): Promise<void>;
}

/** Time after which an image that cannot be pulled fails the work: a registry may be unreachable for a moment. */
const IMAGE_GIVEN_UP_MS = 60_000;
const LOOK_EVERY_MS = 2_000;
const NO_PROMETHEUS = 'no Prometheus with DCGM metrics is configured (setting gpuPrometheus)';
/** Time to read the rest of the log. For a deleted pod, the log ends with the lines read so far. */
const LOG_WITHIN_MS = 60_000;

export function track({ jobs, door, dcgm, clock, log }: RunningDeps, work: Work, first: Job): TrackedJob {
  const over = new AbortController();
  const ended = Promise.withResolvers<WorkEnd>();
  const placed = Promise.withResolvers<WorkPlace | null>();
  const begunAt = Number(first.metadata.annotations[BEGUN_AT] ?? first.metadata.creationTimestamp);
  const seen = toFirstSeen(first);
  let following: Promise<void> | null = null;
  let told: WorkEnd | null = null;
  const podName = () => seen.pod?.metadata.name ?? null;
  const begun = () => findStart(seen.pod) ?? begunAt;
  const { cluster, namespace } = jobs;
  const usage = createUsageMeter({ cluster, namespace, pod: podName, start: begun });

  function follow(pod: Pod): void {
    const hasEnded = () => isPodOver(seen, pod.metadata.name) || seen.job === null || isOver(seen.job);
    following ??= followPodLog({
      cluster,
      namespace,
      pod: pod.metadata.name,
      folder: work.folder,
      hasEnded,
      signal: over.signal,
      log,
    });
    following.catch((error: unknown) => log.error({ err: error, work: work.id }, 'cannot store the output of work'));
  }

  async function lookOnce(): Promise<void> {
    await tellStop({ jobs, log }, work, seen);
    const { pod } = await update(jobs, work.id, seen);
    if (pod !== null && findStart(pod) !== null) follow(pod);
    if (pod?.spec.nodeName !== undefined) seen.place ??= await jobs.placeOf(pod.spec.nodeName, work.resources);
    if (seen.place !== null) placed.resolve(seen.place);
    await giveUp(jobs, work.id, seen, clock.now());
    const { job } = seen;
    if (job !== null && !isOver(job) && !isTakenBack(job, pod)) return;
    if (job !== null && !isOver(job)) await jobs.remove(work.id);
    // A pod outlives its Job for its grace, and longer where it was left behind.
    if (job === null && pod !== null && jobs.podOf(work.id) !== null && !isPodOver(seen, pod.metadata.name)) return;
    await finish();
  }

  async function finish(): Promise<void> {
    if (following !== null) await Promise.race([following.catch(() => undefined), awaitTimeout(LOG_WITHIN_MS)]);
    const [result, refusal] = await Promise.all([door.result(work), door.refusal(work)]);
    const seenEnd = buildEnd({ ...seen, result, begunAt, now: clock.now() });
    const end: WorkEnd = { ...seenEnd, detail: joinSentences(seenEnd.detail, refusal), place: seen.place };
    await keepEnd(work.folder, end);
    door.shut(work.id);
    over.abort();
    told = end;
    placed.resolve(seen.place);
    ended.resolve(end);
  }

  const looks = createLooks(lookOnce, over.signal, (error) =>
    log.warn({ err: error, work: work.id }, 'cannot check work on Kubernetes; retry follows'),
  );
  return {
    look: () => void looks.look(),
    async close() {
      over.abort();
      await Promise.all([looks.quiet(), following?.catch(() => undefined)]);
    },
    running: {
      id: work.id,
      get start() {
        return begun();
      },
      ended: ended.promise,
      // A requested stop cannot be revoked by an extension.
      extend: async (until) => {
        if (!seen.stopped && seen.owesStopWithinMs === null && !over.signal.aborted)
          await jobs.extend(work.id, until, work.graceMs, begunAt);
      },
      async stop(withinMs = work.graceMs) {
        if (over.signal.aborted) return;
        seen.owesStopWithinMs = withinMs;
        // An unreachable API server receives the request at a later poll.
        await looks.look();
      },
      usage: async () => told?.usage ?? usage(),
      placed: placed.promise,
      gpus: work.resources.gpus.count === 0 ? null : (dcgm?.of(podName) ?? NO_PROMETHEUS),
      waiting: () => (findStart(seen.pod) === null ? describePending(seen.job, seen.pod) : null),
    },
  };
}

/**
 * Shortens the grace period of a pod if there is less time than the grace period of its work. A kubelet that has
 * received the full grace period keeps it for the sidecars, so this call precedes the stop of the Job, whose controller
 * sends the full one.
 */
async function shortenGrace(
  { jobs, log }: Pick<RunningDeps, 'jobs' | 'log'>,
  work: Work,
  withinMs: number,
): Promise<void> {
  const pod = jobs.podOf(work.id);
  if (pod === null || withinMs >= work.graceMs) return;
  await jobs.noteStop(work.id);
  if (await jobs.hurry(pod.metadata.name, withinMs)) return;
  log.warn({ work: work.id, withinMs }, 'a pod keeps its whole grace period: the server may not delete pods');
}

/** Last observed state. */
interface JobObservation {
  job: Job | null;
  pod: Pod | null;
  place: WorkPlace | null;
  stopped: boolean;
  /** Grace period in milliseconds of a stop request that is still to be sent. Null: none. */
  owesStopWithinMs: number | null;
  givenUp: string | null;
  /** Time since which its image could not be pulled. */
  troubleSince: number | null;
}

function toFirstSeen(job: Job): JobObservation {
  const stopped = job.metadata.annotations[STOPPED_BY] !== undefined;
  return { job, pod: null, place: null, stopped, owesStopWithinMs: null, givenUp: null, troubleSince: null };
}

/** Sends a due stop request, where the work has not ended. */
async function tellStop(deps: Pick<RunningDeps, 'jobs' | 'log'>, work: Work, seen: JobObservation): Promise<void> {
  if (seen.owesStopWithinMs === null) return;
  const job = await deps.jobs.read(work.id);
  if (job !== null && !isOver(job)) {
    await shortenGrace(deps, work, seen.owesStopWithinMs);
    await deps.jobs.stop(work.id);
    seen.stopped = true;
  }
  seen.owesStopWithinMs = null;
}

async function update(jobs: Jobs, id: string, seen: JobObservation): Promise<JobObservation> {
  const listed = jobs.jobOf(id);
  // The watch may lag behind the creation of the Job: only a read from the API server proves that the Job is gone.
  if (listed !== null) seen.job = listed;
  else if (seen.job !== null) seen.job = await jobs.read(id);
  seen.pod = jobs.podOf(id) ?? seen.pod;
  return seen;
}

function isPodOver({ pod }: JobObservation, name: string): boolean {
  if (pod === null || pod.metadata.name !== name) return true;
  return findMainContainer(pod)?.state.terminated !== undefined || ['Succeeded', 'Failed'].includes(pod.status.phase);
}

/** Suspended by another client after it had started: if resumed, the work would start from its beginning. */
function isTakenBack(job: Job, pod: Pod | null): boolean {
  return job.spec.suspend === true && pod !== null && findStart(pod) !== null;
}

async function giveUp(jobs: Jobs, id: string, seen: JobObservation, now: number): Promise<void> {
  const trouble = seen.pod === null || findStart(seen.pod) !== null ? null : describeImageFailure(seen.pod);
  seen.troubleSince = trouble === null ? null : (seen.troubleSince ?? now);
  if (trouble === null || seen.troubleSince === null || now - seen.troubleSince < IMAGE_GIVEN_UP_MS) return;
  if (seen.givenUp !== null) return;
  await jobs.stop(id);
  seen.givenUp = trouble;
}

/** Polls on request and every few seconds, one poll at a time. */
function createLooks(look: () => Promise<void>, signal: AbortSignal, failed: (error: unknown) => void) {
  let busy: Promise<void> = Promise.resolve();
  let asked = false;
  /** Resolves after a poll that started after this call. */
  const again = (): Promise<void> => {
    if (asked || signal.aborted) return busy;
    asked = true;
    busy = busy.then(async () => {
      asked = false;
      if (!signal.aborted) await look().catch(failed);
    });
    return busy;
  };
  const timer = setInterval(() => void again(), LOOK_EVERY_MS);
  timer.unref();
  signal.addEventListener('abort', () => clearInterval(timer));
  void again();
  return { look: again, quiet: () => busy };
}

function awaitTimeout(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}

function joinSentences(...parts: readonly (string | null)[]): string | null {
  const said = parts.filter((part) => part !== null);
  return said.length === 0 ? null : said.join(' ');
}

const Count = z.number().nullable();
const Name = z.string().nullable();
const KeptEnd = z.object({
  reason: z.enum(['exited', 'signal', 'out-of-memory', 'disk', 'stopped', 'evicted', 'lost', 'not-started']),
  exitCode: Count,
  stoppedBy: z.enum(['starter', 'watchdog']).nullable(),
  start: z.number(),
  end: z.number(),
  detail: Name,
  usage: z.object({ cpuSeconds: Count, peakMemoryBytes: Count }),
  place: z
    .object({
      node: z.string(),
      instance: Name,
      region: Name,
      zone: Name,
      gpuModel: Name,
      spot: z.boolean(),
      share: z.number().default(1),
    })
    .nullable(),
});

const endFile = (folder: string) => join(folder, 'kubernetes-ended.json');

async function keepEnd(folder: string, end: WorkEnd): Promise<void> {
  await writeFile(`${endFile(folder)}.part`, JSON.stringify(end));
  await rename(`${endFile(folder)}.part`, endFile(folder));
}

/** Work with a stored end; null where no end is stored. */
export async function findEndedWork({ id, folder }: Pick<Work, 'id' | 'folder'>): Promise<RunningWork | null> {
  const end = await readEnd(folder);
  if (end === null) return null;
  return {
    id,
    start: end.start,
    ended: Promise.resolve(end),
    extend: async () => undefined,
    stop: async () => undefined,
    usage: async () => end.usage,
    placed: Promise.resolve(end.place ?? null),
    waiting: () => null,
  };
}

async function readEnd(folder: string): Promise<WorkEnd | null> {
  try {
    return KeptEnd.parse(JSON.parse(await readFile(endFile(folder), 'utf8')));
  } catch (error) {
    if (readSystemCode(error) === 'ENOENT') return null;
    throw error;
  }
}
