import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { BodyOf } from '../contract/schema.ts';
import { AppError } from '../errors/index.ts';
import type { Identity } from '../http/index.ts';
import type { Sql, Store } from '../store/index.ts';
import { DAY_MS } from '../units/durations.ts';
import type { Clock } from '../units/index.ts';
import { checkPasswordStrength } from './common-passwords.ts';
import { isAdministrator, type Roles } from './roles.ts';
import {
  type Account,
  type changeAccount,
  type createAccount,
  type createToken,
  type Role,
  type Token,
  TokenScopes,
} from './schema.ts';
import { generateToken, hashPassword, hashSecret } from './secrets.ts';
import {
  deleteAccount,
  deleteAccountSessions,
  deleteSession,
  deleteSessionsBefore,
  findAccount,
  findAllAccounts,
  findToken,
  findTokens,
  holdToken,
  insertAccount,
  insertSession,
  insertToken,
  type StoredAccount,
  setTokensRevoked,
  updateAccount,
} from './store.ts';

export interface AccountsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly roles: Roles;
  /** Called after every change that may revoke a permission or credential; clears the cache of verified credentials. */
  readonly forget: () => void;
  /** Removes the data of other features about a deleted account, in the same transaction. */
  readonly accountDeleted: (sql: Sql, name: string) => Promise<void>;
}

const DEFAULT_TOKEN_DAYS = 90;
export const SESSION_MS = 12 * 60 * 60_000;

const formatInstant = (ms: number): string => new Date(ms).toISOString();

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
      throw new AppError('account_exists', `An account "${name}" exists already.`, { account: name });
    }
    await insertAccount(sql, { name, role, password: stored, createdAt: formatInstant(clock.now()), createdBy });
    return hidePassword(await requireAccount(sql, name));
  });
}

/** Errors: `account_not_found`, `account_last_admin`, `password_too_common`, `invalid_request` (a password for an account with sign-on). */
export async function alterAccount(
  { store, clock, forget }: AccountsDeps,
  name: string,
  { role, password, disabled }: z.output<(typeof changeAccount)['body']>,
): Promise<Account> {
  if (password !== undefined) checkPasswordStrength(password, name);
  const stored = password === undefined ? undefined : await hashPassword(password);
  const changed = await store.transaction(async (sql) => {
    const before = await requireAccount(sql, name);
    if (password !== undefined && before.signOn !== null) {
      const detail = `"${name}" signs on at the identity provider and cannot have a password.`;
      throw new AppError('invalid_request', detail, { account: name });
    }
    const disabledAt = disabled === undefined ? before.disabledAt : disabled ? formatInstant(clock.now()) : null;
    const after = { role: role ?? before.role, password: stored ?? before.password, disabledAt };
    if (isAdmin(before) && !isAdmin({ ...before, ...after })) await assertOtherAdmin(sql, name);
    await updateAccount(sql, name, after);
    await deleteAccountSessions(sql, name);
    if (password !== undefined) await revokeOwnTokens(sql, name, formatInstant(clock.now()));
    return hidePassword(await requireAccount(sql, name));
  });
  forget();
  return changed;
}

/** A person with the old password may have created tokens with it. Tokens that an administrator created are kept. */
async function revokeOwnTokens(sql: Sql, name: string, at: string): Promise<void> {
  const own = (await findTokens(sql, name)).filter(({ createdBy }) => createdBy === null || createdBy === name);
  await setTokensRevoked(
    sql,
    own.map(({ id }) => id),
    at,
  );
}

/** Errors: `account_not_found`, `account_last_admin`, `account_own`. */
export async function dropAccount(
  { store, clock, forget, accountDeleted }: AccountsDeps,
  name: string,
  asker: Identity,
): Promise<Account> {
  if (asker.name === name) {
    const detail = `"${name}" is your own account. Another administrator can delete it.`;
    throw new AppError('account_own', detail, { account: name });
  }
  const deleted = await store.transaction(async (sql) => {
    const account = await requireAccount(sql, name);
    if (isAdmin(account)) await assertOtherAdmin(sql, name);
    const tokens = (await findTokens(sql, name)).map(({ id }) => id);
    await setTokensRevoked(sql, tokens, formatInstant(clock.now()));
    await deleteAccount(sql, name);
    await accountDeleted(sql, name);
    return hidePassword(account);
  });
  forget();
  return deleted;
}

const isAdmin = ({ role, disabledAt }: Pick<StoredAccount, 'role' | 'disabledAt'>): boolean =>
  role === 'admin' && disabledAt === null;

async function assertOtherAdmin(sql: Sql, name: string): Promise<void> {
  const others = (await findAllAccounts(sql)).filter((account) => account.name !== name && isAdmin(account));
  if (others.length > 0) return;
  throw new AppError('account_last_admin', `"${name}" is the last administrator. Create another one first.`, {
    account: name,
  });
}

/** Error: `account_not_found`. */
async function requireAccount(sql: Sql, name: string): Promise<StoredAccount> {
  const account = await findAccount(sql, name);
  if (account !== null) return account;
  throw new AppError('account_not_found', `There is no account "${name}".`, { account: name });
}

export async function readAccounts({ store }: AccountsDeps): Promise<Account[]> {
  return (await findAllAccounts(store)).map(hidePassword);
}

function hidePassword({ password: _secret, ...account }: StoredAccount): Account {
  return account;
}

/** Errors: `account_not_found`, `not_permitted` (a token of another account without administrator rights; wider or longer than the calling token). */
export async function makeToken(
  deps: AccountsDeps,
  { label, account, expiresInDays, scopes }: BodyOf<typeof createToken>,
  asker: Identity,
): Promise<{ token: Token; secret: string }> {
  const { store, clock } = deps;
  const owner = account ?? asker.name;
  assertOwn(asker, owner);
  const secret = generateToken();
  const now = clock.now();
  const token = await store.transaction(async (sql) => {
    const { role } = await requireAccount(sql, owner);
    const made: Token = {
      id: `t_${randomUUID().replaceAll('-', '')}`,
      account: owner,
      label,
      createdAt: formatInstant(now),
      expiresAt: resolveExpiry(asker, expiresInDays, now),
      lastUsedAt: null,
      revokedAt: null,
      scopes: resolveTokenScopes(deps.roles, asker, { role, scopes }),
      parent: asker.token?.id ?? null,
      createdBy: asker.name,
    };
    if (asker.token !== null && !(await holdToken(sql, asker.token.id))) {
      throw new AppError('not_authenticated', 'The calling token was revoked.');
    }
    await insertToken(sql, made, hashSecret(secret));
    return made;
  });
  return { token, secret };
}

/** Expiry of a new token; null: never. Error: `not_permitted` where it is later than the expiry of the calling token. */
function resolveExpiry({ token }: Identity, days: number | null | undefined, now: number): string | null {
  const parentEnd = token?.expiresMs ?? null;
  const wanted = days === null ? null : now + (days ?? DEFAULT_TOKEN_DAYS) * DAY_MS;
  if (parentEnd === null || (wanted !== null && wanted <= parentEnd))
    return wanted === null ? null : formatInstant(wanted);
  if (days === undefined) return formatInstant(parentEnd);
  const detail = `A token cannot outlive the token that creates it, which expires at ${formatInstant(parentEnd)}. Request fewer days, or log in with the password.`;
  throw new AppError('not_permitted', detail, { expiresAt: formatInstant(parentEnd) });
}

/** Scopes of a new token; null: all of the role. Error: `not_permitted` for a scope that the role or the calling token lacks. */
function resolveTokenScopes(
  roles: Roles,
  asker: Identity,
  { role, scopes }: { readonly role: Role; readonly scopes: Token['scopes'] | undefined },
): Token['scopes'] {
  const wanted = scopes ?? TokenScopes.nullable().parse(asker.token?.scopes ?? null);
  if (wanted === null) return null;
  const missing = (scopes ?? []).find((scope) => !roles.scopesOf(role).has(scope));
  if (missing !== undefined) {
    throw new AppError('not_permitted', `The role ${role} does not include ${missing}.`, { scope: missing });
  }
  const wider = asker.token?.scopes == null ? undefined : wanted.find((scope) => !asker.token?.scopes?.includes(scope));
  if (wider === undefined) return [...new Set(wanted)];
  throw new AppError(
    'not_permitted',
    `The calling token does not include ${wider}, so a token created with it cannot include it.`,
    {
      scope: wider,
    },
  );
}

/** Error: `not_permitted` for tokens of another account without administrator rights. */
export async function readTokens(
  { store }: AccountsDeps,
  account: string | undefined,
  asker: Identity,
): Promise<Token[]> {
  const owner = account ?? (isAdministrator(asker) ? null : asker.name);
  if (owner !== null) assertOwn(asker, owner);
  return findTokens(store, owner);
}

/** Without administrator rights, the token of another account is reported as unknown. Error: `token_not_found`. */
export async function endToken({ store, clock, forget }: AccountsDeps, id: string, asker: Identity): Promise<Token> {
  const ended = await store.transaction(async (sql) => {
    const token = await findToken(sql, id);
    if (token === null || !(isAdministrator(asker) || token.account === asker.name)) {
      throw new AppError('token_not_found', `There is no token "${id}".`, { token: id });
    }
    const revokedAt = token.revokedAt ?? formatInstant(clock.now());
    await setTokensRevoked(sql, [id], revokedAt);
    return { ...token, revokedAt };
  });
  forget();
  return ended;
}

function assertOwn(asker: Identity, owner: string): void {
  if (isAdministrator(asker) || asker.name === owner) return;
  throw new AppError('not_permitted', `Only an admin can read the tokens of another account, "${owner}".`, {
    account: owner,
  });
}

/** Starts a session and answers the secret of its cookie. */
export async function openSession(
  { store, clock }: Pick<AccountsDeps, 'store' | 'clock'>,
  account: string,
  secret: string,
  lengthMs = SESSION_MS,
): Promise<void> {
  const now = clock.now();
  await store.transaction(async (sql) => {
    await deleteSessionsBefore(sql, formatInstant(now));
    const times = { createdAt: formatInstant(now), expiresAt: formatInstant(now + lengthMs) };
    await insertSession(sql, { hash: hashSecret(secret), account, ...times });
  });
}

export async function closeSession({ store, forget }: AccountsDeps, secret: string): Promise<void> {
  await deleteSession(store, hashSecret(secret));
  forget();
}
