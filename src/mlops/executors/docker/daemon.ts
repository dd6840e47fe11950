import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';
import Docker from 'dockerode';
import { buildConnection, type DaemonAddress } from './address.ts';
import { isUnreachable, toAppError } from './failures.ts';

/** Newest API version that this code supports; an older engine is called with its version. */
const NEWEST_API = '1.45';
/** Timeout of calls that read state or send a signal, in milliseconds. After it the engine counts as unreachable. */
const QUICK_MS = 30_000;
/** First and longest back-off of the retries of an unreachable engine, in milliseconds. */
const PAUSE_MS = { first: 500, longest: 5_000 } as const;

/** A Docker Engine, at one address. */
export interface Daemon {
  readonly where: DaemonAddress;
  /**
   * Calls once. Errors: `executor_unreachable`, `executor_denied`; other refusals pass unchanged (see `refusalOf`).
   * `limitMs` null: no timeout.
   */
  ask<T>(question: (api: Docker) => Promise<T>, limitMs?: number | null): Promise<T>;
  /** Retries with back-off while the engine is unreachable. Rejects when the signal aborts. */
  askPatiently<T>(question: (api: Docker) => Promise<T>, signal: AbortSignal, limitMs?: number | null): Promise<T>;
}

export function connectDaemon(where: DaemonAddress): Daemon {
  let known: Promise<Docker> | null = null;

  function api(): Promise<Docker> {
    known ??= negotiate(where);
    return known;
  }

  async function ask<T>(question: (api: Docker) => Promise<T>, limitMs: number | null = QUICK_MS): Promise<T> {
    try {
      const engine = await awaitWithin(api(), QUICK_MS);
      return await awaitWithin(question(engine), limitMs);
    } catch (error) {
      const failure = toAppError(error, where.address);
      // After a restart the engine may have another version.
      if (isUnreachable(failure)) known = null;
      throw failure;
    }
  }

  return {
    where,
    ask,
    async askPatiently(question, signal, limitMs = QUICK_MS) {
      for (let pauseMs: number = PAUSE_MS.first; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MS.longest)) {
        signal.throwIfAborted();
        try {
          return await ask(question, limitMs);
        } catch (error) {
          if (!isUnreachable(error)) throw error;
        }
        await pause(pauseMs, undefined, { signal });
      }
    },
  };
}

async function negotiate(where: DaemonAddress): Promise<Docker> {
  const options = buildOptions(where);
  const { ApiVersion: newest, MinAPIVersion: oldest } = await new Docker(options).version();
  return new Docker({ ...options, version: `v${negotiateVersion(newest, oldest ?? newest)}` });
}

/**
 * API version for an engine with these versions: the newest that both support. If the engine no longer supports this
 * code's version, its oldest version. Example: 1.41 and 1.12 -> 1.41; 1.52 and 1.44 -> 1.45.
 */
export function negotiateVersion(newest: string, oldest: string): string {
  const [known] = [newest, NEWEST_API].toSorted(compareVersions);
  const [, spoken] = [known ?? newest, oldest].toSorted(compareVersions);
  return spoken ?? newest;
}

function compareVersions(one: string, other: string): number {
  return Number(one.split('.')[1]) - Number(other.split('.')[1]);
}

/**
 * The client formats all arguments of a call as text, even if the text is unused. With the connections that an agent
 * holds, this took five sixths of the CPU time of a server that follows twenty containers.
 */
const UNSHOWN = { [inspect.custom]: () => 'Agent' };

/** One connection per call: a kept-alive connection would break when the engine restarts, and look like an unreachable engine. */
function buildOptions(where: DaemonAddress) {
  const connection = buildConnection(where);
  const agent =
    connection.protocol === 'https' ? new HttpsAgent({ keepAlive: false }) : new HttpAgent({ keepAlive: false });
  return { ...connection, agent: Object.assign(agent, UNSHOWN) };
}

/** The client leaves a call without an answer when the connection breaks in the middle of one: it is given up here. */
async function awaitWithin<T>(answer: Promise<T>, limitMs: number | null): Promise<T> {
  if (limitMs === null) return answer;
  const given = new AbortController();
  const tooLong = async (): Promise<never> => {
    await pause(limitMs, undefined, { signal: given.signal, ref: false });
    throw new Error(`no answer in ${limitMs / 1000} s`);
  };
  try {
    return await Promise.race([answer, tooLong()]);
  } finally {
    given.abort();
  }
}
