import type { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Backend, StartedReplica, StartSettings } from './backends/backend.ts';
import { createAgent } from './backends/exchange.ts';
import { type Breaker, createBreaker } from './breaker.ts';

/** A copy of a model that is ready. */
export interface Replica extends StartedReplica {
  readonly id: string;
  readonly agent: Agent;
  readonly breaker: Breaker;
  inFlight: number;
}

const FIRST_LOOK_MS = 50;
const LONGEST_LOOK_MS = 1_000;

/** Why a replica never became ready, as text for people. */
export class NotReady extends Error {}

/**
 * Starts a replica and resolves when it is ready and warm. Errors: `NotReady` when it ends first, or is not ready in time;
 * it is stopped then. `AbortError` when it is given up.
 */
export async function startReplica(
  backend: Backend,
  { id, ...starting }: StartSettings & { readonly id: string },
): Promise<Replica> {
  const { timeoutMs, signal } = starting;
  const started = await backend.start(id, starting);
  try {
    await awaitReady(backend, started, timeoutMs, signal);
    await backend.warmUp(started.address);
    signal.throwIfAborted();
  } catch (error) {
    await started.stop();
    throw error;
  }
  return { ...started, id, agent: createAgent(), breaker: createBreaker(), inFlight: 0 };
}

async function awaitReady(
  backend: Backend,
  { address, ended, waiting }: StartedReplica,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const late = AbortSignal.timeout(timeoutMs);
  const gone = ended.then(({ detail }) => {
    throw new NotReady(detail);
  });
  gone.catch(() => undefined);
  for (let look = FIRST_LOOK_MS; ; look = Math.min(look * 1.5, LONGEST_LOOK_MS)) {
    if (await Promise.race([gone, backend.isReady(address)])) return;
    if (late.aborted) throw new NotReady(explainLate(timeoutMs, waiting?.() ?? null));
    await Promise.race([gone, pause(look, undefined, { signal })]);
  }
}

const explainLate = (timeoutMs: number, why: string | null): string =>
  `it was not ready after ${timeoutMs / 1000} s${why === null ? '' : `: ${why}`}`;
