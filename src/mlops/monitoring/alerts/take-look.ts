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
import { FRESH, type Happened, type StandingCounts, step } from './state.ts';
import {
  addStep,
  findEpisode,
  insertEpisode,
  putStanding,
  type RetrainedStanding,
  removeStanding,
  type Standing,
  standingBefore,
  standingsOf,
  updateEpisode,
} from './store.ts';

export interface TakingDeps {
  readonly events: Pick<Events, 'append'>;
  readonly jobs: Pick<Jobs, 'enqueue'>;
}

/** Job that tells one target of one step of an episode. */
export const TELL = 'monitoring.tell';

export interface OwnLook {
  readonly version: string;
  readonly look: Look;
  readonly moneyPerDay: Money | null;
}

export interface Taken {
  readonly monitor: Monitor;
  readonly rule: AlertRule;
  readonly look: Look;
  readonly moneyPerDay: Money | null;
  /** When it was looked, UTC. */
  readonly at: string;
  /** Of the version that a retraining has answered the open episode with, alone; null: none has. */
  readonly own: OwnLook | null;
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
  const own = happened === 'closed' ? null : ownStep(before, taken);
  if (before !== null && open !== null && own?.happened === 'opened') {
    return beginAnew(deps, sql, { taken, before, open, counts: own.after });
  }
  const alert =
    happened === 'opened' ? newAlert(taken, after.state) : open && nextAlert(taken, open, after.state, happened);
  if (alert !== null) await (open === null ? insertEpisode(sql, alert) : updateEpisode(sql, alert));
  await putStanding(sql, {
    ...{ monitor: monitor.monitor, alert: rule.name, cause: rule.on, counts: after },
    since: before !== null && after.state === counts.state ? before.since : at,
    ...{ lookedAt: at, lookedUntil: until ?? at, reason: look.reason },
    episode: after.open ? (alert?.episode ?? null) : null,
    retrained: after.open && before?.retrained ? { ...before.retrained, ...(own && { counts: own.after }) } : null,
  });
  if (alert === null) return;
  if (happened !== null) await tell(deps, sql, { monitor, alert, happened });
  else if (isKnownNow(open, alert)) await append(deps, sql, alert, 'changed');
}

/** How the new version's looks stand by themselves after this one; null: there is none, or it is of another version. */
function ownStep(before: Standing | null, { own, rule }: Taken) {
  const retrained = before?.retrained ?? null;
  return retrained === null || own?.version !== retrained.version ? null : step(retrained.counts, own.look.level, rule);
}

interface Anew {
  readonly taken: Taken;
  readonly before: Standing;
  readonly open: Alert;
  readonly counts: StandingCounts;
}

/** The retraining did not cure it: its episode is over, and another begins on what the new version answered. */
async function beginAnew(deps: TakingDeps, sql: Sql, { taken, before, open, counts }: Anew): Promise<void> {
  const { monitor, at, own, until } = taken;
  if (own === null) throw new Error('an episode begins anew on a look at the new version');
  const reason = `Retrained: version ${own.version} answered it, and is judged by itself.`;
  const closed: Alert = { ...open, state: 'ok', changedAt: at, closedAt: at, closedAs: 'retrained', reason };
  await updateEpisode(sql, closed);
  const alert = newAlert({ ...taken, look: own.look, moneyPerDay: own.moneyPerDay }, counts.state);
  await insertEpisode(sql, alert);
  const looked = { lookedAt: at, lookedUntil: until ?? at, reason: own.look.reason };
  await putStanding(sql, { ...before, ...looked, counts, since: at, episode: alert.episode, retrained: null });
  await tell(deps, sql, { monitor, alert: closed, happened: 'closed' });
  await tell(deps, sql, { monitor, alert, happened: 'opened' });
}

/**
 * A retraining has put a version in place of the one whose quality was low. Episodes of quality that are open stay so, until
 * looks are good or the new version's own labels say that it is no better. Drift and estimates are held against what was usual before and are not the new version's
 * own evidence; they stay one episode.
 */
export async function noteRetrained(
  sql: Sql,
  monitor: string,
  { version, at }: Pick<RetrainedStanding, 'version' | 'at'>,
): Promise<void> {
  for (const standing of await standingsOf(sql, monitor)) {
    if (standing.episode === null || standing.cause !== 'quality') continue;
    await putStanding(sql, { ...standing, retrained: { version, at, counts: FRESH } });
  }
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
  const alert: Alert = { ...open, state: 'ok', changedAt: at, closedAt: at, closedAs: 'withdrawn', reason };
  await updateEpisode(sql, alert);
  await tell(deps, sql, { monitor, alert, happened: 'closed' });
}

function newAlert({ monitor, rule, look, moneyPerDay, at }: Taken, state: Alert['state']): Alert {
  const { window, version, columns, loss, reason } = look;
  return {
    episode: randomUUID(),
    ...{ monitor: monitor.monitor, model: monitor.spec.model, version, alert: rule.name, cause: rule.on },
    ...{ state, openedAt: at, window, columns: [...columns], loss, moneyPerDay },
    ...{ changedAt: at, closedAt: null, closedAs: null, reason, mute: null },
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
  const closed = happened === 'closed' ? { closedAt: at, closedAs: 'recovered' as const, reason: look.reason } : {};
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
