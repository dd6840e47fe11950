import type { Store } from '../store/index.ts';
import type { Clock } from '../units/index.ts';
import { createDerivations } from './derivations.ts';
import type { Token } from './schema.ts';
import { generatePassword, hashPassword, hashSecret, verifyPassword } from './secrets.ts';
import type { SignOn } from './sign-on.ts';
import {
  findAccount,
  findSession,
  findTokenByHash,
  type StoredAccount,
  setPasswordUsed,
  setTokenUsed,
} from './store.ts';
import type { VerifiedIdentity } from './verified.ts';

const USED_EVERY_MS = 60_000;

/** Checks of credentials: each reads the store and returns the verified account, or null. */
export interface Proofs {
  /** `address` takes its turn among others in the queue of derivations. */
  password(name: string, password: string, address: string): Promise<VerifiedIdentity | null>;
  /** Whether there is an account of this name. */
  exists(name: string): Promise<boolean>;
  /** `name` is null where only the token is given; else it must be the token's account. */
  token(secret: string, name: string | null): Promise<VerifiedIdentity | null>;
  session(secret: string): Promise<VerifiedIdentity | null>;
}

export interface ProofsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly signOn: Pick<SignOn, 'admit'>;
  /** Whether this server accepts the password of an account. */
  readonly isPasswordAccepted: (name: string) => boolean;
}

export function createProofs({ store, clock, signOn, isPasswordAccepted }: ProofsDeps): Proofs {
  // Refusing an unknown account takes as long as refusing an existing one.
  let decoyHash: Promise<string> | undefined;
  const inTurn = createDerivations();
  return {
    exists: async (name) => (await findAccount(store, name)) !== null,
    async password(name, password, address) {
      const account = await findAccount(store, name);
      decoyHash ??= hashPassword(generatePassword());
      const stored = account?.password ?? (await decoyHash);
      const right = await inTurn(address, () => verifyPassword(password, stored));
      if (!right || account === null || account.password === null) return null;
      // After the derivation, which takes as long for every account.
      if (account.signOn !== null || !isPasswordAccepted(name)) return null;
      const now = clock.now();
      if (now - Date.parse(account.passwordUsedAt ?? '1970-01-01') > USED_EVERY_MS)
        await setPasswordUsed(store, name, new Date(now).toISOString());
      return buildProven(account, null);
    },
    async token(secret, name) {
      const token = await findTokenByHash(store, hashSecret(secret));
      const now = clock.now();
      if (token === null || token.revokedAt !== null || (name !== null && name !== token.account)) return null;
      const until = token.expiresAt === null ? null : Date.parse(token.expiresAt);
      if (until !== null && until <= now) return null;
      const account = await findAccount(store, token.account);
      const admitted = account === null ? null : await signOn.admit(account, 'token');
      const proven = admitted === null ? null : buildProven(admitted, until, token);
      const used = token.lastUsedAt === null ? 0 : Date.parse(token.lastUsedAt);
      if (proven !== null && now - used > USED_EVERY_MS)
        await setTokenUsed(store, token.id, new Date(now).toISOString());
      return proven;
    },
    async session(secret) {
      const session = await findSession(store, hashSecret(secret));
      if (session === null) return null;
      const until = Date.parse(session.expiresAt);
      const account = until <= clock.now() ? null : await findAccount(store, session.account);
      const admitted = account === null ? null : await signOn.admit(account, 'session');
      return admitted === null ? null : buildProven(admitted, until);
    },
  };
}

function buildProven(
  { name, role, disabledAt }: StoredAccount,
  until: number | null,
  token: Pick<Token, 'id' | 'scopes'> | null = null,
): VerifiedIdentity | null {
  if (disabledAt !== null) return null;
  return { name, role, until, token: token?.id ?? null, limits: token?.scopes ?? null };
}
