import { randomUUID } from 'node:crypto';
import type { Events } from '../../../platform/events/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import type { Money } from '../../../platform/units/schema.ts';
import type { AlertRule } from '../monitors/alerts/schema.ts';
import type { Monitor } from '../monitors/schema.ts';
import type { Look } from './looks/look.ts';
import { episodeOf, noticeOf } from './notice.ts';
import type { Alert } from './schema.ts';
import { FRESH, type Happened, step } from './state.ts';
import {
  addStep,
  findEpisode,
  insertEpisode,
  putStanding,
  removeStanding,
  type Standing,
  standingBefore,
  updateEpisode,
} from './store.ts';

export interface TakingDeps {
  readonly events: Pick<Events, 'append'>;
  readonly jobs: Pick<Jobs, 'enqueue'>;
}

/** Job that tells one target of one step of an episode. */
export const TELL = 'monitoring.tell';

export interface Taken {
  readonly monitor: Monitor;
  readonly rule: AlertRule;
  readonly look: Look;
  readonly moneyPerDay: Money | null;
  /** When it was looked, UTC. */
  readonly at: string;
  /** What was looked at until then is never looked at again, UTC; null: the caller has claimed what it looked at. */
  readonly until: string | null;
}

/**
 * Takes a look into account, in one transaction: the standing, the episode, its event and who is told. A look at what was
 * looked at before changes nothing, so that of two servers one counts, also after a crash between them.
 */
export async function takeLook(deps: TakingDeps, sql: Sql, taken: Taken): Promise<void> {
  const { monitor, rule, look, at, until } = taken;
  const before = await standingBefore(sql, monitor.monitor, rule.name);
  if (before !== null && until !== null && before.lookedUntil >= until) return;
  const counts = before?.counts ?? FRESH;
  const { after, happened } = step(counts, look.level, rule);
  const open = before?.episode == null ? null : await findEpisode(sql, before.episode);
  const alert =
    happened === 'opened' ? newAlert(taken, after.state) : open && nextAlert(taken, open, after.state, happened);
  if (alert !== null) await (open === null ? insertEpisode(sql, alert) : updateEpisode(sql, alert));
  await putStanding(sql, {
    ...{ monitor: monitor.monitor, alert: rule.name, cause: rule.on, counts: after },
    since: before !== null && after.state === counts.state ? before.since : at,
    ...{ lookedAt: at, lookedUntil: until ?? at, reason: look.reason },
    episode: after.open ? (alert?.episode ?? null) : null,
  });
  if (alert === null) return;
  if (happened !== null) await tell(deps, sql, { monitor, alert, happened });
  else if (isKnownNow(open, alert)) await append(deps, sql, alert, 'changed');
}

/** Ends what a monitor says no longer. */
export async function forgetAlert(
  deps: TakingDeps,
  sql: Sql,
  monitor: Monitor,
  { alert: name, episode }: Pick<Standing, 'alert' | 'episode'>,
  at: string,
): Promise<void> {
  await removeStanding(sql, monitor.monitor, name);
  const open = episode === null ? null : await findEpisode(sql, episode);
  if (open === null || open.closedAt !== null) return;
  const reason = 'The monitor has this alert no longer.';
  const alert: Alert = { ...open, state: 'ok', changedAt: at, closedAt: at, reason };
  await updateEpisode(sql, alert);
  await tell(deps, sql, { monitor, alert, happened: 'closed' });
}

function newAlert({ monitor, rule, look, moneyPerDay, at }: Taken, state: Alert['state']): Alert {
  const { window, version, columns, loss, reason } = look;
  return {
    episode: randomUUID(),
    ...{ monitor: monitor.monitor, model: monitor.spec.model, version, alert: rule.name, cause: rule.on },
    ...{ state, openedAt: at, window, columns: [...columns], loss, moneyPerDay },
    ...{ changedAt: at, closedAt: null, reason, mute: null },
  };
}

/** What shows an episode is the last look that was bad; its end says what the last good one showed. */
function nextAlert(
  { look, moneyPerDay, at }: Taken,
  open: Alert,
  state: Alert['state'],
  happened: Happened | null,
): Alert {
  const changedAt = happened === null ? open.changedAt : at;
  const closed = happened === 'closed' ? { closedAt: at, reason: look.reason } : {};
  if (look.level === 'ok' || look.level === 'unknown') return { ...open, state, changedAt, ...closed };
  const { window, version, columns, reason } = look;
  const known = look.loss === null ? {} : { loss: look.loss, moneyPerDay };
  return { ...open, state, changedAt, window, version, columns: [...columns], reason, ...known, ...closed };
}

/** The loss was an estimate or nothing, and labels have said it since. */
function isKnownNow(before: Alert | null, { loss }: Alert): boolean {
  return loss !== null && !loss.estimated && before?.loss?.estimated !== false;
}

interface Telling {
  readonly monitor: Monitor;
  readonly alert: Alert;
  readonly happened: Happened;
}

async function tell(deps: TakingDeps, sql: Sql, { monitor, alert, happened }: Telling): Promise<void> {
  const { episode, changedAt: at, state, reason, mute } = alert;
  const number = await addStep(sql, episode, { at, state, reason });
  await append(deps, sql, alert, happened);
  if (mute !== null && mute.until > at) return;
  const notice = noticeOf(alert, happened, number);
  for (const target of monitor.spec.notify) await deps.jobs.enqueue(sql, { kind: TELL, payload: { notice, target } });
}

function append({ events }: TakingDeps, sql: Sql, alert: Alert, happened: Happened): Promise<void> {
  const subject = `monitor:${alert.monitor}`;
  return events.append(sql, { type: `alert.${happened}`, subject, payload: episodeOf(alert) });
}
