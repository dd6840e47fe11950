/** One item of one user's list, as an evaluation of recommendations or search writes it. */
export interface RankedRow {
  readonly user: string;
  readonly item: string;
  /** The higher, the earlier in the list; null: a relevant item that was not retrieved. A rank is given as its negative. */
  readonly score: number | null;
  /** 0 for an item that is not relevant; above 0 the gain of the item, 1 for a yes. */
  readonly relevance: number;
}

/** Ranking metrics of one user's list, each 0 to 1. */
export interface RankingMetrics {
  /** Relevant items among the first k / all relevant items. */
  readonly recall: number;
  /** Discounted gain of the first k / that of the best possible order, gain = relevance, discount log2(position + 1). */
  readonly ndcg: number;
  /** 1 / position of the first relevant item among the first k; 0 without one. */
  readonly reciprocalRank: number;
  /** 1 with a relevant item among the first k, else 0. */
  readonly hit: number;
}

/** Ranking metrics by user; users without a relevant item have no metrics and are counted apart. */
export interface RankingEvaluation {
  readonly byUser: ReadonlyMap<string, RankingMetrics>;
  readonly usersWithoutRelevant: number;
}

/**
 * Recall@k, NDCG@k, reciprocal rank and hit rate per user. Equal scores are ordered by item id, which does not favour relevant items.
 * Source of NDCG: Järvelin and Kekäläinen, ACM TOIS 20 (2002), with linear gain.
 *
 * @throws RangeError for k below 1, an item twice in one list, a relevance below 0 or a score that is not a number.
 * @example computeRankingMetrics([{ user: 'u', item: 'a', score: 2, relevance: 0 }, { user: 'u', item: 'b', score: 1, relevance: 1 }], 10)
 */
export function computeRankingMetrics(rows: Iterable<RankedRow>, k: number): RankingEvaluation {
  if (!(Number.isInteger(k) && k >= 1)) throw new RangeError(`k must be an integer of at least 1, not ${k}.`);
  const byUser = new Map<string, RankingMetrics>();
  let usersWithoutRelevant = 0;
  for (const [user, list] of groupByUser(rows)) {
    const metrics = measureList(list, k);
    if (metrics === null) usersWithoutRelevant += 1;
    else byUser.set(user, metrics);
  }
  return { byUser, usersWithoutRelevant };
}

function groupByUser(rows: Iterable<RankedRow>): Map<string, Map<string, RankedRow>> {
  const lists = new Map<string, Map<string, RankedRow>>();
  for (const row of rows) {
    const list = lists.get(row.user) ?? new Map<string, RankedRow>();
    if (list.has(row.item)) throw new RangeError(`Item ${row.item} appears twice in the list of user ${row.user}.`);
    if (!(row.relevance >= 0 && row.relevance < Number.POSITIVE_INFINITY) || Number.isNaN(row.score)) {
      throw new RangeError(`Item ${row.item} of user ${row.user} needs a relevance of at least 0 and a score or null.`);
    }
    lists.set(row.user, list.set(row.item, row));
  }
  return lists;
}

function measureList(list: ReadonlyMap<string, RankedRow>, k: number): RankingMetrics | null {
  const rows = [...list.values()];
  const gains = rows.map(({ relevance }) => relevance).filter((gain) => gain > 0);
  if (gains.length === 0) return null;
  const first = rows
    .filter(({ score }) => score !== null)
    .sort(compareRows)
    .slice(0, k);
  const firstGains = first.map(({ relevance }) => relevance);
  const found = firstGains.filter((gain) => gain > 0).length;
  const position = firstGains.findIndex((gain) => gain > 0);
  const best = gains.sort((a, b) => b - a).slice(0, k);
  return {
    recall: found / gains.length,
    ndcg: sumDiscounted(firstGains) / sumDiscounted(best),
    reciprocalRank: position < 0 ? 0 : 1 / (position + 1),
    hit: found > 0 ? 1 : 0,
  };
}

function compareRows(a: RankedRow, b: RankedRow): number {
  return (b.score ?? 0) - (a.score ?? 0) || (a.item < b.item ? -1 : 1);
}

function sumDiscounted(gains: readonly number[]): number {
  return gains.reduce((sum, gain, index) => sum + gain / Math.log2(index + 2), 0);
}

/** Differences of one ranking metric by user, and the users that only one side could measure. */
export interface PairedRanking {
  readonly differences: Float64Array;
  readonly users: readonly string[];
  readonly onlyCandidate: number;
  readonly onlyBaseline: number;
}

/** Pairs one ranking metric of two evaluations by user: candidate - baseline, in the order of the candidate's users. */
export function pairRankings(
  candidate: RankingEvaluation,
  baseline: RankingEvaluation,
  metric: keyof RankingMetrics,
): PairedRanking {
  const users: string[] = [];
  const differences: number[] = [];
  for (const [user, metrics] of candidate.byUser) {
    const other = baseline.byUser.get(user);
    if (other === undefined) continue;
    users.push(user);
    differences.push(metrics[metric] - other[metric]);
  }
  return {
    differences: Float64Array.from(differences),
    users,
    onlyCandidate: candidate.byUser.size - users.length,
    onlyBaseline: baseline.byUser.size - users.length,
  };
}
