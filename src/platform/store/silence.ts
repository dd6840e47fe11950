import { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { AppError } from '../errors/index.ts';

/** A database that answers does so within this time, in milliseconds. */
const PROBE_WITHIN_MS = 5_000;
/** Between a failed probe and the next, in milliseconds. */
const PROBE_EVERY_MS = 500;

/**
 * Whether PostgreSQL is known to be silent: it takes connections or loses packets, and answers nothing. Without this knowledge,
 * every step of a request would wait its own time for the same outage.
 */
export interface Silence extends Disposable {
  /** Called when one statement or connection was given up: one probe decides for all. */
  suspect(): void;
  /** The connection of `connect`. Rejects with the error of the probe while PostgreSQL is silent, also for those that wait for `connect`. */
  guard<C>(connect: () => Promise<C>, release: (late: C) => void): Promise<C>;
}

export function createSilence(probe: () => Promise<void>): Silence {
  const over = new AbortController();
  let checked: Promise<void> = Promise.resolve();
  let isChecking = false;
  /** Rejections of those that wait for a connection. One shared promise would keep a reaction for every connection ever asked for. */
  const waiting = new Set<(error: unknown) => void>();

  async function check(): Promise<void> {
    const first = Promise.withResolvers<void>();
    checked = first.promise;
    for (let isKnown = false; !over.signal.aborted; isKnown = true) {
      try {
        await probe();
        break;
      } catch (error) {
        if (!isKnown) {
          first.promise.catch(() => undefined);
          for (const reject of [first.reject, ...waiting]) reject(error);
          waiting.clear();
        }
        await pause(PROBE_EVERY_MS, undefined, { signal: over.signal, ref: false }).catch(() => undefined);
      }
    }
    first.resolve();
    checked = Promise.resolve();
    isChecking = false;
  }

  return {
    suspect() {
      if (isChecking || over.signal.aborted) return;
      isChecking = true;
      void check();
    },
    async guard(connect, release) {
      await checked;
      return new Promise((resolve, reject) => {
        waiting.add(reject);
        connect().then(
          (connection) => (waiting.delete(reject) ? resolve(connection) : release(connection)),
          (error) => {
            waiting.delete(reject);
            reject(error);
          },
        );
      });
    },
    [Symbol.dispose]: () => over.abort(),
  };
}

/** Resolves when PostgreSQL reacts to a new connection, also by a refusal. Error: `store_unreachable`, when it does not in time. */
export async function probePostgres(address: string): Promise<void> {
  const over = new AbortController();
  const socket = new Socket();
  const client = new Client({ connectionString: address, stream: () => socket });
  client.on('error', () => undefined);
  const reacts = client.connect().then(() => client.query('select 1'));
  const isSilent = pause(PROBE_WITHIN_MS, true, { signal: over.signal, ref: false });
  try {
    const reacted = reacts.then(
      () => false,
      () => false,
    );
    if (await Promise.race([reacted, isSilent]))
      throw new AppError('store_unreachable', 'PostgreSQL does not answer. Retry when it answers again.');
  } finally {
    over.abort();
    isSilent.catch(() => undefined);
    socket.destroy();
  }
}
