import type { Selectable } from 'kysely';
import type { Sql } from '../store/index.ts';
import type { Account, Role, Token } from './schema.ts';
import { Role as RoleSchema, TokenScopes } from './schema.ts';

interface AuthTables {
  account: {
    name: string;
    role: string;
    password: string | null;
    disabled_at: string | null;
    created_at: string;
    created_by: string;
    password_used_at: string | null;
  };
  /** Written by identity-store.ts. */
  account_identity: { issuer: string; subject: string; account: string; mail: string | null; confirmed_at: string };
  account_token: {
    id: string;
    account: string;
    label: string;
    hash: string;
    created_at: string;
    expires_at: string | null;
    last_used_at: string | null;
    revoked_at: string | null;
    /** JSON; null: all of the role. */
    scopes: string | null;
    /** Id of the token that it was made with; null for none. */
    parent: string | null;
    /** Null for tokens of versions that did not keep it. */
    created_by: string | null;
  };
  account_session: { hash: string; account: string; created_at: string; expires_at: string };
}

/** An account with its password hash, which must never leave the server. */
export interface StoredAccount extends Account {
  readonly password: string | null;
}

interface AccountRow extends Selectable<AuthTables['account']> {
  readonly issuer: string | null;
  readonly subject: string | null;
  readonly mail: string | null;
  readonly confirmed_at: string | null;
}

function toAccount(row: AccountRow): StoredAccount {
  const { issuer, subject, mail, confirmed_at: confirmedAt } = row;
  return {
    name: row.name,
    role: RoleSchema.parse(row.role),
    hasPassword: row.password !== null,
    passwordUsedAt: row.password_used_at,
    signOn: issuer === null || subject === null || confirmedAt === null ? null : { issuer, subject, mail, confirmedAt },
    disabledAt: row.disabled_at,
    createdAt: row.created_at,
    createdBy: row.created_by,
    password: row.password,
  };
}

const selectAccounts = (sql: Sql) =>
  sql
    .tables<AuthTables>()
    .selectFrom('account')
    .leftJoin('account_identity', 'account_identity.account', 'account.name')
    .selectAll('account')
    .select(['issuer', 'subject', 'mail', 'confirmed_at']);

const toToken = (row: AuthTables['account_token']): Token => ({
  id: row.id,
  account: row.account,
  label: row.label,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  lastUsedAt: row.last_used_at,
  revokedAt: row.revoked_at,
  scopes: row.scopes === null ? null : TokenScopes.parse(JSON.parse(row.scopes)),
  parent: row.parent,
  createdBy: row.created_by,
});

export async function findAccount(sql: Sql, name: string): Promise<StoredAccount | null> {
  const row = await selectAccounts(sql).where('name', '=', name).executeTakeFirst();
  return row === undefined ? null : toAccount(row);
}

export async function findAllAccounts(sql: Sql): Promise<StoredAccount[]> {
  return (await selectAccounts(sql).orderBy('name').execute()).map(toAccount);
}

/** Records that the password of an account was used. */
export async function setPasswordUsed(sql: Sql, name: string, at: string): Promise<void> {
  await sql
    .tables<AuthTables>()
    .updateTable('account')
    .set({ password_used_at: at })
    .where('name', '=', name)
    .execute();
}

export async function insertAccount(
  sql: Sql,
  account: Pick<StoredAccount, 'name' | 'role' | 'password' | 'createdAt' | 'createdBy'>,
): Promise<void> {
  const { name, role, password, createdAt, createdBy } = account;
  const row = {
    name,
    role,
    password,
    disabled_at: null,
    created_at: createdAt,
    created_by: createdBy,
    password_used_at: null,
  };
  await sql.tables<AuthTables>().insertInto('account').values(row).execute();
}

export async function updateAccount(
  sql: Sql,
  name: string,
  change: { readonly role: Role; readonly password: string | null; readonly disabledAt: string | null },
): Promise<void> {
  const { role, password, disabledAt } = change;
  const set = { role, password, disabled_at: disabledAt };
  await sql.tables<AuthTables>().updateTable('account').set(set).where('name', '=', name).execute();
}

export async function insertToken(sql: Sql, token: Token, hash: string): Promise<void> {
  const row = {
    id: token.id,
    account: token.account,
    label: token.label,
    hash,
    created_at: token.createdAt,
    expires_at: token.expiresAt,
    last_used_at: null,
    revoked_at: null,
    scopes: token.scopes === null ? null : JSON.stringify(token.scopes),
    parent: token.parent,
    created_by: token.createdBy,
  };
  await sql.tables<AuthTables>().insertInto('account_token').values(row).execute();
}

export async function findTokenByHash(sql: Sql, hash: string): Promise<Token | null> {
  const tokens = sql.tables<AuthTables>().selectFrom('account_token').selectAll();
  const row = await tokens.where('hash', '=', hash).executeTakeFirst();
  return row === undefined ? null : toToken(row);
}

export async function findToken(sql: Sql, id: string): Promise<Token | null> {
  const tokens = sql.tables<AuthTables>().selectFrom('account_token').selectAll();
  const row = await tokens.where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : toToken(row);
}

/** Tokens of an account, or all of them; newest first. */
export async function findTokens(sql: Sql, account: string | null): Promise<Token[]> {
  const all = sql.tables<AuthTables>().selectFrom('account_token').selectAll();
  const chosen = account === null ? all : all.where('account', '=', account);
  return (await chosen.orderBy('created_at', 'desc').orderBy('id').execute()).map(toToken);
}

export async function setTokenUsed(sql: Sql, id: string, at: string): Promise<void> {
  await sql.tables<AuthTables>().updateTable('account_token').set({ last_used_at: at }).where('id', '=', id).execute();
}

/** Whether the token is not revoked, holding it so until the transaction ends. */
export async function holdToken(sql: Sql, id: string): Promise<boolean> {
  const { numUpdatedRows } = await sql
    .tables<AuthTables>()
    .updateTable('account_token')
    .set((row) => ({ label: row.ref('label') }))
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Revokes tokens, and all that were made with them, however far down. */
export async function setTokensRevoked(sql: Sql, ids: readonly string[], at: string): Promise<void> {
  let revoked = [...ids];
  const seen = new Set<string>();
  while (revoked.length > 0) {
    const tables = sql.tables<AuthTables>();
    const here = tables.updateTable('account_token').set({ revoked_at: at }).where('id', 'in', revoked);
    await here.where('revoked_at', 'is', null).execute();
    for (const id of revoked) seen.add(id);
    const made = await tables.selectFrom('account_token').select('id').where('parent', 'in', revoked).execute();
    revoked = made.map(({ id }) => id).filter((id) => !seen.has(id));
  }
}

/** Removes an account with its tokens and sessions. */
export async function deleteAccount(sql: Sql, name: string): Promise<void> {
  const tables = sql.tables<AuthTables>();
  await deleteAccountSessions(sql, name);
  await tables.deleteFrom('account_token').where('account', '=', name).execute();
  await tables.deleteFrom('account_identity').where('account', '=', name).execute();
  await tables.deleteFrom('account').where('name', '=', name).execute();
}

export async function insertSession(
  sql: Sql,
  session: { readonly hash: string; readonly account: string; readonly createdAt: string; readonly expiresAt: string },
): Promise<void> {
  const { hash, account, createdAt, expiresAt } = session;
  const row = { hash, account, created_at: createdAt, expires_at: expiresAt };
  await sql.tables<AuthTables>().insertInto('account_session').values(row).execute();
}

export async function findSession(sql: Sql, hash: string): Promise<{ account: string; expiresAt: string } | null> {
  const row = await sql
    .tables<AuthTables>()
    .selectFrom('account_session')
    .select(['account', 'expires_at'])
    .where('hash', '=', hash)
    .executeTakeFirst();
  return row === undefined ? null : { account: row.account, expiresAt: row.expires_at };
}

export async function deleteSession(sql: Sql, hash: string): Promise<void> {
  await sql.tables<AuthTables>().deleteFrom('account_session').where('hash', '=', hash).execute();
}

export async function deleteAccountSessions(sql: Sql, account: string): Promise<void> {
  await sql.tables<AuthTables>().deleteFrom('account_session').where('account', '=', account).execute();
}

export async function deleteSessionsBefore(sql: Sql, instant: string): Promise<void> {
  await sql.tables<AuthTables>().deleteFrom('account_session').where('expires_at', '<=', instant).execute();
}
