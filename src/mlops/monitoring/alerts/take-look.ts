import { randomUUID } from 'node:crypto';
import type { Gravity } from '../../../platform/acknowledgements/index.ts';
import type { Events } from '../../../platform/events/index.ts';
import { notify } from '../../../platform/notification-routes/index.ts';
import { lockUntilCommit, type Sql } from '../../../platform/store/index.ts';
import type { Money } from '../../../platform/units/schema.ts';
import type { AlertRule, Monitor } from '../../monitors/schema.ts';
import type { AlertLook } from './looks/look.ts';
import { findLastPlace, type LookAtRows, removeLooks, saveLook } from './looks/store.ts';
import { buildNotice, toEventEpisode } from './notice.ts';
import type { Alert } from './schema.ts';
import { advanceState, type EpisodeEvent, FRESH, type StandingCounts } from './state.ts';
import {
  addStep,
  findEpisode,
  findStanding,
  forgetLooks,
  insertEpisode,
  listStandings,
  type RetrainedStanding,
  removeStanding,
  type Standing,
  saveStanding,
  updateEpisode,
} from './store.ts';

export interface TakingDeps {
  readonly events: Pick<Events, 'append'>;
  /** Team that owns a registered model; null: none. */
  readonly teamOf: (sql: Sql, model: string) => Promise<string | null>;
}

export interface OwnLook {
  readonly version: string;
  readonly look: AlertLook;
  readonly moneyPerDay: Money | null;
}

export interface LookToRecord {
  readonly monitor: Monitor;
  readonly rule: AlertRule;
  readonly look: AlertLook;
  readonly moneyPerDay: Money | null;
  /** UTC instant of the look. */
  readonly at: string;
  /** Look at the retrained version alone that answers the open episode; null: no retrained version. */
  readonly own: OwnLook | null;
  /** UTC instant up to which data has been evaluated; that data is never evaluated again. Null: the caller has claimed the data already. */
  readonly until: string | null;
  /** The look as it is stored, so that labels which come later can judge it again; null: no label changes it. */
  readonly kept: LookAtRows | null;
}

/** Locks the state of an alert until the transaction ends: only one transaction at a time takes a look or judges its looks again. */
export function lockAlert(sql: Sql, monitor: string, alert: string): Promise<void> {
  return lockUntilCommit(sql, `alert ${monitor} ${alert}`);
}

/**
 * Applies a look in one transaction: the standing, the episode, its event and its notices. A look at data that was evaluated
 * before changes nothing: of two servers only one counts, also after a crash between them.
 */
export async function takeLook(deps: TakingDeps, sql: Sql, taken: LookToRecord): Promise<void> {
  const { monitor, rule, look, at, until } = taken;
  await lockAlert(sql, monitor.monitor, rule.name);
  const before = await findStanding(sql, monitor.monitor, rule.name);
  if (before !== null && until !== null && before.lookedUntil >= until) return;
  const counts = before?.counts ?? FRESH;
  const { after, happened } = advanceState(counts, look.level, rule);
  const open = before?.episode == null ? null : await findEpisode(sql, before.episode);
  const own = happened === 'closed' ? null : advanceOwnState(before, taken);
  const place = await storeLook(sql, taken, after);
  if (before !== null && open !== null && own?.happened === 'opened') {
    return openNextEpisode(deps, sql, { taken, before, open, counts: own.after, place });
  }
  const alert =
    happened === 'opened' ? buildAlert(taken, after.state) : open && buildNextAlert(taken, open, after.state, happened);
  if (alert !== null && open === null) await insertEpisode(sql, alert, { firstLook: place });
  if (alert !== null && open !== null)
    await updateEpisode(sql, alert, { lastLook: happened === 'closed' ? place : undefined });
  await saveStanding(sql, {
    ...{ monitor: monitor.monitor, alert: rule.name, cause: rule.on, counts: after },
    since: before !== null && after.state === counts.state ? before.since : at,
    ...{ lookedAt: at, lookedUntil: until ?? at, reason: look.reason },
    episode: after.open ? (alert?.episode ?? null) : null,
    retrained: after.open && before?.retrained ? { ...before.retrained, ...(own && { counts: own.after }) } : null,
    base: before?.base ?? (place === null ? null : { place: place - 1, counts }),
  });
  if (alert === null) return;
  if (happened !== null) await tell(deps, sql, { monitor, alert, happened });
  else if (isKnownNow(open, alert)) await append(deps, sql, alert, 'changed');
}

/** Answers its place; null: the look is not one of those that are stored. */
async function storeLook(
  sql: Sql,
  { monitor, rule, kept }: LookToRecord,
  counts: StandingCounts,
): Promise<number | null> {
  if (kept === null) return null;
  const name = { monitor: monitor.monitor, alert: rule.name };
  const place = (await findLastPlace(sql, name)) + 1;
  await saveLook(sql, name, { ...kept, place, counts });
  return place;
}

/** State of the new version's own looks after this one; null: there is none, or this look is of another version. */
function advanceOwnState(before: Standing | null, { own, rule }: LookToRecord) {
  const retrained = before?.retrained ?? null;
  return retrained === null || own?.version !== retrained.version
    ? null
    : advanceState(retrained.counts, own.look.level, rule);
}

interface NextEpisode {
  readonly taken: LookToRecord;
  readonly before: Standing;
  readonly open: Alert;
  readonly counts: StandingCounts;
  /** Place of the look that shows it. */
  readonly place: number | null;
}

/** The retrained version is no better: closes its episode and opens another on the looks of the new version. */
async function openNextEpisode(
  deps: TakingDeps,
  sql: Sql,
  { taken, before, open, counts, place }: NextEpisode,
): Promise<void> {
  const { monitor, at, own, until } = taken;
  if (own === null) throw new Error('the next episode needs an evaluation of the new version');
  const reason = `Retrained: version ${own.version} replaced it, and is judged separately.`;
  const closed: Alert = { ...open, state: 'ok', changedAt: at, closedAt: at, closedAs: 'retrained', reason };
  await updateEpisode(sql, closed, { lastLook: place });
  const alert = buildAlert({ ...taken, look: own.look, moneyPerDay: own.moneyPerDay }, counts.state);
  await insertEpisode(sql, alert, { firstLook: place });
  const base = place === null ? null : { place, counts };
  const looked = { lookedAt: at, lookedUntil: until ?? at, reason: own.look.reason };
  await saveStanding(sql, { ...before, ...looked, counts, since: at, episode: alert.episode, retrained: null, base });
  await tell(deps, sql, { monitor, alert: closed, happened: 'closed' });
  await tell(deps, sql, { monitor, alert, happened: 'opened' });
}

/**
 * Records that a retrained version has replaced the version with low quality. Open quality episodes stay open until looks
 * are good or the new version's own labels show that it is no better. Drift and estimates are compared with the reference of
 * before and are not evidence about the new version; each stays one episode.
 */
export async function noteRetrained(
  sql: Sql,
  monitor: string,
  { version, at }: Pick<RetrainedStanding, 'version' | 'at'>,
): Promise<void> {
  for (const standing of await listStandings(sql, monitor)) {
    if (standing.episode === null || standing.cause !== 'quality') continue;
    const place = await findLastPlace(sql, standing);
    const base = place === 0 ? null : { place, counts: standing.counts };
    await saveStanding(sql, { ...standing, retrained: { version, at, counts: FRESH }, base });
  }
}

/** Removes the state and the looks of an alert that its monitor no longer has, and closes its open episode. */
export async function forgetAlert(
  deps: TakingDeps,
  sql: Sql,
  monitor: Monitor,
  { alert: name, episode }: Pick<Standing, 'alert' | 'episode'>,
  at: string,
): Promise<void> {
  await removeStanding(sql, monitor.monitor, name);
  await removeLooks(sql, { monitor: monitor.monitor, alert: name });
  await forgetLooks(sql, monitor.monitor, name);
  const open = episode === null ? null : await findEpisode(sql, episode);
  if (open === null || open.closedAt !== null) return;
  const reason = 'The alert was removed from the monitor.';
  const alert: Alert = { ...open, state: 'ok', changedAt: at, closedAt: at, closedAs: 'withdrawn', reason };
  await updateEpisode(sql, alert);
  await tell(deps, sql, { monitor, alert, happened: 'closed' });
}

export function buildAlert(
  { monitor, rule, look, moneyPerDay, at }: Pick<LookToRecord, 'monitor' | 'rule' | 'look' | 'moneyPerDay' | 'at'>,
  state: Alert['state'],
): Alert {
  const { window, version, columns, loss, reason } = look;
  return {
    episode: randomUUID(),
    ...{ monitor: monitor.monitor, model: monitor.spec.model, version, alert: rule.name, cause: rule.on },
    ...{ state, openedAt: at, window, columns: [...columns], loss, moneyPerDay },
    ...{ changedAt: at, closedAt: null, closedAs: null, reason, mute: null },
  };
}

/** Facts of an open episode come from the last bad look; the reason of a closed one comes from the last good look. */
function buildNextAlert(
  { look, moneyPerDay, at }: LookToRecord,
  open: Alert,
  state: Alert['state'],
  happened: EpisodeEvent | null,
): Alert {
  const changedAt = happened === null ? open.changedAt : at;
  const closed = happened === 'closed' ? { closedAt: at, closedAs: 'recovered' as const, reason: look.reason } : {};
  if (look.level === 'ok' || look.level === 'unknown') return { ...open, state, changedAt, ...closed };
  const { window, version, columns, reason } = look;
  const known = look.loss === null ? {} : { loss: look.loss, moneyPerDay };
  return { ...open, state, changedAt, window, version, columns: [...columns], reason, ...known, ...closed };
}

/** True when labels first confirm a loss that was unknown or only estimated before. */
export function isKnownNow(before: Alert | null, { loss }: Alert): boolean {
  return loss !== null && !loss.estimated && before?.loss?.estimated !== false;
}

interface NoticeFacts {
  readonly monitor: Monitor;
  readonly alert: Alert;
  readonly happened: EpisodeEvent;
}

export async function tell(deps: TakingDeps, sql: Sql, { monitor, alert, happened }: NoticeFacts): Promise<void> {
  const { episode, changedAt: at, state, reason, mute } = alert;
  const number = await addStep(sql, episode, { at, state, reason });
  await append(deps, sql, alert, happened);
  if (mute !== null && mute.until > at) return;
  const team = await deps.teamOf(sql, alert.model);
  await notify(
    sql,
    {
      ...{ topic: 'alert', ...readGravity(alert), teams: team === null ? [] : [team], models: [alert.model] },
      ...{ subject: `alert/${monitor.monitor}/${alert.alert}`, at, about: { kind: 'alert', id: episode } },
      notice: buildNotice(alert, happened, number),
    },
    { document: `Monitor/${monitor.monitor}`, targets: monitor.spec.notify },
  );
}

/** `critical` for an alert, `warning` for its warning state, `info` once it is closed. The impact is the loss of money a day. */
export function readGravity({ state, moneyPerDay }: Pick<Alert, 'state' | 'moneyPerDay'>): Gravity {
  const severity = state === 'ok' ? 'info' : state === 'warning' ? 'warning' : 'critical';
  return { severity, impact: moneyPerDay };
}

export function append({ events }: TakingDeps, sql: Sql, alert: Alert, happened: EpisodeEvent): Promise<void> {
  const subject = `monitor:${alert.monitor}`;
  return events.append(sql, { type: `alert.${happened}`, subject, payload: toEventEpisode(alert) });
}
