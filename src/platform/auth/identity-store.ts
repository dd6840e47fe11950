import type { Sql } from '../store/index.ts';

interface IdentityTables {
  account_identity: {
    issuer: string;
    subject: string;
    account: string;
    mail: string | null;
    created_at: string;
    /** When the provider last confirmed the person and their groups. */
    confirmed_at: string;
    check_after_ms: number;
    /** Sealed; null: the provider gave none, or accepts it no longer. */
    refresh_token: string | null;
    /** When the provider last confirmed the person without a group that has a role; null: the last time with one. */
    refused_at: string | null;
  };
  sign_on_answered: { hash: string; until_ms: number };
}

export interface StoredIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly account: string;
  readonly mail: string | null;
  readonly confirmedAt: string;
  readonly checkAfterMs: number;
  readonly refreshToken: string | null;
  readonly refusedAt: string | null;
}

const toIdentity = (row: IdentityTables['account_identity']): StoredIdentity => ({
  issuer: row.issuer,
  subject: row.subject,
  account: row.account,
  mail: row.mail,
  confirmedAt: row.confirmed_at,
  checkAfterMs: Number(row.check_after_ms),
  refreshToken: row.refresh_token,
  refusedAt: row.refused_at,
});

/** The identity of a person at a provider; never found by mail. */
export async function findIdentity(sql: Sql, issuer: string, subject: string): Promise<StoredIdentity | null> {
  const all = sql.tables<IdentityTables>().selectFrom('account_identity').selectAll();
  const row = await all.where('issuer', '=', issuer).where('subject', '=', subject).executeTakeFirst();
  return row === undefined ? null : toIdentity(row);
}

export async function findIdentityOf(sql: Sql, account: string): Promise<StoredIdentity | null> {
  const all = sql.tables<IdentityTables>().selectFrom('account_identity').selectAll();
  const row = await all.where('account', '=', account).executeTakeFirst();
  return row === undefined ? null : toIdentity(row);
}

/** Stores an identity, or replaces what is known of it; the account of an identity never changes. */
export async function putIdentity(sql: Sql, identity: StoredIdentity): Promise<void> {
  const { issuer, subject, account, mail, confirmedAt, checkAfterMs, refreshToken, refusedAt } = identity;
  const set = {
    mail,
    confirmed_at: confirmedAt,
    check_after_ms: checkAfterMs,
    refresh_token: refreshToken,
    refused_at: refusedAt,
  };
  await sql
    .tables<IdentityTables>()
    .insertInto('account_identity')
    .values({ issuer, subject, account, created_at: confirmedAt, ...set })
    .onConflict((conflict) => conflict.columns(['issuer', 'subject']).doUpdateSet(set))
    .execute();
}

/** Whether this caller may ask the provider now: of several, on any server, only one. */
export async function claimCheck(sql: Sql, identity: StoredIdentity, checkAfterMs: number): Promise<boolean> {
  const { numUpdatedRows } = await sql
    .tables<IdentityTables>()
    .updateTable('account_identity')
    .set({ check_after_ms: checkAfterMs })
    .where('account', '=', identity.account)
    .where('check_after_ms', '=', identity.checkAfterMs)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function dropRefreshToken(sql: Sql, account: string): Promise<void> {
  const identities = sql.tables<IdentityTables>().updateTable('account_identity').set({ refresh_token: null });
  await identities.where('account', '=', account).execute();
}

/** Marks the answer to a challenge as used. False: it was used before. */
export async function markAnswered(sql: Sql, hash: string, nowMs: number, untilMs: number): Promise<boolean> {
  const tables = sql.tables<IdentityTables>();
  await tables.deleteFrom('sign_on_answered').where('until_ms', '<=', nowMs).execute();
  const { numInsertedOrUpdatedRows } = await tables
    .insertInto('sign_on_answered')
    .values({ hash, until_ms: untilMs })
    .onConflict((conflict) => conflict.column('hash').doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}
