import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../errors/index.ts';
import { NOBODY, type WriteRecorder } from '../http/index.ts';
import { buildAddressKey } from './address.ts';
import { type Attempt, type Attempts, createTooManyAttempts } from './attempts.ts';
import type { Proofs } from './proofs.ts';
import type { Verified, VerifiedIdentity } from './verified.ts';

export interface PasswordCheckDeps {
  readonly proofs: Pick<Proofs, 'password' | 'exists'>;
  readonly verified: Verified;
  readonly attempts: Attempts;
  readonly writes: WriteRecorder;
  /** Waits this many milliseconds. */
  readonly wait?: (ms: number) => Promise<unknown>;
}

export type PasswordCheck = (
  request: FastifyRequest,
  name: string,
  password: string,
) => Promise<VerifiedIdentity | null>;

/** Delayed attempts that are held at one time, of one address and in all. */
const MOST_HELD_OF_ADDRESS = 64;
const MOST_HELD = 1024;

/** Checks passwords of all routes: limited, delayed and queued by address; failures are recorded. Error: `too_many_attempts`. */
export function createPasswordCheck(deps: PasswordCheckDeps): PasswordCheck {
  const { proofs, verified, attempts, wait = delay } = deps;
  const held = new Map<string, number>();
  let heldInAll = 0;

  async function hold(address: string, delayMs: number): Promise<void> {
    if (delayMs === 0) return;
    const ofAddress = held.get(address) ?? 0;
    if (ofAddress >= MOST_HELD_OF_ADDRESS || heldInAll >= MOST_HELD)
      throw createTooManyAttempts(Math.ceil(delayMs / 1000));
    held.set(address, ofAddress + 1);
    heldInAll += 1;
    try {
      await wait(delayMs);
    } finally {
      heldInAll -= 1;
      const left = (held.get(address) ?? 1) - 1;
      if (left === 0) held.delete(address);
      else held.set(address, left);
    }
  }

  async function attempted(address: string, name: string, password: string): Promise<VerifiedIdentity | null> {
    const attempt: Attempt = await attempts.begin({ address, account: name });
    let proven: VerifiedIdentity | null;
    try {
      await hold(address, attempt.delayMs);
      proven = await proofs.password(name, password, address);
    } catch (error) {
      // A count that stays, because the store does not respond, is forgotten with time.
      await attempt.withdraw().catch(() => undefined);
      throw error;
    }
    if (proven !== null) await attempt.succeed();
    return proven;
  }

  return async (request, name, password) => {
    const known = verified.find('password', name, password);
    if (known !== null) return known;
    const address = buildAddressKey(request.ip);
    try {
      const proven = await verified.check(['password', name, password], () => attempted(address, name, password));
      if (proven === null) await recordFailure(deps, request, { address, name, status: 401 });
      return proven;
    } catch (error) {
      if (error instanceof AppError && error.code === 'too_many_attempts') {
        await recordFailure(deps, request, { address, name, status: 429 });
      }
      throw error;
    }
  };
}

interface Failure {
  readonly address: string;
  readonly name: string;
  readonly status: number;
}

/** Counted by minute; names without an account share a row, so that guessing under many names does not fill the audit trail. */
async function recordFailure(
  { proofs, writes }: PasswordCheckDeps,
  request: FastifyRequest,
  { address, name, status }: Failure,
): Promise<void> {
  const { url: route = '', config } = request.routeOptions;
  await writes.record({
    actor: NOBODY,
    method: request.method,
    route,
    scope: config?.scope ?? 'open',
    subject: { address, ...((await proofs.exists(name)) ? { account: name } : {}), signIn: 'failed' },
    bodyDigest: null,
    status,
    requestId: request.id,
    counted: true,
  });
}
