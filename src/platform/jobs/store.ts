import type { Sql } from '../store/index.ts';

interface JobTables {
  job: {
    id: string;
    kind: string;
    payload: string;
    state: 'waiting' | 'running' | 'failed';
    /** From when it may be taken: its start time, or, while it runs, the end of its lease. */
    due_at: string;
    /** Number of attempts that have begun. */
    attempts: number;
    unique_key: string | null;
    leased_by: string | null;
    created_at: string;
    ended_at: string | null;
    error: string | null;
  };
  job_schedule: { name: string; cron: string; next_at: string };
}

export interface JobRow {
  readonly id: string;
  readonly kind: string;
  readonly payload: string;
  readonly dueAt: string;
  readonly uniqueKey: string | null;
  readonly createdAt: string;
}

/** Does nothing while a job with the same unique key waits or runs (enforced by the partial unique index). */
export async function insertJob(sql: Sql, job: JobRow): Promise<void> {
  await sql
    .tables<JobTables>()
    .insertInto('job')
    .values({
      id: job.id,
      kind: job.kind,
      payload: job.payload,
      state: 'waiting',
      due_at: job.dueAt,
      attempts: 0,
      unique_key: job.uniqueKey,
      leased_by: null,
      created_at: job.createdAt,
      ended_at: null,
      error: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export interface Claim {
  readonly kinds: readonly string[];
  readonly owner: string;
  readonly now: string;
  readonly leaseEnd: string;
  readonly limit: number;
}

export interface ClaimedJob {
  readonly id: string;
  readonly kind: string;
  readonly payload: string;
  /** This try included. */
  readonly attempts: number;
}

/**
 * Claims due jobs, including jobs with an expired lease. Two servers may choose the same rows. The state is checked
 * again when the row is written, so only one of them gets the row; the other skips it and looks again later.
 */
export async function claimJobs(sql: Sql, claim: Claim): Promise<ClaimedJob[]> {
  const rows = await sql
    .tables<JobTables>()
    .updateTable('job')
    .set((eb) => ({
      state: 'running',
      due_at: claim.leaseEnd,
      leased_by: claim.owner,
      attempts: eb('attempts', '+', 1),
    }))
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('job')
        .select('id')
        .where('state', 'in', ['waiting', 'running'])
        .where('due_at', '<=', claim.now)
        .where('kind', 'in', claim.kinds)
        .orderBy('due_at')
        .orderBy('id')
        .limit(claim.limit),
    )
    .where('state', 'in', ['waiting', 'running'])
    .where('due_at', '<=', claim.now)
    .returning(['id', 'kind', 'payload', 'attempts'])
    .execute();
  return rows.toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

/** One attempt of one job. A server that no longer holds it changes nothing. */
export interface HeldJob {
  readonly id: string;
  readonly owner: string;
  readonly attempts: number;
}

function updateHeldJob(sql: Sql, job: HeldJob) {
  return sql
    .tables<JobTables>()
    .updateTable('job')
    .where('id', '=', job.id)
    .where('state', '=', 'running')
    .where('leased_by', '=', job.owner)
    .where('attempts', '=', job.attempts);
}

/** Extends leases and returns the jobs that are still held. */
export async function renewLeases(
  sql: Sql,
  owner: string,
  ids: readonly string[],
  leaseEnd: string,
): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await sql
    .tables<JobTables>()
    .updateTable('job')
    .set({ due_at: leaseEnd })
    .where('id', 'in', ids)
    .where('state', '=', 'running')
    .where('leased_by', '=', owner)
    .returning('id')
    .execute();
  return new Set(rows.map((row) => row.id));
}

export async function removeDone(sql: Sql, job: HeldJob): Promise<void> {
  await sql
    .tables<JobTables>()
    .deleteFrom('job')
    .where('id', '=', job.id)
    .where('leased_by', '=', job.owner)
    .where('attempts', '=', job.attempts)
    .execute();
}

export async function returnToQueue(sql: Sql, job: HeldJob, dueAt: string, error: string): Promise<void> {
  await updateHeldJob(sql, job).set({ state: 'waiting', due_at: dueAt, leased_by: null, error }).execute();
}

/** Due instant of a job to retry now: in the past even if the clock is set back before the next server looks. */
const AT_ONCE = new Date(0).toISOString();

/** Releases a job without counting the attempt: the server stopped, which is not a failure of the job. */
export async function release(sql: Sql, job: HeldJob): Promise<void> {
  await updateHeldJob(sql, job)
    .set({ state: 'waiting', due_at: AT_ONCE, leased_by: null, attempts: job.attempts - 1 })
    .execute();
}

export async function markFailed(sql: Sql, job: HeldJob, endedAt: string, error: string): Promise<void> {
  await updateHeldJob(sql, job).set({ state: 'failed', ended_at: endedAt, leased_by: null, error }).execute();
}

export interface Released {
  readonly owner: string;
  /** Another queue of the same owner may run other kinds at this moment. */
  readonly kinds: readonly string[];
}

/** Jobs that this name held when its server died. */
export async function releaseAll(sql: Sql, { owner, kinds }: Released): Promise<void> {
  if (kinds.length === 0) return;
  await sql
    .tables<JobTables>()
    .updateTable('job')
    .set({ state: 'waiting', due_at: AT_ONCE, leased_by: null })
    .where('state', '=', 'running')
    .where('leased_by', '=', owner)
    .where('kind', 'in', [...kinds])
    .execute();
}

/** When the next job of these kinds may be taken, ISO; null when there is none. */
export async function findNextDue(sql: Sql, kinds: readonly string[]): Promise<string | null> {
  const row = await sql
    .tables<JobTables>()
    .selectFrom('job')
    .select((eb) => eb.fn.min('due_at').as('due'))
    .where('state', 'in', ['waiting', 'running'])
    .where('kind', 'in', kinds)
    .executeTakeFirst();
  return row?.due ?? null;
}

export async function removeFailed(sql: Sql, before: string): Promise<void> {
  await sql
    .tables<JobTables>()
    .deleteFrom('job')
    .where('state', '=', 'failed')
    .where('ended_at', '<', before)
    .execute();
}

/** Stores schedules, at least one; the next time of one that is stored with the same pattern stays. */
export async function putSchedules(
  sql: Sql,
  schedules: readonly { readonly name: string; readonly cron: string; readonly nextAt: string }[],
): Promise<void> {
  await sql
    .tables<JobTables>()
    .insertInto('job_schedule')
    .values(schedules.map(({ name, cron, nextAt }) => ({ name, cron, next_at: nextAt })))
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet((eb) => ({ cron: eb.ref('excluded.cron'), next_at: eb.ref('excluded.next_at') }))
        .whereRef('job_schedule.cron', '!=', 'excluded.cron'),
    )
    .execute();
}

export async function readSchedules(sql: Sql, names: readonly string[]): Promise<{ name: string; next_at: string }[]> {
  if (names.length === 0) return [];
  return sql
    .tables<JobTables>()
    .selectFrom('job_schedule')
    .select(['name', 'next_at'])
    .where('name', 'in', names)
    .execute();
}

/** True for the one server that may enqueue the job of this time. */
export async function claimSchedule(sql: Sql, name: string, at: string, nextAt: string): Promise<boolean> {
  const { numUpdatedRows } = await sql
    .tables<JobTables>()
    .updateTable('job_schedule')
    .set({ next_at: nextAt })
    .where('name', '=', name)
    .where('next_at', '=', at)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Takes every job of a kind out of a store that no server uses. */
export async function removeJobsByKind(sql: Sql, kind: string): Promise<void> {
  await sql.tables<JobTables>().deleteFrom('job').where('kind', '=', kind).execute();
}
