import { randomBytes } from 'node:crypto';
import { type Access, localAccess, type Route, type WriteRecorder } from '../http/index.ts';
import type { Store } from '../store/index.ts';
import type { Clock } from '../units/index.ts';
import { createAccess } from './access.ts';
import { makeAccount } from './accounts.ts';
import { createAttempts } from './attempts.ts';
import { createPasswordCheck } from './password-check.ts';
import { createProofs } from './proofs.ts';
import { authRoutes } from './routes.ts';
import { randomPassword } from './secrets.ts';
import { allAccounts } from './store.ts';
import { createVerified } from './verified.ts';
import { createWorkTokens } from './work-tokens.ts';

export { authMigrations } from './migrations.ts';
export { administers } from './roles.ts';

export interface AuthDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly config: { readonly accounts: 'off' | 'on' };
  /** Where sign-ins and wrong passwords are recorded. */
  readonly writes: WriteRecorder;
}

/** An account that was made at start because there was none; the password is told this once and kept by nobody. */
export interface FirstAccount {
  readonly name: string;
  readonly password: string;
}

/** Accounts, tokens and sessions, and the door that they open. */
export interface Auth {
  readonly access: Access;
  readonly routes: readonly Route[];
  /** A secret for commands on this machine; whoever may read the data folder may have it. Null without accounts. */
  readonly localKey: string | null;
  /** What lets work that the server has begun in, until then (Unix milliseconds), as a contributor of this name; null without accounts. */
  workToken(name: string, until: number): Promise<string | null>;
  /** Makes `admin` with a random password where accounts are on and there are none; null where there is nothing to do. */
  ensureFirstAccount(): Promise<FirstAccount | null>;
}

/** Makes the door. Without accounts everybody is `local`; with them every route asks, except those of scope `open`. */
export function createAuth({ store, clock, config, writes }: AuthDeps): Auth {
  const on = config.accounts === 'on';
  const verified = createVerified(clock);
  const workTokens = createWorkTokens(store);
  const localKey = randomBytes(32).toString('base64url');
  const proofs = createProofs(store, clock, workTokens);
  const checkPassword = createPasswordCheck({ proofs, verified, attempts: createAttempts(clock), writes });
  const access = createAccess({ proofs, verified, checkPassword, localKey });
  const deps = { store, clock, forget: verified.forget };
  return {
    access: on ? access : localAccess,
    routes: authRoutes({ ...deps, writes, access: on ? access : null }),
    localKey: on ? localKey : null,
    workToken: async (name, until) => (on ? workTokens.issue(name, until) : null),
    async ensureFirstAccount() {
      if (!on || (await allAccounts(store)).length > 0) return null;
      const first = { name: 'admin', password: randomPassword() };
      await makeAccount(deps, { ...first, role: 'admin' }, 'first start');
      return first;
    },
  };
}
