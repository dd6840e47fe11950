import { createHmac, randomBytes } from 'node:crypto';
import type { Scope } from '../contract/schema.ts';
import { createLastKnown } from '../last-known/index.ts';
import type { Clock } from '../units/index.ts';
import type { Role } from './schema.ts';

/** An account with verified credentials. */
export interface VerifiedIdentity {
  readonly name: string;
  readonly role: Role;
  /** Expiry of the token or session, Unix milliseconds; null without one. */
  readonly until: number | null;
  /** Id of the stored token that proves it; null for a password or a session. */
  readonly token: string | null;
  /** Scopes that the token is limited to; null: all of the role. */
  readonly limits: readonly Scope[] | null;
}

const KEPT_MS = 30_000;
const MOST_KEPT = 10_000;

export interface Verified {
  find(kind: string, ...secrets: readonly string[]): VerifiedIdentity | null;
  /**
   * Checks once however many ask at the same time; only a success is kept. While the store does not respond, its last answer is still right,
   * up to the age limit and the expiry of the credentials. Error: `last_known_too_old`.
   */
  check(proof: readonly string[], verify: () => Promise<VerifiedIdentity | null>): Promise<VerifiedIdentity | null>;
  /** After any change of accounts, tokens or sessions. */
  forget(): void;
  /** After such a change by another server: each is checked again, and still right if the store does not respond. */
  doubt(): void;
}

/**
 * Credentials that were found right in the last half minute, so that not every request costs a look into the store or a
 * password's derivation. Kept by keyed hash: the memory of the process holds no password.
 */
export function createVerified(clock: Clock, maxAgeMs: number): Verified {
  const lastKnown = createLastKnown<VerifiedIdentity | null>({ clock, maxAgeMs });
  const key = randomBytes(32);
  const kept = new Map<string, { proven: VerifiedIdentity; at: number }>();
  const asking = new Map<string, Promise<VerifiedIdentity | null>>();
  const idOf = (proof: readonly string[]): string =>
    createHmac('sha256', key).update(JSON.stringify(proof)).digest('base64');
  const fresh = (id: string): VerifiedIdentity | null => {
    const found = kept.get(id);
    const now = clock.now();
    if (found === undefined) return null;
    if (now - found.at < KEPT_MS && (found.proven.until === null || now < found.proven.until)) return found.proven;
    kept.delete(id);
    return null;
  };
  let generation = 0;
  const doubt = () => {
    generation += 1;
    kept.clear();
    asking.clear();
  };
  return {
    find: (...proof) => fresh(idOf(proof)),
    check(proof, verify) {
      const id = idOf(proof);
      const running = asking.get(id);
      if (running !== undefined) return running;
      const started = generation;
      const asked = lastKnown
        .read(id, verify)
        .then((found) => {
          const proven = found !== null && found.until !== null && found.until <= clock.now() ? null : found;
          if (kept.size >= MOST_KEPT) kept.clear();
          // If credentials changed during the check (`forget` was called), the result is not cached.
          if (proven !== null && started === generation) kept.set(id, { proven, at: clock.now() });
          return proven;
        })
        .finally(() => asking.delete(id));
      asking.set(id, asked);
      return asked;
    },
    doubt,
    forget() {
      lastKnown.forget();
      doubt();
    },
  };
}
