import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/**
 * For tests: recommenders on MovieLens (latest-small) in time order. Each user's first 70 % of ratings are history; the films that the user
 * liked later are the relevant items. The models differ in how they keep the similarity of films.
 */
const file = join(import.meta.dirname, '../../../../../shared/data/stats/movielens-latest-small/ratings.csv.gz');
export const hasMovielens = existsSync(file);

const HISTORY_SHARE = 0.7;
const LIKED = 3.5;
const MOST_HISTORY = 200;
const LEAST_LIKES = 5;
const SHRINKAGE = 10;
const K = 10;

interface Rating {
  readonly film: number;
  readonly stars: number;
  readonly at: number;
}

export interface Visitor {
  readonly user: string;
  /** First later rating, Unix seconds: requests come in this order. */
  readonly at: number;
  readonly history: readonly Rating[];
  readonly relevant: readonly number[];
}

export interface Recommender {
  readonly visitors: readonly Visitor[];
  /** Ten films for each visitor, best first. `neighbours`: similar films kept of each; `bits`: of a similarity, null: all. */
  lists(model: { readonly neighbours: number; readonly bits: number | null }): Map<string, number[]>;
  /** The films that most users liked, for everybody. */
  popular(): Map<string, number[]>;
}

export function openRecommender(): Recommender {
  const visitors = readVisitors();
  const likes = countLikes(visitors);
  const films = [...likes].filter(([, count]) => count >= LEAST_LIKES).map(([film]) => film);
  const places = new Map(films.map((film, place) => [film, place]));
  const similar = computeSimilarity(
    visitors,
    places,
    films.map((film) => likes.get(film) ?? 0),
  );
  const byLikes = films.toSorted((a, b) => (likes.get(b) ?? 0) - (likes.get(a) ?? 0) || a - b);
  return {
    visitors,
    popular: () => new Map(visitors.map(({ user, history }) => [user, withoutSeen(byLikes, history).slice(0, K)])),
    lists({ neighbours, bits }) {
      const kept = similar.map((row) => keepNeighbours(row, neighbours, bits, similar));
      return new Map(visitors.map(({ user, history }) => [user, recommend(kept, places, films, history)]));
    },
  };
}

/** NDCG@10 with gains of 0 or 1, as the monitor computes it. */
export function computeNdcg(list: readonly number[], relevant: readonly number[]): number {
  const wanted = new Set(relevant);
  const gain = (rank: number) => 1 / Math.log2(rank + 2);
  const found = list.reduce((sum, film, rank) => sum + (wanted.has(film) ? gain(rank) : 0), 0);
  const best = Array.from({ length: Math.min(K, wanted.size) }, (_, rank) => gain(rank)).reduce(
    (sum, one) => sum + one,
    0,
  );
  return found / best;
}

function readVisitors(): Visitor[] {
  const lines = gunzipSync(readFileSync(file)).toString().replaceAll('\r', '').trim().split('\n').slice(1);
  const ratings = lines.map((line) => line.split(',').map(Number) as [number, number, number, number]);
  return [...Map.groupBy(ratings, ([user]) => user)]
    .flatMap(([user, own]) => {
      const inTime = own
        .map(([, film, stars, at]) => ({ film, stars, at }))
        .toSorted((a, b) => a.at - b.at || a.film - b.film);
      const split = Math.ceil(HISTORY_SHARE * inTime.length);
      const later = inTime.slice(split);
      const relevant = later.filter(({ stars }) => stars >= LIKED).map(({ film }) => film);
      const [first] = later;
      return first === undefined || relevant.length === 0
        ? []
        : [{ user: `user-${user}`, at: first.at, history: inTime.slice(0, split), relevant }];
    })
    .toSorted((a, b) => a.at - b.at || (a.user < b.user ? -1 : 1));
}

function countLikes(visitors: readonly Visitor[]): Map<number, number> {
  const likes = new Map<number, number>();
  for (const { history } of visitors) {
    for (const { film, stars } of history) if (stars >= LIKED) likes.set(film, (likes.get(film) ?? 0) + 1);
  }
  return likes;
}

/** Cosine of the users who liked both films, shrunk for rarely liked ones. */
function computeSimilarity(
  visitors: readonly Visitor[],
  places: ReadonlyMap<number, number>,
  likes: readonly number[],
): Float64Array[] {
  const together = likes.map(() => new Float64Array(likes.length));
  for (const { history } of visitors) {
    const liked = listLiked(history, places);
    for (const one of liked) {
      const row = together[one] as Float64Array;
      for (const other of liked) if (one !== other) row[other] = (row[other] as number) + 1;
    }
  }
  return together.map((row, one) =>
    row.map((count, other) => count / (Math.sqrt((likes[one] ?? 0) * (likes[other] ?? 0)) + SHRINKAGE)),
  );
}

function listLiked(history: readonly Rating[], places: ReadonlyMap<number, number>): number[] {
  const liked = history.filter(({ film, stars }) => stars >= LIKED && places.has(film)).slice(-MOST_HISTORY);
  return liked.map(({ film }) => places.get(film) as number);
}

type Neighbours = readonly (readonly [place: number, similarity: number])[];

function keepNeighbours(
  row: Float64Array,
  most: number,
  bits: number | null,
  all: readonly Float64Array[],
): Neighbours {
  const kept = [...row.entries()]
    .filter(([, value]) => value > 0)
    .toSorted((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, most);
  if (bits === null) return kept;
  const largest = computeLargest(all);
  const levels = 2 ** bits - 1;
  return kept.map(([place, value]) => [place, (Math.round((value / largest) * levels) / levels) * largest]);
}

const largestOf = new WeakMap<readonly Float64Array[], number>();
function computeLargest(all: readonly Float64Array[]): number {
  const known = largestOf.get(all) ?? all.reduce((most, row) => Math.max(most, ...row), 0);
  largestOf.set(all, known);
  return known;
}

function recommend(
  kept: readonly Neighbours[],
  places: ReadonlyMap<number, number>,
  films: readonly number[],
  history: readonly Rating[],
): number[] {
  const scores = new Float64Array(films.length);
  for (const place of listLiked(history, places)) {
    for (const [other, similarity] of kept[place] ?? []) scores[other] = (scores[other] as number) + similarity;
  }
  const ranked = [...scores.keys()].toSorted((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
  return withoutSeen(
    ranked.slice(0, K + MOST_HISTORY * 5).map((place) => films[place] as number),
    history,
  ).slice(0, K);
}

function withoutSeen(films: readonly number[], history: readonly Rating[]): number[] {
  const seen = new Set(history.map(({ film }) => film));
  return films.filter((film) => !seen.has(film));
}
