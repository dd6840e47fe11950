import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { GpuReader } from '../../../platform/gpus/index.ts';
import type { Log } from '../../../platform/telemetry/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import type { RunningWork, Work, WorkEnd, WorkUsage } from '../../compute/index.ts';
import type { Daemon } from './daemon.ts';
import { KEPT, readStopped, readUsage, writeEnd, writeStopped, writeUsage } from './kept.ts';
import { bringLog } from './log.ts';
import { buildLostEnd, buildWorkEnd, type Remains, readShort } from './outcome.ts';
import { copyOutputs } from './outputs.ts';
import { readContainer, tell } from './talk.ts';
import { maximizeUsage, parseUsage, UNKNOWN_USAGE } from './usage.ts';
import type { WatchList } from './watched.ts';

export interface FollowDeps {
  readonly daemon: Daemon;
  readonly list: WatchList;
  /** Ensures that a watchdog watches the list. */
  readonly keepWatchdog: () => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  /** Reads GPUs of the engine's machine; null where that is another one than this. */
  readonly readerOf: ((gpus: readonly string[]) => GpuReader) | null;
  /** Aborted when the server ends. Its containers keep running. */
  readonly closing: AbortSignal;
}

/** Work whose container was started. */
export interface StartedContainer {
  readonly work: Work;
  readonly container: string;
  readonly start: number;
  /** GPUs of the engine that it holds, by index. */
  readonly gpus: readonly string[];
}

export interface FollowedContainer {
  readonly running: RunningWork;
  /** Resolves when nothing is done for it here any more. */
  readonly done: Promise<void>;
}

const ELSEWHERE = 'the Docker Engine is on another machine, where this server cannot run nvidia-smi';
/** Poll interval of a running container, in milliseconds. */
const LOOK_MS = 1_000;
/** The same when it is being killed and does not go. */
const SHORTEST_REST_MS = 100;

/** Sees a container to its end, through restarts of the engine and, with another call in another process, of the server. */
export function follow(deps: FollowDeps, begun: StartedContainer): FollowedContainer {
  const { work, start } = begun;
  const meter = createMeter(deps, begun);
  const stopping = createStopping(deps, begun);
  const seen = awaitEnd(deps, begun, meter, stopping);
  const ended = seen.catch((error: unknown): WorkEnd | Promise<never> => {
    if (deps.closing.aborted) return new Promise<never>(() => undefined);
    deps.log.error({ err: error, work: work.id }, 'cannot monitor work in a container');
    return buildLostEnd({
      start,
      now: deps.clock.now(),
      usage: meter.known(),
      detail: `The container could not be monitored: ${String(error)}`,
    });
  });
  return {
    done: seen.then(
      () => undefined,
      () => undefined,
    ),
    running: {
      id: work.id,
      start,
      ended,
      async extend(until) {
        if (deps.list.read(work.id) === null) return;
        deps.list.change(work.id, { until });
        await deps.keepWatchdog();
      },
      stop: () => stopping.ask(),
      usage: () => meter.read(),
      gpus: begun.gpus.length === 0 ? null : (deps.readerOf?.(begun.gpus) ?? ELSEWHERE),
    },
  };
}

async function awaitEnd(
  deps: FollowDeps,
  begun: StartedContainer,
  meter: Meter,
  stopping: StopRequests,
): Promise<WorkEnd> {
  const { work, container, start } = begun;
  const gone = awaitRemoval(deps, begun, meter, stopping);
  const path = join(work.folder, KEPT.log);
  const [remains, logTrouble] = await Promise.all([gone, bringLog({ ...deps, container, path, gone })]);
  const end =
    remains === null
      ? buildLostEnd({
          start,
          now: deps.clock.now(),
          usage: meter.known(),
          detail: 'The Docker Engine no longer has the container.',
        })
      : buildWorkEnd(work, remains, {
          start,
          stoppedBy: readStopped(join(work.folder, KEPT.stopped)),
          usage: meter.known(),
          words: readShort(path),
          trouble: joinSentences(await copyOutputs({ ...deps, work, container }), logTrouble),
        });
  writeEnd(work.folder, end);
  deps.list.remove(work.id);
  return end;
}

function joinSentences(...found: readonly (string | null)[]): string | null {
  const said = found.filter((sentence) => sentence !== null);
  return said.length === 0 ? null : said.join(' ');
}

/** Remains of the container after it stopped running. Null: the engine no longer knows the container. */
async function awaitRemoval(
  deps: FollowDeps,
  begun: StartedContainer,
  meter: Meter,
  stopping: StopRequests,
): Promise<Remains | null> {
  const change = createChange(deps, begun.container);
  for (;;) {
    const state = await readContainer(deps, begun.container);
    if (state === null || state.remains !== null) return state?.remains ?? null;
    await meter.read();
    await stopping.goOn();
    const restMs = Math.max(SHORTEST_REST_MS, Math.min(LOOK_MS, stopping.killInMs()));
    await Promise.race([change.next(), stopping.asked(), pause(restMs, undefined, { signal: deps.closing })]);
  }
}

/** The engine's event that a container has ended, so that the next poll is not awaited. */
export function createChange(
  { daemon, closing }: Pick<FollowDeps, 'daemon' | 'closing'>,
  container: string,
): { next(): Promise<void> } {
  let waiting: Promise<void> | null = null;
  return {
    next() {
      waiting ??= daemon
        .ask((api) => api.getContainer(container).wait({ abortSignal: closing }), null)
        .then(
          () => undefined,
          () => pause(LOOK_MS, undefined, { ref: false }),
        )
        .finally(() => {
          waiting = null;
        });
      return waiting;
    },
  };
}

interface Meter {
  known(): WorkUsage;
  /** Reads the usage now. Answers the last known usage if the engine does not answer. */
  read(): Promise<WorkUsage>;
}

function createMeter({ daemon }: FollowDeps, { work, container }: StartedContainer): Meter {
  let usage = readUsage(work.folder) ?? UNKNOWN_USAGE;
  return {
    known: () => usage,
    async read() {
      const question = { stream: false, 'one-shot': true } as const;
      const found = await daemon.ask((api) => api.getContainer(container).stats(question)).catch(() => null);
      const most = maximizeUsage(usage, parseUsage(found));
      if (most.cpuSeconds !== usage.cpuSeconds || most.peakMemoryBytes !== usage.peakMemoryBytes) {
        usage = most;
        writeUsage(work.folder, usage);
      }
      return usage;
    },
  };
}

interface StopRequests {
  ask(): Promise<void>;
  /** Resolves at the next stop request. */
  asked(): Promise<void>;
  /** Does the due steps: repeats a stop request that the engine has not received, and kills. */
  goOn(): Promise<void>;
  /** Milliseconds until the kill. Infinity: no stop was requested. */
  killInMs(): number;
}

function createStopping(deps: FollowDeps, { work, container }: StartedContainer): StopRequests {
  const { list, clock } = deps;
  let asking = Promise.withResolvers<void>();
  let begun = false;
  let owed = false;
  const killInMs = () => {
    const killAt = list.read(work.id)?.killAt ?? null;
    return killAt === null ? Number.POSITIVE_INFINITY : killAt - clock.now();
  };

  async function goOn(): Promise<void> {
    try {
      if (killInMs() <= 0) await tell(deps.daemon, container, 'SIGKILL');
      else if (owed) await tell(deps.daemon, container, 'SIGTERM');
      owed = false;
    } catch (error) {
      deps.log.warn({ err: error, work: work.id }, 'cannot send the stop signal to a container; retry follows');
    }
  }

  return {
    asked: () => asking.promise,
    goOn,
    killInMs,
    async ask() {
      const watched = list.read(work.id);
      // After the end of the container, its entry is removed.
      if (begun || watched === null) return;
      begun = true;
      // An earlier stop request, of the server or the watchdog, has reached the engine or is followed by a kill.
      owed = writeStopped(watched.stopped, 'starter');
      if (watched.killAt === null) list.change(work.id, { killAt: clock.now() + work.graceMs });
      await goOn();
      asking.resolve();
      asking = Promise.withResolvers();
    },
  };
}
