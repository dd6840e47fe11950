import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { BodyOf } from '../contract/schema.ts';
import { AppError } from '../errors/index.ts';
import type { Identity } from '../http/index.ts';
import type { Sql, Store } from '../store/index.ts';
import type { Clock } from '../units/index.ts';
import { checkPasswordStrength } from './common-passwords.ts';
import { administers } from './roles.ts';
import type { Account, changeAccount, createAccount, createToken, Token } from './schema.ts';
import { hashOf, hashPassword, newToken } from './secrets.ts';
import {
  allAccounts,
  deleteSession,
  deleteSessionsBefore,
  deleteSessionsOf,
  findAccount,
  findToken,
  insertAccount,
  insertSession,
  insertToken,
  type StoredAccount,
  setTokenRevoked,
  tokensOf,
  updateAccount,
} from './store.ts';

export interface AccountsDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** Called after every change that may take something away from somebody. */
  readonly forget: () => void;
}

const DAY_MS = 86_400_000;
export const SESSION_MS = 12 * 60 * 60_000;

const instant = (ms: number): string => new Date(ms).toISOString();

/** Errors: `account_exists`, `password_too_common`. */
export async function makeAccount(
  { store, clock }: AccountsDeps,
  { name, role, password }: BodyOf<typeof createAccount>,
  createdBy: string,
): Promise<Account> {
  if (password !== null) checkPasswordStrength(password, name);
  const stored = password === null ? null : await hashPassword(password);
  return store.transaction(async (sql) => {
    if ((await findAccount(sql, name)) !== null) {
      throw new AppError('account_exists', `There is an account "${name}" already.`, { account: name });
    }
    await insertAccount(sql, { name, role, password: stored, createdAt: instant(clock.now()), createdBy });
    return shown(await accountOf(sql, name));
  });
}

/** Errors: `account_not_found`, `account_last_admin`, `password_too_common`. */
export async function alterAccount(
  { store, clock, forget }: AccountsDeps,
  name: string,
  { role, password, disabled }: z.output<(typeof changeAccount)['body']>,
): Promise<Account> {
  if (password !== undefined) checkPasswordStrength(password, name);
  const stored = password === undefined ? undefined : await hashPassword(password);
  const changed = await store.transaction(async (sql) => {
    const before = await accountOf(sql, name);
    const disabledAt = disabled === undefined ? before.disabledAt : disabled ? instant(clock.now()) : null;
    const after = { role: role ?? before.role, password: stored ?? before.password, disabledAt };
    if (isAdmin(before) && !isAdmin({ ...before, ...after })) await assertOtherAdmin(sql, name);
    await updateAccount(sql, name, after);
    await deleteSessionsOf(sql, name);
    return shown(await accountOf(sql, name));
  });
  forget();
  return changed;
}

const isAdmin = ({ role, disabledAt }: Pick<StoredAccount, 'role' | 'disabledAt'>): boolean =>
  role === 'admin' && disabledAt === null;

async function assertOtherAdmin(sql: Sql, name: string): Promise<void> {
  const others = (await allAccounts(sql)).filter((account) => account.name !== name && isAdmin(account));
  if (others.length > 0) return;
  throw new AppError('account_last_admin', `"${name}" is the last administrator. Make another one first.`, {
    account: name,
  });
}

/** Error: `account_not_found`. */
async function accountOf(sql: Sql, name: string): Promise<StoredAccount> {
  const account = await findAccount(sql, name);
  if (account !== null) return account;
  throw new AppError('account_not_found', `There is no account "${name}".`, { account: name });
}

export async function listOfAccounts({ store }: AccountsDeps): Promise<Account[]> {
  return (await allAccounts(store)).map(shown);
}

function shown({ password: _secret, ...account }: StoredAccount): Account {
  return account;
}

/** Errors: `account_not_found`, `not_permitted` (another's token, by no admin). */
export async function makeToken(
  { store, clock }: AccountsDeps,
  { label, account, expiresInDays }: BodyOf<typeof createToken>,
  asker: Identity,
): Promise<{ token: Token; secret: string }> {
  const owner = account ?? asker.name;
  assertOwn(asker, owner);
  const secret = newToken();
  const now = clock.now();
  const token: Token = {
    id: `t_${randomUUID().replaceAll('-', '')}`,
    account: owner,
    label,
    createdAt: instant(now),
    expiresAt: expiresInDays === null ? null : instant(now + expiresInDays * DAY_MS),
    lastUsedAt: null,
    revokedAt: null,
  };
  await store.transaction(async (sql) => {
    await accountOf(sql, owner);
    await insertToken(sql, token, hashOf(secret));
  });
  return { token, secret };
}

/** Error: `not_permitted` for another's tokens, by no admin. */
export async function listOfTokens(
  { store }: AccountsDeps,
  account: string | undefined,
  asker: Identity,
): Promise<Token[]> {
  const owner = account ?? (administers(asker) ? null : asker.name);
  if (owner !== null) assertOwn(asker, owner);
  return tokensOf(store, owner);
}

/** Another's token is as unknown to who is no admin as one that never was. Error: `token_not_found`. */
export async function endToken({ store, clock, forget }: AccountsDeps, id: string, asker: Identity): Promise<Token> {
  const ended = await store.transaction(async (sql) => {
    const token = await findToken(sql, id);
    if (token === null || !(administers(asker) || token.account === asker.name)) {
      throw new AppError('token_not_found', `There is no token "${id}".`, { token: id });
    }
    const revokedAt = token.revokedAt ?? instant(clock.now());
    await setTokenRevoked(sql, id, revokedAt);
    return { ...token, revokedAt };
  });
  forget();
  return ended;
}

function assertOwn(asker: Identity, owner: string): void {
  if (administers(asker) || asker.name === owner) return;
  throw new AppError('not_permitted', `The tokens of "${owner}" are not yours.`, { account: owner });
}

/** Starts a session and answers the secret of its cookie. */
export async function openSession({ store, clock }: AccountsDeps, account: string, secret: string): Promise<void> {
  const now = clock.now();
  await store.transaction(async (sql) => {
    await deleteSessionsBefore(sql, instant(now));
    const times = { createdAt: instant(now), expiresAt: instant(now + SESSION_MS) };
    await insertSession(sql, { hash: hashOf(secret), account, ...times });
  });
}

export async function closeSession({ store, forget }: AccountsDeps, secret: string): Promise<void> {
  await deleteSession(store, hashOf(secret));
  forget();
}
