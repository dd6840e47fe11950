import { AlertEpisode, buildLossKey } from '../../mlops/monitoring/schema.ts';
import type { StoredEvent } from '../../platform/events/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { decimalString } from '../../platform/units/index.ts';
import { formatInstant, type RetrainingDeps, scheduleCheck } from './context.ts';
import { type Occurrence, openRound, toLapsedRound } from './rounds.ts';
import type { RoundTrigger } from './schema.ts';
import { type EpisodeTrigger, nameTriggers } from './spec/schema.ts';
import {
  findRetrainings,
  findRoundByOccurrence,
  findRoundsByState,
  putRound,
  type StoredRetraining,
  type StoredRound,
} from './store.ts';

export const EPISODE_EVENTS = ['alert.opened', 'alert.changed', 'alert.closed'] as const;

/** At most one round for each episode of the monitor: opened, updated with the episode, and lapsed when the episode closes. */
export async function receiveEpisode(deps: RetrainingDeps, event: StoredEvent): Promise<void> {
  const episode = AlertEpisode.parse(event.payload);
  for (const { name, spec } of await findRetrainings(deps.store)) {
    if (spec.monitor !== episode.monitor) continue;
    await deps.store.transaction(async (sql) => {
      const [retraining] = await findRetrainings(sql, name);
      if (retraining === undefined) return;
      const round = await findRoundByOccurrence(sql, name, buildOccurrenceKey(episode));
      if (round !== null) await updateFromEpisode(deps, sql, round, { event, episode });
      else await openFromEpisode(deps, sql, retraining, { event, episode });
    });
  }
}

interface ReceivedEpisode {
  readonly event: StoredEvent;
  readonly episode: AlertEpisode;
}

async function openFromEpisode(
  deps: RetrainingDeps,
  sql: Sql,
  retraining: StoredRetraining,
  { event, episode }: ReceivedEpisode,
): Promise<void> {
  // Events from before the retraining existed may be delivered later.
  if (event.type === 'alert.closed' || event.at < retraining.since) return;
  const named = nameTriggers(retraining.spec.on).find(
    ({ trigger }) => 'episode' in trigger && isWantedEpisode(trigger, episode),
  );
  if (named === undefined || (await isUnderWay(sql, retraining.name, episode))) return;
  await openRound(deps, sql, retraining, buildOccurrence(named.name, { event, episode }));
}

/** Whether an active round exists for the same loss, from another alert: a loss leads to one round only. */
async function isUnderWay(sql: Sql, retraining: string, episode: AlertEpisode): Promise<boolean> {
  const key = buildLossKey(episode);
  if (key === null) return false;
  const rounds = await findRoundsByState(sql, retraining, ['waiting', 'starting', 'running']);
  return rounds.some(
    ({ episode: other }) => other !== null && other.alert !== episode.alert && buildLossKey(other) === key,
  );
}

/** Re-evaluates a waiting round when its episode has changed or grown. */
async function updateFromEpisode(
  deps: RetrainingDeps,
  sql: Sql,
  round: StoredRound,
  { event, episode }: ReceivedEpisode,
): Promise<void> {
  if (event.sequence <= round.heard || round.document.state !== 'waiting') return;
  const { trigger, retraining } = round.document;
  const heard = event.sequence;
  const told = { ...trigger, detail: describeEpisode(episode), cause: episode.cause, columns: episode.columns };
  const now: StoredRound = { ...round, heard, episode, document: { ...round.document, trigger: told } };
  if (event.type === 'alert.closed') return putRound(sql, toLapsedRound(deps, now, 'The episode has ended.'));
  await putRound(sql, { ...now, lookAt: formatInstant(deps.clock.now()) });
  await scheduleCheck(deps, sql, retraining, `event ${event.sequence}`);
}

function isWantedEpisode({ episode: wanted }: EpisodeTrigger, { cause, state, alert }: AlertEpisode): boolean {
  const isOf = (values: readonly string[], value: string) => values.includes(value);
  return isOf(wanted.causes, cause) && isOf(wanted.states, state) && (wanted.alert ?? alert) === alert;
}

function buildOccurrenceKey({ episode }: AlertEpisode): string {
  return `episode ${episode}`;
}

function buildOccurrence(name: string, { event, episode }: ReceivedEpisode): Occurrence {
  const trigger: RoundTrigger = {
    kind: 'episode',
    name,
    detail: describeEpisode(episode),
    at: episode.openedAt,
    episode: episode.episode,
    cause: episode.cause,
    columns: episode.columns,
    by: null,
  };
  const evidence: Occurrence['evidence'] = [
    { kind: 'monitor', id: episode.monitor },
    { kind: 'episode', id: episode.episode },
  ];
  return { occurrence: buildOccurrenceKey(episode), trigger, episode, heard: event.sequence, evidence };
}

const WORDS: Readonly<Record<AlertEpisode['cause'], string>> = {
  drift: 'drift',
  quality: 'loss of quality',
  estimated_quality: 'estimated loss of quality',
  latency: 'latency',
  errors: 'errors',
  no_data: 'no data',
};

/** `drift of price and country ("inputs" of monitor ranker)`. */
function describeEpisode({ cause, columns, alert, monitor, loss }: AlertEpisode): string {
  const of = columns.length === 0 ? '' : ` of ${formatColumns(columns)}`;
  const measured =
    loss === null ? '' : `: ${loss.metric} ${formatMeasure(loss.reference)} -> ${formatMeasure(loss.current)}`;
  return `${WORDS[cause]}${of}${measured} ("${alert}" of monitor ${monitor})`;
}

/** Four significant digits for display; the episode has the exact figures. */
function formatMeasure(value: number): string {
  return decimalString(value.toPrecision(4));
}

const SHOWN = 3;

function formatColumns(columns: readonly string[]): string {
  const more = columns.length - SHOWN;
  return `${columns.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
