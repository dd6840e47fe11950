import { isDeepStrictEqual } from 'node:util';
import type { Sql, Store } from '../../../../platform/store/index.ts';
import type { Money } from '../../../../platform/units/schema.ts';
import type { Monitor } from '../../../monitors/schema.ts';
import { findLastPlace, type LookBase, listLooksAfter, type StoredLook, saveLook } from '../looks/store.ts';
import { computeLossValue } from '../losses.ts';
import { type Replayed, replay } from '../replay.ts';
import {
  findStanding,
  listEpisodesAfter,
  listStandings,
  type PlacedEpisode,
  type Standing,
  saveStanding,
} from '../store.ts';
import { lockAlert, type TakingDeps } from '../take-look.ts';
import { closeRevised, openFound, storeEnded, updateJudged } from './change-episodes.ts';
import { type JudgingDeps, judgeLooks, MOST_LOOKS } from './judge-looks.ts';
import { type JudgedEpisode, type MatchedEpisodes, matchEpisodes } from './match-episodes.ts';

export interface JudgingAgainDeps extends TakingDeps, JudgingDeps {
  readonly store: Store;
}

/** Maximum share of time for re-evaluating all monitors, so that a steady flow of labels does not overload the server. */
const BUSY_SHARE = 0.02;

interface LastJudgement {
  readonly state: string;
  readonly at: number;
  readonly tookMs: number;
}

/**
 * Judges looks at drift and quality again when predictions or labels have come since, so that alerts do not depend on the order in which they came: each look
 * as if all that is known now had been known then. Answers a function for one monitor.
 */
export function createJudging(deps: JudgingAgainDeps): (monitor: Monitor, signal: AbortSignal) => Promise<void> {
  const judged = new Map<string, LastJudgement>();
  return async (monitor, signal) => {
    const { predictions, labels } = deps.tables;
    const state = `${await predictions.state()} / ${await labels.state()} / ${JSON.stringify(monitor.spec)}`;
    const before = judged.get(monitor.monitor);
    const now = deps.clock.now();
    const restMs = ((before?.tookMs ?? 0) / BUSY_SHARE) * judged.size;
    if (before !== undefined && (before.state === state || now - before.at < restMs)) return;
    const startedAt = performance.now();
    for (const standing of await listStandings(deps.store, monitor.monitor)) {
      if (signal.aborted) return;
      await judgeAlert(deps, monitor, standing);
    }
    judged.set(monitor.monitor, { state, at: now, tookMs: performance.now() - startedAt });
  };
}

async function judgeAlert(deps: JudgingAgainDeps, monitor: Monitor, standing: Standing): Promise<void> {
  const base = await findLookBase(deps.store, standing);
  if (base === null) return;
  const looks = await listLooksAfter(deps.store, standing, { place: base.place, limit: MOST_LOOKS });
  const now = await judgeLooks(deps, monitor, looks);
  const replayed = replay(now, base.counts);
  const next = now.map((look, at) => ({ ...look, counts: replayed.counts[at] ?? look.counts }));
  const changed = next.filter((look, at) => !isDeepStrictEqual(look, looks[at]));
  if (changed.length === 0) return;
  const money = new Map<JudgedEpisode, Money | null>();
  for (const episode of replayed.episodes) {
    const priced = episode.priced?.look ?? null;
    money.set(episode, priced === null ? null : await computeLossValue(deps, monitor, priced.loss, priced.window));
  }
  const at = new Date(deps.clock.now()).toISOString();
  const place = looks.at(-1)?.place ?? base.place;
  await deps.store.transaction(async (sql) => {
    await lockAlert(sql, monitor.monitor, standing.alert);
    const before = await findStanding(sql, monitor.monitor, standing.alert);
    // A look was taken since: the next minute judges with it.
    if (!isDeepStrictEqual(before, standing) || (await findLastPlace(sql, standing)) !== place) return;
    for (const look of changed) await saveLook(sql, standing, look);
    const stored = await listEpisodesAfter(sql, standing.monitor, standing.alert, base.place);
    const spans = stored.flatMap((one) =>
      one.alert.closedAs === 'revised' ? [] : [{ ...one, isOpen: one.alert.closedAt === null }],
    );
    const changes = matchEpisodes(spans, replayed.episodes);
    const episode = await changeEpisodes({ deps, sql, monitor, at, standing }, changes, money);
    await saveStanding(sql, computeStanding({ standing, replayed, last: next.at(-1), episode, at }));
  });
}

/**
 * Null: no look can be judged again, because looks are not stored, or because a retrained version has answered and is judged
 * separately.
 */
async function findLookBase(sql: Sql, { base, retrained, ...name }: Standing): Promise<LookBase | null> {
  if (base === null || retrained !== null) return null;
  const first = (await findLastPlace(sql, name)) - MOST_LOOKS;
  if (first <= base.place) return base;
  const [look] = await listLooksAfter(sql, name, { place: first - 1, limit: MOST_LOOKS + 1 });
  return look === undefined ? base : { place: look.place, counts: look.counts };
}

export interface EpisodeChangeInput {
  readonly deps: JudgingAgainDeps;
  readonly sql: Sql;
  readonly monitor: Monitor;
  readonly at: string;
  readonly standing: Standing;
}

/** Answers the id of the episode that is open afterwards; null: none is. */
async function changeEpisodes(
  changing: EpisodeChangeInput,
  { matched, added, revised }: MatchedEpisodes<PlacedEpisode & { readonly isOpen: boolean }>,
  money: ReadonlyMap<JudgedEpisode, Money | null>,
): Promise<string | null> {
  let open: string | null = null;
  // Close revised episodes first: an alert has at most one open episode.
  for (const { alert } of revised) await closeRevised(changing, alert);
  for (const { before, now } of matched) {
    await updateJudged(changing, before.alert, now, money.get(now) ?? null);
    if (now.closed === null) open = before.alert.episode;
  }
  for (const now of added) {
    if (now.closed !== null) await storeEnded(changing, now, money.get(now) ?? null);
    else open = await openFound(changing, now, money.get(now) ?? null);
  }
  return open;
}

interface After {
  readonly standing: Standing;
  readonly replayed: Replayed<StoredLook>;
  readonly last: StoredLook | undefined;
  readonly episode: string | null;
  readonly at: string;
}

function computeStanding({ standing, replayed, last, episode, at }: After): Standing {
  const counts = replayed.counts.at(-1) ?? standing.counts;
  const since = counts.state === standing.counts.state ? standing.since : at;
  return { ...standing, counts, since, episode, reason: last?.look.reason ?? standing.reason };
}
