import { randomUUID } from 'node:crypto';
import { findDelivery } from '../../platform/notification-routes/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { type Reader, requireOwn, requireRoute, requireSchedule, type ViewScheduleDeps } from './access.ts';
import { computeNextTime, findLocalDay } from './due-time.ts';
import { makeMessage } from './message.ts';
import { fileNotice, findMissingScope, makeNotice } from './notice.ts';
import type { SendInterval, ViewDelivery, ViewMessage, ViewSchedule, ViewScheduleSpec } from './schema.ts';
import {
  findLastSent,
  findSchedules,
  putSchedule,
  removeSchedule,
  type SentRow,
  type StoredSchedule,
} from './store.ts';

const toInstant = (at: number) => new Date(Number(at)).toISOString();

/** The schedules of the views that the reader sees. */
export async function listSchedules(deps: ViewScheduleDeps, reader: Reader): Promise<ViewSchedule[]> {
  const seen = new Set((await deps.views.list(reader)).map(({ view }) => view));
  const schedules = (await findSchedules(deps.store)).filter(({ view }) => seen.has(view));
  return Promise.all(schedules.map((schedule) => describeSchedule(deps.store, schedule)));
}

/** Errors: `view_not_found`, `view_schedule_not_found`. */
export async function readSchedule(deps: ViewScheduleDeps, reader: Reader, id: string): Promise<ViewSchedule> {
  await deps.views.read(deps.store, reader, id);
  return describeSchedule(deps.store, await requireSchedule(deps.store, id));
}

/** Errors: `view_not_found`, `not_permitted`, `notification_route_not_found`. */
export function saveSchedule(
  deps: ViewScheduleDeps,
  reader: Reader,
  id: string,
  spec: ViewScheduleSpec,
): Promise<ViewSchedule> {
  return deps.store.transaction(async (sql) => {
    await requireOwn(deps, sql, reader, id);
    await requireRoute(sql, spec.channel);
    const nextAt = spec.paused ? null : computeNextTime(spec, deps.clock.now());
    const schedule = { view: id, spec, owner: reader.name, nextAt };
    await putSchedule(sql, schedule);
    return describeSchedule(sql, schedule);
  });
}

/** Errors: `view_not_found`, `view_schedule_not_found`, `not_permitted`. */
export function deleteSchedule(deps: ViewScheduleDeps, reader: Reader, id: string): Promise<ViewSchedule> {
  return deps.store.transaction(async (sql) => {
    await requireOwn(deps, sql, reader, id);
    const before = await describeSchedule(sql, await requireSchedule(sql, id));
    await removeSchedule(sql, id);
    return before;
  });
}

/** The message that the view would send now. Error: `view_not_found`. */
export async function previewMessage(
  deps: ViewScheduleDeps,
  reader: Reader,
  id: string,
  { every, timeZone }: { readonly every: SendInterval; readonly timeZone: string },
): Promise<ViewMessage> {
  const view = await deps.views.read(deps.store, reader, id);
  const today = findLocalDay(deps.clock.now(), timeZone);
  const message = { read: deps.readAs(reader), owners: deps.owners };
  return makeMessage(message, view, { every, today, withheld: findMissingScope(reader, view) });
}

/**
 * Sends the message now, in addition to its schedule. Errors: `view_not_found`, `view_schedule_not_found`, `not_permitted`,
 * `notification_route_not_found`.
 */
export async function sendNow(deps: ViewScheduleDeps, reader: Reader, id: string): Promise<ViewSchedule> {
  const { store, clock } = deps;
  await requireOwn(deps, store, reader, id);
  const schedule = await requireSchedule(store, id);
  await requireRoute(store, schedule.spec.channel);
  const now = clock.now();
  const made = await makeNotice(deps, schedule, { id: `view:${id}:${randomUUID()}`, dueAt: now, trigger: 'request' });
  await fileNotice(deps, made);
  return describeSchedule(store, schedule);
}

async function describeSchedule(sql: Sql, { view, spec, owner, nextAt }: StoredSchedule): Promise<ViewSchedule> {
  const sent = await findLastSent(sql, view);
  const last = sent === null ? null : await describeSent(sql, sent);
  return { view, ...spec, owner, nextAt: nextAt === null ? null : toInstant(nextAt), last };
}

async function describeSent(sql: Sql, row: SentRow): Promise<ViewDelivery> {
  const delivery = await findDelivery(sql, row.channel, row.notice_id);
  return {
    ...{
      trigger: row.trigger_kind,
      dueAt: toInstant(row.due_at),
      sentAt: toInstant(row.sent_at),
      channel: row.channel,
    },
    ...{ state: delivery?.state ?? null, error: row.error ?? delivery?.error ?? null },
    hasFigures: row.has_figures === 1,
  };
}
