import { AppError } from '../../platform/errors/index.ts';
import { findRoutes, notifyNamed, type RoutedNotice } from '../../platform/notification-routes/index.ts';
import type { SavedView } from '../views/schema.ts';
import { describeNoRoute, type Reader, requireOwn, type ViewScheduleDeps } from './access.ts';
import { findLocalDay } from './due-time.ts';
import { listTeams } from './figures.ts';
import { listScopes, makeMessage } from './message.ts';
import type { ViewDelivery, ViewMessage, ViewScheduleSpec } from './schema.ts';
import { insertSent, type SentRow, type StoredSchedule } from './store.ts';

interface Sending {
  /** Idempotency id of the message. */
  readonly id: string;
  /** Unix milliseconds. */
  readonly dueAt: number;
  readonly trigger: ViewDelivery['trigger'];
}

export interface MadeNotice {
  readonly row: SentRow;
  /** null: nothing can be sent; the row has the reason. */
  readonly routed: RoutedNotice | null;
}

/** Builds the message of a schedule with the permissions of its owner as they are now. */
export async function makeNotice(
  deps: ViewScheduleDeps,
  { view: id, spec, owner: account }: StoredSchedule,
  sending: Sending,
): Promise<MadeNotice> {
  const { store, clock, readAs, owners } = deps;
  const row: SentRow = {
    ...{ notice_id: sending.id, view_id: id, trigger_kind: sending.trigger, channel: spec.channel },
    ...{ due_at: sending.dueAt, sent_at: clock.now(), has_figures: 0, error: null },
  };
  const owner = await deps.findOwner(store, account);
  if (owner === null) {
    return {
      row: { ...row, error: `The account ${account} is disabled or deleted. Schedule the view again.` },
      routed: null,
    };
  }
  const [route] = await findRoutes(store, spec.channel);
  if (route === undefined) return { row: { ...row, error: describeNoRoute(spec.channel) }, routed: null };
  try {
    const view = await requireOwn(deps, store, owner, id);
    const teams = listTeams(view);
    const withheld = findMissingScope(owner, view) ?? findWithheld(spec.channel, route.spec.match.teams, teams);
    const today = findLocalDay(sending.dueAt, spec.timeZone);
    const message = await makeMessage({ read: readAs(owner), owners }, view, { every: spec.every, today, withheld });
    const has_figures = message.reason === null ? 1 : 0;
    return {
      row: { ...row, has_figures },
      routed: buildNotice(deps, view, { spec, account, teams, message, sending }),
    };
  } catch (error) {
    // The owner no longer sees the view, or no longer owns a private one.
    if (!(error instanceof AppError)) throw error;
    return { row: { ...row, error: error.message }, routed: null };
  }
}

/** Files the message once: its id is claimed by the first caller. */
export function fileNotice({ store }: Pick<ViewScheduleDeps, 'store'>, { row, routed }: MadeNotice): Promise<void> {
  return store.transaction(async (sql) => {
    if (!(await insertSent(sql, row)) || routed === null) return;
    await notifyNamed(sql, routed, { routes: [row.channel], document: `View/${row.view_id}`, targets: [] });
  });
}

/** Reason that an account must not read the figures of a view; null: it may. */
export function findMissingScope({ name, scopes }: Reader, view: SavedView): string | null {
  const missing = scopes === null ? [] : listScopes(view).filter((scope) => !scopes.has(scope));
  return missing.length === 0
    ? null
    : `${name} may not read the figures of this page: ${missing.join(', ')} is missing.`;
}

/** A channel of teams receives no figures of other teams. */
function findWithheld(
  channel: string,
  allowed: readonly string[] | undefined,
  teams: readonly string[],
): string | null {
  if (allowed === undefined) return null;
  if (teams.length > 0 && teams.every((team) => allowed.includes(team))) return null;
  const names = allowed.join(', ');
  return `Channel ${channel} receives figures of ${allowed.length === 1 ? 'team' : 'teams'} ${names} only, and the view is not filtered to ${allowed.length === 1 ? 'it' : 'them'}.`;
}

function buildNotice(
  { publicUrl }: ViewScheduleDeps,
  view: SavedView,
  {
    spec,
    account,
    teams,
    message,
    sending,
  }: {
    readonly spec: ViewScheduleSpec;
    readonly account: string;
    readonly teams: readonly string[];
    readonly message: ViewMessage;
    readonly sending: Sending;
  },
): RoutedNotice {
  const { title, text, link, figures, summary, reason } = message;
  const at = new Date(sending.dueAt).toISOString();
  const page = publicUrl === null ? [] : [`${publicUrl.replace(/\/$/, '')}${link}`];
  const foot = `${describeTiming(spec)}, scheduled by ${account}.`;
  return {
    ...{ topic: 'report', severity: 'info', teams, subject: `view/${view.view}`, at },
    notice: {
      ...{ id: sending.id, title, text: [text, '', ...page, foot].join('\n'), link },
      event: {
        ...{ specversion: '1.0', id: sending.id, source: `/api/v1/views/${view.view}`, type: 'steelyard.view.sent' },
        ...{ subject: view.view, time: at, datacontenttype: 'application/json' },
        data: { view: view.view, name: view.name, link, figures, summary, reason },
      },
    },
  };
}

/** Example: `Sent each week on Monday at 08:00 (Europe/Berlin)`. */
function describeTiming({ every, weekday, dayOfMonth, hour, timeZone }: ViewScheduleSpec): string {
  const on =
    every === 'week'
      ? ` on ${weekday.charAt(0).toUpperCase()}${weekday.slice(1)}`
      : every === 'month'
        ? ` on day ${dayOfMonth}`
        : '';
  return `Sent each ${every}${on} at ${String(hour).padStart(2, '0')}:00 (${timeZone})`;
}
