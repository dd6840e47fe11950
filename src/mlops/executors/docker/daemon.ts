import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';
import Docker from 'dockerode';
import { connectionOf, type DaemonAddress } from './address.ts';
import { failureOf, isUnreachable } from './failures.ts';

/** Newest version of the API that this code was written for; an older engine is spoken to in its own. */
const NEWEST_API = '1.45';
/** A call that only looks or tells is answered in this time, in milliseconds, or the engine is away. */
const QUICK_MS = 30_000;
/** First and longest pause before an engine that is away is asked again, in milliseconds. */
const PAUSE_MS = { first: 500, longest: 5_000 } as const;

/** A Docker Engine, at one address. */
export interface Daemon {
  readonly where: DaemonAddress;
  /**
   * Asks once. Errors: `executor_unreachable`, `executor_denied`; other refusals as they came (see `refusalOf`).
   * `limitMs` null: however long it takes.
   */
  ask<T>(question: (api: Docker) => Promise<T>, limitMs?: number | null): Promise<T>;
  /** Asks until there is an answer, with pauses while the engine is away. Rejects when the signal is given. */
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
      const engine = await within(api(), QUICK_MS);
      return await within(question(engine), limitMs);
    } catch (error) {
      const failure = failureOf(error, where.address);
      // When it comes back it may be another version of itself.
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
  const options = optionsOf(where);
  const { ApiVersion: newest, MinAPIVersion: oldest } = await new Docker(options).version();
  return new Docker({ ...options, version: `v${versionFor(newest, oldest ?? newest)}` });
}

/**
 * Version of the API to speak with an engine that knows these: the newest that both know. An engine that has left ours behind
 * is spoken to in its oldest. Example: 1.41 and 1.12 -> 1.41; 1.52 and 1.44 -> 1.45.
 */
export function versionFor(newest: string, oldest: string): string {
  const [known] = [newest, NEWEST_API].toSorted(byVersion);
  const [, spoken] = [known ?? newest, oldest].toSorted(byVersion);
  return spoken ?? newest;
}

function byVersion(one: string, other: string): number {
  return Number(one.split('.')[1]) - Number(other.split('.')[1]);
}

/**
 * The client formats all arguments of a call as text, even if the text is unused. With the connections that an agent
 * holds, this took five sixths of the CPU time of a server that follows twenty containers.
 */
const UNSHOWN = { [inspect.custom]: () => 'Agent' };

/**
 * One connection per call: a kept-alive connection would break when the engine restarts, and look like an unreachable
 * engine.
 */
function optionsOf(where: DaemonAddress) {
  const connection = connectionOf(where);
  const agent =
    connection.protocol === 'https' ? new HttpsAgent({ keepAlive: false }) : new HttpAgent({ keepAlive: false });
  return { ...connection, agent: Object.assign(agent, UNSHOWN) };
}

/** The client leaves a call without an answer when the connection breaks in the middle of one: it is given up here. */
async function within<T>(answer: Promise<T>, limitMs: number | null): Promise<T> {
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
