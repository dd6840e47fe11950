import { isDeepStrictEqual } from 'node:util';
import type { Sql } from '../../../../platform/store/index.ts';
import type { Money } from '../../../../platform/units/schema.ts';
import type { Monitor } from '../../../monitors/schema.ts';
import type { Alert } from '../schema.ts';
import { insertEpisode, updateEpisode } from '../store.ts';
import { append, buildAlert, isKnownNow, type TakingDeps, tell } from '../take-look.ts';
import type { JudgedEpisode } from './match-episodes.ts';

/** Context of a pass that judges the looks of an alert again: its transaction and its instant. */
interface EpisodeChangeContext {
  readonly deps: TakingDeps;
  readonly sql: Sql;
  readonly monitor: Monitor;
  readonly at: string;
}

/**
 * Closes an episode that the current labels no longer confirm. Sends a notice only if the episode is open: a closed one has
 * sent its notice.
 */
export async function closeRevised({ deps, sql, monitor, at }: EpisodeChangeContext, before: Alert): Promise<void> {
  const reason = 'By the labels that arrived later, there is no such episode.';
  const closedAt = before.closedAt ?? at;
  const alert: Alert = { ...before, state: 'ok', changedAt: at, closedAt, closedAs: 'revised', reason };
  await updateEpisode(sql, alert);
  if (before.closedAt === null) await tell(deps, sql, { monitor, alert, happened: 'closed' });
}

export async function updateJudged(
  { deps, sql, monitor, at }: EpisodeChangeContext,
  before: Alert,
  now: JudgedEpisode,
  moneyPerDay: Money | null,
): Promise<void> {
  const alert = buildJudgedAlert(before, now, { moneyPerDay, at });
  const looks = { firstLook: now.opened?.place, lastLook: now.closed?.place ?? null };
  await updateEpisode(sql, alert, looks);
  if (before.closedAt !== null || isDeepStrictEqual(before, alert)) return;
  if (alert.closedAt !== null) await tell(deps, sql, { monitor, alert, happened: 'closed' });
  else if (alert.state !== before.state) await tell(deps, sql, { monitor, alert, happened: 'changed' });
  else if (isKnownNow(before, alert)) await append(deps, sql, alert, 'changed');
}

/** Answers its id. */
export async function openFound(
  { deps, sql, monitor, at }: EpisodeChangeContext,
  now: JudgedEpisode,
  moneyPerDay: Money | null,
): Promise<string> {
  const alert = buildFoundAlert(monitor, now, { moneyPerDay, at });
  await insertEpisode(sql, alert, { firstLook: now.opened?.place });
  await tell(deps, sql, { monitor, alert, happened: 'opened' });
  return alert.episode;
}

/** Stores an episode that opened and closed before its labels were known: it is listed, and no notice is sent. */
export async function storeEnded(
  { sql, monitor, at }: EpisodeChangeContext,
  now: JudgedEpisode,
  moneyPerDay: Money | null,
): Promise<void> {
  const alert = buildJudgedAlert(buildFoundAlert(monitor, now, { moneyPerDay, at }), now, { moneyPerDay, at });
  await insertEpisode(sql, alert, { firstLook: now.opened?.place, lastLook: now.closed?.place });
}

interface EpisodeChangeFacts {
  readonly moneyPerDay: Money | null;
  readonly at: string;
}

function buildFoundAlert(
  monitor: Monitor,
  { opened, shown, priced, state }: JudgedEpisode,
  { moneyPerDay, at }: EpisodeChangeFacts,
): Alert {
  const first = shown ?? opened;
  if (first === null) throw new Error('an episode starts with an evaluation');
  const look = { ...first.look, loss: priced?.look.loss ?? null };
  return buildAlert({ monitor, rule: first.rule, look, moneyPerDay, at }, state);
}

/** Facts of an open episode come from the last bad look; the reason of a closed one comes from the last good look. */
function buildJudgedAlert(
  before: Alert,
  { closed, shown, priced, state }: JudgedEpisode,
  { moneyPerDay, at }: EpisodeChangeFacts,
): Alert {
  const look = shown?.look;
  const bad =
    look === undefined
      ? {}
      : { window: look.window, version: look.version, columns: [...look.columns], reason: look.reason };
  const known = priced === null ? {} : { loss: priced.look.loss, moneyPerDay };
  const now: Alert = { ...before, ...bad, ...known };
  if (closed === null) return { ...now, state, changedAt: state === before.state ? before.changedAt : at };
  const end = { closedAt: before.closedAt ?? at, closedAs: before.closedAs ?? ('recovered' as const) };
  const changedAt = before.closedAt === null ? at : before.changedAt;
  return { ...now, state: 'ok', changedAt, ...end, reason: closed.look.reason };
}
