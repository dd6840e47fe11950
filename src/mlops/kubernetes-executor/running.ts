import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { RunningWork, Work, WorkEnd, WorkPlace } from '../compute/index.ts';
import type { Dcgm } from './dcgm.ts';
import type { WorkspaceDoor } from './door.ts';
import { keepEnd } from './ended-work.ts';
import { findStart, type Result } from './ending.ts';
import type { Jobs } from './jobs.ts';
import { createUsageMeter } from './metrics.ts';
import { buildNodesEnd, findHeldSince, sumUsage } from './node-ends.ts';
import { createNodeLogs } from './node-logs.ts';
import { BEGUN_AT, findQueue, type Job, type Pod } from './objects.ts';
import {
  giveUp,
  isWaitingInQueue,
  isWorkOver,
  type JobObservation,
  takeBack,
  tellStop,
  toFirstSeen,
  update,
} from './observation.ts';
import { mergePlaces } from './placement.ts';
import type { Queues } from './queues.ts';
import { describePendingNodes } from './waiting.ts';

export interface RunningDeps {
  readonly jobs: Jobs;
  readonly queues: Queues;
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

const LOOK_EVERY_MS = 2_000;
const NO_PROMETHEUS = 'no Prometheus with DCGM metrics is configured (setting gpuPrometheus)';
/** Time to read the rest of the logs. For a deleted pod, the log ends with the lines read so far. */
const LOG_WITHIN_MS = 60_000;

export function track({ jobs, queues, door, dcgm, clock, log }: RunningDeps, work: Work, first: Job): TrackedJob {
  const { nodes = 1, gpus } = work.resources;
  const numbers = Array.from({ length: nodes }, (_, node) => node);
  const over = new AbortController();
  const ended = Promise.withResolvers<WorkEnd>();
  const placed = Promise.withResolvers<WorkPlace | null>();
  const begunAt = Number(first.metadata.annotations[BEGUN_AT] ?? first.metadata.creationTimestamp);
  const seen = toFirstSeen(first);
  const logs = createNodeLogs({ jobs, work, seen, signal: over.signal, log });
  let told: WorkEnd | null = null;
  const { cluster, namespace } = jobs;
  const { begun, deadlineBase } = createTimes(seen, begunAt, findQueue(first), clock);
  const meters = numbers.map((node) =>
    createUsageMeter({ cluster, namespace, pod: () => seen.pods.get(node)?.metadata.name ?? null, start: begun }),
  );

  async function lookOnce(): Promise<void> {
    await tellStop({ jobs, log }, work, seen);
    await update(jobs, work, seen);
    logs.follow();
    if (seen.places.size === nodes) placed.resolve(mergePlaces(listPlaces()));
    await giveUp(jobs, work.id, seen, clock.now());
    await takeBack(jobs, queues, work.id, seen);
    if (isWorkOver(jobs, work.id, seen)) await finish();
  }

  const listPlaces = () => numbers.flatMap((node) => seen.places.get(node) ?? []);

  async function finish(): Promise<void> {
    await Promise.race([logs.whole(), awaitTimeout(LOG_WITHIN_MS)]);
    const [results, refusal] = await Promise.all([readResults(door, work, numbers), door.refusal(work)]);
    const seenEnd = buildNodesEnd({ ...seen, nodes, results, begunAt, now: clock.now() });
    const detail = joinSentences(seenEnd.detail, refusal);
    const end: WorkEnd = { ...seenEnd, detail, place: mergePlaces(listPlaces()) };
    await keepEnd(work.folder, end);
    // Before this, the Job is the only record that the work has run.
    if (seen.takenBack !== null) await jobs.remove(work.id);
    door.shut(work.id);
    over.abort();
    told = end;
    placed.resolve(end.place ?? null);
    ended.resolve(end);
  }

  const looks = createLooks(lookOnce, over.signal, (error) =>
    log.warn({ err: error, work: work.id }, 'cannot check work on Kubernetes; retry follows'),
  );
  const podNames = () => numbers.flatMap((node) => seen.pods.get(node)?.metadata.name ?? []);
  return {
    look: () => void looks.look(),
    async close() {
      over.abort();
      await Promise.all([looks.quiet(), logs.whole()]);
    },
    running: {
      id: work.id,
      get start() {
        return told?.start ?? begun();
      },
      ended: ended.promise,
      // A requested stop cannot be revoked by an extension.
      extend: async (until) => {
        const isEnding = seen.stopped || seen.owesStopWithinMs !== null || seen.takenBack !== null;
        if (!isEnding && !over.signal.aborted) await jobs.extend(work.id, until, work.graceMs, deadlineBase());
      },
      async stop(withinMs = work.graceMs) {
        if (over.signal.aborted) return;
        seen.owesStopWithinMs = withinMs;
        // An unreachable API server receives the request at a later poll.
        await looks.look();
      },
      usage: async () => told?.usage ?? sumUsage(await Promise.all(meters.map((meter) => meter()))),
      placed: placed.promise,
      gpus: gpus.count === 0 ? null : (dcgm?.of(podNames) ?? NO_PROMETHEUS),
      waiting: () => (told === null ? describeWait(queues, seen, numbers) : null),
      isQueued: () => told === null && isWaitingInQueue(seen),
      heldSince: () => (told === null ? findEarliest(seen.pods, findHeldSince) : (told.held?.since ?? null)),
    },
  };
}

/** Instants of a Job that change as it is observed, Unix milliseconds. */
function createTimes(seen: JobObservation, begunAt: number, queue: string | null, clock: Clock) {
  // Work in a queue begins when the queue admits it.
  const admittedAt = () => (queue === null ? begunAt : (seen.job?.status.startTime ?? clock.now()));
  return {
    begun: () => findEarliest(seen.pods, findStart) ?? admittedAt(),
    /** Kubernetes counts the deadline of a Job from its admission. */
    deadlineBase: () => (seen.job?.spec.suspend === true ? clock.now() : admittedAt()),
  };
}

/** Reason why the command has not started on all nodes, one sentence; null: it has, or no known reason. */
function describeWait(queues: Queues, seen: JobObservation, numbers: readonly number[]): string | null {
  const { job } = seen;
  if (job !== null && isWaitingInQueue(seen)) return queues.describeWait(job);
  const pending = numbers.map((node) => seen.pods.get(node) ?? null).filter((pod) => findStart(pod) === null);
  return describePendingNodes(job, pending, numbers.length);
}

/** Earliest instant of any pod, Unix milliseconds; null: none has one. */
function findEarliest(pods: ReadonlyMap<number, Pod>, find: (pod: Pod) => number | null): number | null {
  const instants = [...pods.values()].flatMap((pod) => find(pod) ?? []);
  return instants.length === 0 ? null : Math.min(...instants);
}

async function readResults(door: WorkspaceDoor, work: Work, numbers: readonly number[]): Promise<Map<number, Result>> {
  const results = await Promise.all(numbers.map(async (node) => [node, await door.result(work, node)] as const));
  return new Map(results.flatMap(([node, result]) => (result === null ? [] : [[node, result] as const])));
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
