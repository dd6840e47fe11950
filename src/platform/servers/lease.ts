import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../errors/index.ts';
import { createLoop } from '../loop/index.ts';
import type { Sql, Store } from '../store/index.ts';
import type { Log } from '../telemetry/index.ts';
import type { Clock } from '../units/index.ts';
import { createInstance } from './folders.ts';
import {
  findServers,
  type HeldLease,
  isOwnLease,
  readStoreClock,
  releaseLease,
  renewLease,
  type ServerFacts,
  type StoreClock,
  takeLease,
} from './store.ts';

export interface LeaseDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds of a clock that is never set; default: that of the process. */
  readonly monotonicNow?: () => number;
  /** Default: the clock of the store. */
  readonly storeClock?: StoreClock;
  /** Default: 20 s. */
  readonly leaseMs?: number;
}

export const LEASE_MS = 20_000;
/** Part of a lease that its holder does not use, for clocks that run at different speeds. */
const UNUSED = 4;
const RENEWALS_A_LEASE = 4;
const WAITS_A_LEASE = 40;

/** A lease that this process has taken, and renews until it is released or lost. */
export interface Lease extends HeldLease, AsyncDisposable {
  /**
   * Whether the lease runs by the clocks of this process, both of which must agree: the monotonic one stands still while a machine is suspended, and the
   * other one may be set. It ends before the lease in the store does.
   */
  isHeld(): boolean;
  /** Time for which it has been held without a break by the monotonic clock, in milliseconds; 0: it is not held. */
  heldMs(): number;
  /** Throws in a transaction when another server has taken the lease. Error: `server_lease_lost`. */
  assertHeld(sql: Sql): Promise<void>;
  /** Renews once; the lease renews itself as well. */
  renew(): Promise<void>;
}

interface LeaseOptions {
  readonly name: string;
  /** Server of this process. */
  readonly holder: string;
  /** Of the server of the name, where it starts now. */
  readonly facts: ServerFacts | null;
  /** Address of the server of the name, when it is known. */
  readonly url?: () => string | null;
  /** Called once when another server has taken the lease. */
  readonly lost?: () => void;
}

/** Takes the lease of a name; null: another server holds it. */
export async function tryLease(deps: LeaseDeps, options: LeaseOptions): Promise<Lease | null> {
  const { store, storeClock = readStoreClock, leaseMs = LEASE_MS } = deps;
  const { name, holder, facts } = options;
  const request = { name, holder, instance: createInstance(), leaseMs };
  const from = readClocks(deps);
  const isTaken = await store.transaction((sql) => takeLease(sql, storeClock, request, facts));
  return isTaken ? keepLease(deps, options, { ...request, from }) : null;
}

/**
 * Waits for the lease of an earlier process of the same name to expire, and for a server that moves its journals into the lake. Error:
 * `server_name_in_use`, where a server of this name renews it.
 */
export async function awaitLease(deps: LeaseDeps, options: LeaseOptions): Promise<Lease> {
  const { store, storeClock = readStoreClock, leaseMs = LEASE_MS, monotonicNow = () => performance.now(), log } = deps;
  const { name } = options;
  let deadline = monotonicNow() + 1.5 * leaseMs;
  for (let attempt = 1; ; attempt += 1) {
    const lease = await tryLease(deps, options);
    if (lease !== null) return lease;
    if (attempt === 1) log.info({ server: name }, 'waiting for the lease of an earlier process of this server');
    const holder = (await findServers(store, storeClock)).find((one) => one.name === name)?.holder ?? name;
    if (holder !== name) deadline = monotonicNow() + 1.5 * leaseMs;
    if (monotonicNow() >= deadline) {
      const detail = `Another server named "${name}" runs on this store. Give each server its own name with the setting "server".`;
      throw new AppError('server_name_in_use', detail, { server: name });
    }
    await pause(leaseMs / WAITS_A_LEASE);
  }
}

interface Clocks {
  readonly monotonic: number;
  readonly wall: number;
}

function readClocks({ monotonicNow = () => performance.now(), clock }: LeaseDeps): Clocks {
  return { monotonic: monotonicNow(), wall: clock.now() };
}

function keepLease(
  deps: LeaseDeps,
  { url, lost }: LeaseOptions,
  { name, instance, leaseMs, from }: { name: string; instance: string; leaseMs: number; from: Clocks },
): Lease {
  const { store, log, storeClock = readStoreClock } = deps;
  const usedMs = leaseMs - leaseMs / UNUSED;
  let renewedAt = from;
  let heldSince = from.monotonic;
  let isFresh = true;
  let isLost = false;
  const isRunning = (now: Clocks) =>
    now.monotonic < renewedAt.monotonic + usedMs && now.wall < renewedAt.wall + usedMs && !isLost;
  const renew = async () => {
    if (isLost) return;
    // Before the statement: the store counts the lease from a later moment.
    const asked = readClocks(deps);
    const isOwn = await store.append((sql) =>
      renewLease(sql, storeClock, { name, instance, leaseMs }, url?.() ?? null),
    );
    if (isOwn) {
      if (!isRunning(asked)) heldSince = asked.monotonic;
      renewedAt = asked;
    } else {
      isLost = true;
      log.error({ server: name }, 'another server has taken the lease of this one');
      lost?.();
    }
  };
  const everyMs = leaseMs / RENEWALS_A_LEASE;
  const loop = createLoop({
    look: async () => {
      if (!isFresh) await renew();
      isFresh = false;
      return everyMs;
    },
    failed: (error) => log.warn({ err: error, server: name }, 'the lease could not be renewed, will retry'),
    longestRestMs: everyMs,
  });
  loop.start();
  return {
    name,
    instance,
    renew,
    isHeld: () => isRunning(readClocks(deps)),
    heldMs() {
      const now = readClocks(deps);
      return isRunning(now) ? now.monotonic - heldSince : 0;
    },
    async assertHeld(sql) {
      if (await isOwnLease(sql, { name, instance })) return;
      const detail = `Another server has taken over from server "${name}". Nothing was stored; retry on another server.`;
      throw new AppError('server_lease_lost', detail, { server: name });
    },
    async [Symbol.asyncDispose]() {
      await loop.stop();
      // Without a response of the store, the lease expires.
      await releaseLease(store, { name, instance }).catch((error: unknown) =>
        log.warn({ err: error, server: name }, 'the lease could not be released'),
      );
    },
  };
}
