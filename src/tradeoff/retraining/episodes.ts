import { AlertEpisode, lossKey } from '../../mlops/monitoring/schema.ts';
import type { StoredEvent } from '../../platform/events/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { decimalString } from '../../platform/units/index.ts';
import { iso, lookSoon, type RetrainingDeps } from './context.ts';
import { lapsed, type Occurrence, openRound } from './rounds.ts';
import type { RoundTrigger } from './schema.ts';
import { type EpisodeTrigger, namedTriggers } from './spec/schema.ts';
import {
  findRetrainings,
  putRound,
  roundOfOccurrence,
  roundsIn,
  type StoredRetraining,
  type StoredRound,
} from './store.ts';

export const EPISODE_EVENTS = ['alert.opened', 'alert.changed', 'alert.closed'] as const;

/** At most one round for each episode of the monitor: opened, updated with the episode, and lapsed when the episode closes. */
export async function hearEpisode(deps: RetrainingDeps, event: StoredEvent): Promise<void> {
  const episode = AlertEpisode.parse(event.payload);
  for (const { name, spec } of await findRetrainings(deps.store)) {
    if (spec.monitor !== episode.monitor) continue;
    await deps.store.transaction(async (sql) => {
      const [retraining] = await findRetrainings(sql, name);
      if (retraining === undefined) return;
      const round = await roundOfOccurrence(sql, name, occurrenceOf(episode));
      if (round !== null) await heardMore(deps, sql, round, { event, episode });
      else await heardFirst(deps, sql, retraining, { event, episode });
    });
  }
}

interface Heard {
  readonly event: StoredEvent;
  readonly episode: AlertEpisode;
}

async function heardFirst(
  deps: RetrainingDeps,
  sql: Sql,
  retraining: StoredRetraining,
  { event, episode }: Heard,
): Promise<void> {
  // Events from before the retraining existed may be delivered later.
  if (event.type === 'alert.closed' || event.at < retraining.since) return;
  const named = namedTriggers(retraining.spec.on).find(
    ({ trigger }) => 'episode' in trigger && isMeant(trigger, episode),
  );
  if (named === undefined || (await isUnderWay(sql, retraining.name, episode))) return;
  await openRound(deps, sql, retraining, occurred(named.name, { event, episode }));
}

/** Whether an active round exists for the same loss, from another alert: a loss leads to one round only. */
async function isUnderWay(sql: Sql, retraining: string, episode: AlertEpisode): Promise<boolean> {
  const key = lossKey(episode);
  if (key === null) return false;
  const rounds = await roundsIn(sql, retraining, ['waiting', 'starting', 'running']);
  return rounds.some(({ episode: other }) => other !== null && other.alert !== episode.alert && lossKey(other) === key);
}

/** Re-evaluates a waiting round when its episode has changed or grown. */
async function heardMore(deps: RetrainingDeps, sql: Sql, round: StoredRound, { event, episode }: Heard): Promise<void> {
  if (event.sequence <= round.heard || round.document.state !== 'waiting') return;
  const { trigger, retraining } = round.document;
  const heard = event.sequence;
  const told = { ...trigger, detail: detailOf(episode), cause: episode.cause, columns: episode.columns };
  const now: StoredRound = { ...round, heard, episode, document: { ...round.document, trigger: told } };
  if (event.type === 'alert.closed') return putRound(sql, lapsed(deps, now, 'The episode has ended.'));
  await putRound(sql, { ...now, lookAt: iso(deps.clock.now()) });
  await lookSoon(deps, sql, retraining, `event ${event.sequence}`);
}

function isMeant({ episode: wanted }: EpisodeTrigger, { cause, state, alert }: AlertEpisode): boolean {
  const isOf = (values: readonly string[], value: string) => values.includes(value);
  return isOf(wanted.causes, cause) && isOf(wanted.states, state) && (wanted.alert ?? alert) === alert;
}

function occurrenceOf({ episode }: AlertEpisode): string {
  return `episode ${episode}`;
}

function occurred(name: string, { event, episode }: Heard): Occurrence {
  const trigger: RoundTrigger = {
    kind: 'episode',
    name,
    detail: detailOf(episode),
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
  return { occurrence: occurrenceOf(episode), trigger, episode, heard: event.sequence, evidence };
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
function detailOf({ cause, columns, alert, monitor, loss }: AlertEpisode): string {
  const of = columns.length === 0 ? '' : ` of ${listed(columns)}`;
  const measured = loss === null ? '' : `: ${loss.metric} ${shown(loss.reference)} -> ${shown(loss.current)}`;
  return `${WORDS[cause]}${of}${measured} ("${alert}" of monitor ${monitor})`;
}

/** Four significant digits for display; the episode has the exact figures. */
function shown(value: number): string {
  return decimalString(value.toPrecision(4));
}

const SHOWN = 3;

function listed(columns: readonly string[]): string {
  const more = columns.length - SHOWN;
  return `${columns.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
