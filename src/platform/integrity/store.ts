import type { Sql } from '../store/index.ts';
import { Verification } from './schema.ts';

interface VerificationTables {
  verification: {
    id: string;
    state: string;
    repair: number;
    started_at: string;
    ended_at: string | null;
    result: string;
  };
}

export type StoredVerification = Omit<Verification, 'progress'>;

const Result = Verification.pick({
  checked: true,
  findings: true,
  findingsCount: true,
  unrepaired: true,
  error: true,
});

export async function saveVerification(sql: Sql, stored: StoredVerification): Promise<void> {
  const { verification, state, repair, startedAt, endedAt, ...result } = stored;
  const row = {
    state,
    repair: repair ? 1 : 0,
    started_at: startedAt,
    ended_at: endedAt,
    result: JSON.stringify(result),
  };
  await sql
    .tables<VerificationTables>()
    .insertInto('verification')
    .values({ id: verification, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

export async function findVerification(sql: Sql, id: string): Promise<StoredVerification | null> {
  const row = await sql
    .tables<VerificationTables>()
    .selectFrom('verification')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : toVerification(row);
}

/** Newest first. */
export async function findLastVerifications(sql: Sql, limit: number): Promise<StoredVerification[]> {
  const rows = await sql
    .tables<VerificationTables>()
    .selectFrom('verification')
    .selectAll()
    .orderBy('started_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(toVerification);
}

function toVerification(row: VerificationTables['verification']): StoredVerification {
  return {
    verification: row.id,
    state: Verification.shape.state.parse(row.state),
    repair: row.repair === 1,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    ...Result.parse(JSON.parse(row.result)),
  };
}
