import type { Sql } from '../../platform/store/index.ts';
import { ViewScheduleSpec } from './schema.ts';

interface ViewScheduleTables {
  view_schedule: { view_id: string; spec: string; owner: string; next_at: number | null };
  view_sent: {
    notice_id: string;
    view_id: string;
    trigger_kind: 'schedule' | 'request';
    channel: string;
    due_at: number;
    sent_at: number;
    has_figures: number;
    error: string | null;
  };
  saved_view: { id: string };
}

export interface StoredSchedule {
  readonly view: string;
  readonly spec: ViewScheduleSpec;
  readonly owner: string;
  /** Unix milliseconds; null: paused. */
  readonly nextAt: number | null;
}

export type SentRow = ViewScheduleTables['view_sent'];

const MOST_LISTED = 1000;
/** As long as the log of deliveries. */
const KEEP_SENT_MS = 90 * 24 * 3600 * 1000;

function rowToSchedule({ view_id, spec, owner, next_at }: ViewScheduleTables['view_schedule']): StoredSchedule {
  const nextAt = next_at === null ? null : Number(next_at);
  return { view: view_id, spec: ViewScheduleSpec.parse(JSON.parse(spec)), owner, nextAt };
}

/** By view; `dueAt`: only those that are due then, Unix milliseconds. */
export async function findSchedules(sql: Sql, dueAt: number | null = null): Promise<StoredSchedule[]> {
  const query = sql.tables<ViewScheduleTables>().selectFrom('view_schedule').selectAll().orderBy('view_id');
  const rows = await (dueAt === null ? query.limit(MOST_LISTED) : query.where('next_at', '<=', dueAt)).execute();
  return rows.map(rowToSchedule);
}

export async function findSchedule(sql: Sql, view: string): Promise<StoredSchedule | null> {
  const query = sql.tables<ViewScheduleTables>().selectFrom('view_schedule').selectAll().where('view_id', '=', view);
  const row = await query.executeTakeFirst();
  return row === undefined ? null : rowToSchedule(row);
}

export async function putSchedule(sql: Sql, { view, spec, owner, nextAt }: StoredSchedule): Promise<void> {
  const row = { view_id: view, spec: JSON.stringify(spec), owner, next_at: nextAt };
  await sql
    .tables<ViewScheduleTables>()
    .insertInto('view_schedule')
    .values(row)
    .onConflict((conflict) => conflict.column('view_id').doUpdateSet(row))
    .execute();
}

/** Moves a due schedule to its next time. False: another server has done it. */
export async function claimDue(sql: Sql, view: string, dueAt: number, nextAt: number): Promise<boolean> {
  const claimed = await sql
    .tables<ViewScheduleTables>()
    .updateTable('view_schedule')
    .set({ next_at: nextAt })
    .where('view_id', '=', view)
    .where('next_at', '=', dueAt)
    .returning('view_id')
    .execute();
  return claimed.length > 0;
}

/** Deletes the schedule of a view and the record of its messages. */
export async function removeSchedule(sql: Sql, view: string): Promise<void> {
  const tables = sql.tables<ViewScheduleTables>();
  await tables.deleteFrom('view_schedule').where('view_id', '=', view).execute();
  await tables.deleteFrom('view_sent').where('view_id', '=', view).execute();
}

/** Deletes the schedules of a deleted account and those of views that no longer exist. */
export async function deleteSchedulesOfAccount(sql: Sql, account: string): Promise<void> {
  const tables = sql.tables<ViewScheduleTables>();
  const views = tables.selectFrom('saved_view').select('id');
  await tables
    .deleteFrom('view_schedule')
    .where((eb) => eb.or([eb('owner', '=', account), eb('view_id', 'not in', views)]))
    .execute();
}

/** False: a message of this id was sent before. */
export async function insertSent(sql: Sql, row: SentRow): Promise<boolean> {
  const tables = sql.tables<ViewScheduleTables>();
  const inserted = await tables
    .insertInto('view_sent')
    .values(row)
    .onConflict((conflict) => conflict.column('notice_id').doNothing())
    .returning('notice_id')
    .execute();
  if (inserted.length === 0) return false;
  const old = tables.deleteFrom('view_sent').where('view_id', '=', row.view_id);
  await old.where('sent_at', '<', Number(row.sent_at) - KEEP_SENT_MS).execute();
  return true;
}

export async function hasSent(sql: Sql, noticeId: string): Promise<boolean> {
  const query = sql.tables<ViewScheduleTables>().selectFrom('view_sent').select('notice_id');
  return (await query.where('notice_id', '=', noticeId).executeTakeFirst()) !== undefined;
}

/** The newest message of a view. */
export async function findLastSent(sql: Sql, view: string): Promise<SentRow | null> {
  const query = sql.tables<ViewScheduleTables>().selectFrom('view_sent').selectAll().where('view_id', '=', view);
  const row = await query.orderBy('sent_at', 'desc').orderBy('due_at', 'desc').executeTakeFirst();
  return row ?? null;
}
