import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../../../platform/telemetry/index.ts';
import type { ContainerSpec, LeasedContainer } from '../../compute/index.ts';
import type { Daemon } from './daemon.ts';
import { isStatus } from './failures.ts';
import { createChange } from './follow.ts';
import { unframe } from './frames.ts';
import type { Remains } from './outcome.ts';
import { readContainer } from './talk.ts';
import type { WatchedContainer, WatchList } from './watched.ts';

export interface LifeDeps {
  readonly daemon: Daemon;
  readonly list: WatchList;
  readonly keepWatchdog: () => Promise<void>;
  readonly log: Log;
  readonly closing: AbortSignal;
}

/** Lease time. Containers of a killed server keep running until lease expiry plus their grace period. */
const LEASE_MS = 30_000;
const RENEW_MS = 5_000;
/** Poll interval of a running container. */
const LOOK_MS = 2_000;
/** Time, after the grace period, to wait for an engine that does not answer. After it, the watchdog alone ends the container. */
const ANSWERS_WITHIN_MS = 15_000;
const LAST_LINES = 20;
const LAST_BYTES = 2_000;

/** Entry for the watchdog: it requests the container's end at lease expiry, and kills it after the grace period. */
export function buildLease(
  daemon: Daemon,
  { graceMs }: ContainerSpec,
  container: string,
  stopped: string,
  now: number,
): WatchedContainer {
  return { ...daemon.where, container, until: now + LEASE_MS + graceMs, graceMs, killAt: null, stopped };
}

/** Manages a started container: renews its lease, and reports its end when the container is removed. */
export function followContainer(
  deps: LifeDeps,
  spec: ContainerSpec,
  container: string,
  stopped: string,
): Omit<LeasedContainer, 'address'> {
  const { daemon, list, log, closing } = deps;
  let isAsked = false;
  let asking: Promise<void> | null = null;

  function renew(): void {
    try {
      if (!isAsked) list.change(spec.id, { until: Date.now() + LEASE_MS + spec.graceMs });
      deps.keepWatchdog().catch((error: unknown) => log.warn({ err: error }, 'containers have no watchdog'));
    } catch (error) {
      // The disk may be full. If that lasts, the lease expires, the watchdog ends the container, and it is restarted.
      log.warn({ err: error, container: spec.id }, 'cannot renew the lease of a container');
    }
  }

  async function seeToEnd(): Promise<{ detail: string }> {
    const remains = await awaitRemoval(deps, container);
    const said = remains === null || isAsked ? '' : await endOfLog(daemon, container);
    await daemon
      .askPatiently((api) => api.getContainer(container).remove({ force: true, v: true }), closing, null)
      .catch((error: unknown) => {
        // 404: it does not exist. 409: another client is removing it.
        if (isStatus(error, 404, 409)) return;
        log.warn({ err: error, container: spec.id }, 'cannot remove a container that has ended');
      });
    return { detail: describeEnd(remains, isAsked, said) };
  }

  const renewing = setInterval(renew, RENEW_MS);
  renewing.unref();
  const ended = seeToEnd()
    .catch((error: unknown) => ({ detail: `it could not be monitored: ${String(error)}` }))
    .finally(() => {
      clearInterval(renewing);
      list.remove(spec.id);
      rmSync(stopped, { force: true });
    });

  async function ask(): Promise<void> {
    isAsked = true;
    // If this server ends first, the watchdog kills the container at the same time.
    list.change(spec.id, { killAt: Date.now() + spec.graceMs + RENEW_MS });
    const t = Math.ceil(spec.graceMs / 1000);
    const telling = daemon
      .askPatiently((api) => api.getContainer(container).stop({ t }), closing, null)
      .catch((error: unknown) => {
        if (!isStatus(error, 304, 404, 409))
          log.warn({ err: error, container: spec.id }, 'cannot send the stop signal to a container');
      });
    const late = pause(spec.graceMs + ANSWERS_WITHIN_MS, undefined, { ref: false });
    await Promise.race([telling.then(() => ended), late]);
  }

  return {
    ended,
    stop() {
      asking ??= ask();
      return asking;
    },
  };
}

/** Remains of the container after it stopped running. Null: the engine does not know the container. */
async function awaitRemoval({ daemon, closing }: LifeDeps, container: string): Promise<Remains | null> {
  const change = createChange({ daemon, closing }, container);
  for (;;) {
    const state = await readContainer({ daemon, closing }, container);
    if (state === null || state.remains !== null) return state?.remains ?? null;
    // After a broken connection the engine's event may never arrive.
    await Promise.race([change.next(), pause(LOOK_MS, undefined, { signal: closing })]);
  }
}

/** Last lines of its output. Empty where they are unavailable. */
async function endOfLog(daemon: Daemon, container: string): Promise<string> {
  try {
    const question = { follow: false, stdout: true, stderr: true, tail: LAST_LINES } as const;
    const framed: Buffer = await daemon.ask((api) => api.getContainer(container).logs(question));
    const words: Buffer[] = [];
    for await (const part of unframe(yieldOnce(framed))) words.push(part);
    return Buffer.concat(words).subarray(-LAST_BYTES).toString('utf8').trim();
  } catch {
    return '';
  }
}

async function* yieldOnce(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

function describeEnd(remains: Remains | null, isAsked: boolean, said: string): string {
  if (isAsked) return 'its end was requested';
  if (remains === null) return 'the Docker Engine no longer has its container';
  const why =
    remains.outOfMemory && remains.exitCode !== 0
      ? 'it exceeded resources.memory'
      : `it ended with exit code ${remains.exitCode}`;
  return said === '' ? why : `${why}; its log ends: ${said}`;
}
