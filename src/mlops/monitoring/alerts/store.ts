import { z } from 'zod';
import type { OwnerLimit } from '../../../platform/http/index.ts';
import { isAmong, type Sql } from '../../../platform/store/index.ts';
import { findMonitors, findMonitorsOf } from '../../monitors/index.ts';
import { AlertCause, AlertEpisode } from './episode/schema.ts';
import { LookBase } from './looks/store.ts';
import { Alert, AlertMute, AlertState, type AlertStep } from './schema.ts';
import { type StandingCounts, StoredCounts } from './state.ts';

interface AlertTables {
  alert_standing: {
    monitor: string;
    alert: string;
    cause: string;
    counts: string;
    since: string;
    looked_at: string;
    looked_until: string;
    reason: string;
    episode: string | null;
    retrained: string | null;
    base: string | null;
  };
  alert_episode: {
    id: string;
    monitor: string;
    alert: string;
    cause: string;
    opened_at: string;
    changed_at: string;
    closed_at: string | null;
    closed_as: string | null;
    is_open: string;
    facts: string;
    reason: string;
    mute: string | null;
    first_look: number | null;
    last_look: number | null;
  };
  alert_step: { episode: string; number: number; at: string; state: string; reason: string };
}

const Retrained = z.strictObject({ version: z.string(), at: z.string(), counts: StoredCounts });

/** The retrained version that answers an open episode, and the counts of that version's own looks. */
export interface RetrainedStanding {
  readonly version: string;
  /** UTC instant of the rollout. */
  readonly at: string;
  readonly counts: StandingCounts;
}

export interface Standing {
  readonly monitor: string;
  readonly alert: string;
  readonly cause: AlertCause;
  readonly counts: StandingCounts;
  readonly since: string;
  readonly lookedAt: string;
  readonly lookedUntil: string;
  readonly reason: string;
  readonly episode: string | null;
  /** Null: no episode is open, or none was answered by a retraining. */
  readonly retrained: RetrainedStanding | null;
  /** The look after which later labels judge looks again; null: the looks are not stored. */
  readonly base: LookBase | null;
}

export async function listStandings(sql: Sql, monitor: string): Promise<Standing[]> {
  const query = sql.tables<AlertTables>().selectFrom('alert_standing').selectAll().where('monitor', '=', monitor);
  return (await query.execute()).map(parseStanding);
}

/** Before its first look an alert is fresh. */
export async function findStanding(sql: Sql, monitor: string, alert: string): Promise<Standing | null> {
  const row = await sql
    .tables<AlertTables>()
    .selectFrom('alert_standing')
    .selectAll()
    .where('monitor', '=', monitor)
    .where('alert', '=', alert)
    .executeTakeFirst();
  return row === undefined ? null : parseStanding(row);
}

export async function saveStanding(sql: Sql, standing: Standing): Promise<void> {
  const { counts, lookedAt, lookedUntil, retrained, base, ...rest } = standing;
  const row = {
    ...rest,
    counts: JSON.stringify(counts),
    looked_at: lookedAt,
    looked_until: lookedUntil,
    retrained: retrained === null ? null : JSON.stringify(retrained),
    base: base === null ? null : JSON.stringify(base),
  };
  await sql
    .tables<AlertTables>()
    .insertInto('alert_standing')
    .values(row)
    .onConflict((of) => of.columns(['monitor', 'alert']).doUpdateSet(row))
    .execute();
}

export async function removeStanding(sql: Sql, monitor: string, alert: string): Promise<void> {
  await sql
    .tables<AlertTables>()
    .deleteFrom('alert_standing')
    .where('monitor', '=', monitor)
    .where('alert', '=', alert)
    .execute();
}

/** Places of the looks that opened and that closed an episode, where they are stored. */
export interface EpisodeLooks {
  readonly firstLook?: number | null | undefined;
  readonly lastLook?: number | null | undefined;
}

export async function insertEpisode(sql: Sql, alert: Alert, { firstLook, lastLook }: EpisodeLooks = {}): Promise<void> {
  const row = { ...toEpisodeRow(alert), first_look: firstLook ?? null, last_look: lastLook ?? null };
  await sql.tables<AlertTables>().insertInto('alert_episode').values(row).execute();
}

/** Omitted looks stay unchanged. */
export async function updateEpisode(sql: Sql, alert: Alert, { firstLook, lastLook }: EpisodeLooks = {}): Promise<void> {
  const { id, ...facts } = toEpisodeRow(alert);
  const first = firstLook === undefined ? {} : { first_look: firstLook };
  const last = lastLook === undefined ? {} : { last_look: lastLook };
  const row = { ...facts, ...first, ...last };
  await sql.tables<AlertTables>().updateTable('alert_episode').set(row).where('id', '=', id).execute();
}

/** Deletes the looks of an alert: another alert of the same name starts without them. */
export async function forgetLooks(sql: Sql, monitor: string, alert: string): Promise<void> {
  await sql
    .tables<AlertTables>()
    .updateTable('alert_episode')
    .set({ first_look: null, last_look: null })
    .where('monitor', '=', monitor)
    .where('alert', '=', alert)
    .execute();
}

/** Null: there is none of this id. */
export async function findEpisode(sql: Sql, id: string): Promise<Alert | null> {
  const query = sql.tables<AlertTables>().selectFrom('alert_episode').selectAll().where('id', '=', id);
  const row = await query.executeTakeFirst();
  return row === undefined ? null : parseAlertRow(row);
}

/** The model whose monitor opened an episode; null when there is no such episode or monitor. */
export async function findAlertedModel(sql: Sql, episode: string): Promise<string | null> {
  const found = await findEpisode(sql, episode);
  const [monitor] = found === null ? [] : await findMonitors(sql, found.monitor);
  return monitor?.spec.model ?? null;
}

/** Answers its number, from 1. */
export async function addStep(sql: Sql, episode: string, { at, state, reason }: AlertStep): Promise<number> {
  const last = await sql
    .tables<AlertTables>()
    .selectFrom('alert_step')
    .select(({ fn }) => fn.max('number').as('number'))
    .where('episode', '=', episode)
    .executeTakeFirst();
  const number = Number(last?.number ?? 0) + 1;
  await sql.tables<AlertTables>().insertInto('alert_step').values({ episode, number, at, state, reason }).execute();
  return number;
}

export async function listSteps(sql: Sql, episode: string): Promise<AlertStep[]> {
  const rows = await sql
    .tables<AlertTables>()
    .selectFrom('alert_step')
    .select(['at', 'state', 'reason'])
    .where('episode', '=', episode)
    .orderBy('number')
    .execute();
  return rows.map((row) => ({ ...row, state: AlertState.parse(row.state) }));
}

/** An episode, and the looks that it is of. */
export interface PlacedEpisode {
  readonly alert: Alert;
  readonly firstLook: number | null;
  readonly lastLook: number | null;
}

/** Episodes of an alert that are open, or that a look behind a place has closed, in their order. */
export async function listEpisodesAfter(
  sql: Sql,
  monitor: string,
  alert: string,
  place: number,
): Promise<PlacedEpisode[]> {
  const rows = await sql
    .tables<AlertTables>()
    .selectFrom('alert_episode')
    .selectAll()
    .where('monitor', '=', monitor)
    .where('alert', '=', alert)
    .where(({ eb, or }) => or([eb('is_open', '=', '1'), eb('last_look', '>', place)]))
    .orderBy('opened_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({ alert: parseAlertRow(row), firstLook: row.first_look, lastLook: row.last_look }));
}

export interface EpisodeSelection {
  readonly monitor?: string | undefined;
  readonly cause?: AlertCause | undefined;
  readonly open?: 'true' | 'false' | undefined;
  /** Only of models of these owners; null: of all. */
  readonly owners: OwnerLimit | null;
  readonly limit: number;
  /** `is_open`, `opened_at` and id of the last one of the page before. */
  readonly after: readonly [string, string, string] | null;
}

/** Open ones first, then the latest first. */
export async function listEpisodes(
  sql: Sql,
  { monitor, cause, open, owners, limit, after }: EpisodeSelection,
): Promise<Alert[]> {
  let query = sql
    .tables<AlertTables>()
    .selectFrom('alert_episode')
    .selectAll()
    .orderBy('is_open', 'desc')
    .orderBy('opened_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit);
  if (monitor !== undefined) query = query.where('monitor', '=', monitor);
  if (owners !== null) {
    const own = await findMonitorsOf(sql, owners);
    query = query.where(
      isAmong(
        sql,
        'monitor',
        own.map((one) => one.monitor),
      ),
    );
  }
  if (cause !== undefined) query = query.where('cause', '=', cause);
  if (open !== undefined) query = query.where('is_open', '=', open === 'true' ? '1' : '0');
  if (after !== null) {
    const [isOpen, openedAt, id] = after;
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('is_open', 'opened_at', 'id'), '<', tuple(isOpen, openedAt, id)),
    );
  }
  return (await query.execute()).map(parseAlertRow);
}

/** Position of an episode for `EpisodeSelection.after`. */
export function toPagePosition({ closedAt, openedAt, episode }: Alert): [string, string, string] {
  return [closedAt === null ? '1' : '0', openedAt, episode];
}

function parseStanding(row: AlertTables['alert_standing']): Standing {
  return {
    monitor: row.monitor,
    alert: row.alert,
    cause: AlertCause.parse(row.cause),
    counts: StoredCounts.parse(JSON.parse(row.counts)),
    since: row.since,
    lookedAt: row.looked_at,
    lookedUntil: row.looked_until,
    reason: row.reason,
    episode: row.episode,
    retrained: row.retrained === null ? null : Retrained.parse(JSON.parse(row.retrained)),
    base: row.base === null ? null : LookBase.parse(JSON.parse(row.base)),
  };
}

function toEpisodeRow({ changedAt, closedAt, closedAs, reason, mute, ...facts }: Alert) {
  const { episode: id, monitor, alert, cause, openedAt } = facts;
  return {
    ...{ id, monitor, alert, cause, reason },
    opened_at: openedAt,
    changed_at: changedAt,
    closed_at: closedAt,
    closed_as: closedAs,
    is_open: closedAt === null ? '1' : '0',
    facts: JSON.stringify(facts),
    mute: mute === null ? null : JSON.stringify(mute),
  };
}

function parseAlertRow(row: AlertTables['alert_episode']): Alert {
  return {
    ...AlertEpisode.parse(JSON.parse(row.facts)),
    changedAt: row.changed_at,
    closedAt: row.closed_at,
    closedAs: Alert.shape.closedAs.parse(row.closed_as),
    reason: row.reason,
    mute: row.mute === null ? null : AlertMute.parse(JSON.parse(row.mute)),
  };
}
