import type { Lake, LakeRow } from '../../platform/lake/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { type Answers, type OutcomeRelation, readOutcome } from './cascade-answers.ts';
import { readNumber } from './import-table.ts';
import type { Moments, PairedOutcomes } from './schema.ts';

/** One outcome of two tables or cascades. */
export interface PairQuestion {
  readonly candidate: Answers;
  readonly baseline: Answers;
  readonly outcome: string;
}

/**
 * Pairs two tables by example id and answers the sufficient statistics of an outcome; computed in SQL, because 10^6 pairs
 * must not pass through the event loop. null where one of the tables lacks the outcome.
 */
export async function pairTables(
  lake: Lake,
  sql: Sql,
  { candidate, baseline, outcome }: PairQuestion,
): Promise<PairedOutcomes | null> {
  return lake.hold(async () => {
    const ours = await readOutcome(lake, sql, candidate, outcome);
    const theirs = await readOutcome(lake, sql, baseline, outcome);
    return ours === null || theirs === null || ours.kind !== theirs.kind ? null : pairRelations(lake, ours, theirs);
  });
}

/** The same of outcomes of one kind, within a hold of the lake. */
export async function pairRelations(
  lake: Lake,
  ours: OutcomeRelation,
  theirs: OutcomeRelation,
): Promise<PairedOutcomes> {
  const { kind, hasClusters } = ours;
  const joined = `SELECT a.o AS c, b.o AS b, a.o - b.o AS d${hasClusters ? ', a.cluster' : ''}
    FROM ${ours.from} a JOIN ${theirs.from} b USING (id)`;
  const [row = {}] = await lake.query(buildSumsSql(joined, { hasClusters }));
  return toPairedOutcomes(row, kind === 'binary');
}

/** Sums of a SELECT with the outcomes `c` and `b`, their difference `d` and, with clusters, `cluster`. `further`: more sums of its columns. */
export function buildSumsSql(
  joined: string,
  { hasClusters, further = '' }: { readonly hasClusters: boolean; readonly further?: string },
): string {
  const sums = `${SUMS}${further}`;
  return hasClusters ? buildClusteredSql(joined, sums) : `SELECT ${sums} FROM (${joined})`;
}

/** One outcome of several tables or cascades, each paired with the same one. */
export interface PairsQuestion {
  readonly candidates: readonly Answers[];
  readonly baseline: Answers;
  readonly outcome: string;
}

/** Tables that one query reads at most. */
const TABLES_OF_A_QUERY = 50;

/**
 * The same for several candidates, in their order: one query for many tables, because a frontier compares each of its versions with all others.
 * Tables with clusters are paired one by one.
 */
export async function pairManyTables(
  lake: Lake,
  sql: Sql,
  { candidates, baseline, outcome }: PairsQuestion,
): Promise<(PairedOutcomes | null)[]> {
  const answers: (PairedOutcomes | null)[] = candidates.map(() => null);
  await lake.hold(async () => {
    const other = await readOutcome(lake, sql, baseline, outcome);
    const together: PlacedOutcome[] = [];
    for (const [place, candidate] of other === null ? [] : candidates.entries()) {
      const own = await readOutcome(lake, sql, candidate, outcome);
      if (own === null || other === null || own.kind !== other.kind) continue;
      if (own.hasClusters) answers[place] = await pairRelations(lake, own, other);
      else together.push({ place, from: own.from });
    }
    for (let from = 0; other !== null && from < together.length; from += TABLES_OF_A_QUERY) {
      const paired = await queryPairs(lake, together.slice(from, from + TABLES_OF_A_QUERY), other);
      for (const [place, outcomes] of paired) answers[place] = outcomes;
    }
  });
  return answers;
}

interface PlacedOutcome extends Pick<OutcomeRelation, 'from'> {
  readonly place: number;
}

async function queryPairs(
  lake: Lake,
  candidates: readonly PlacedOutcome[],
  baseline: OutcomeRelation,
): Promise<[place: number, PairedOutcomes][]> {
  const parts = candidates.map(({ place, from }) => `SELECT ${place} AS place, id, o FROM ${from}`);
  const joined = `SELECT a.place, a.o AS c, b.o AS b, a.o - b.o AS d FROM (${parts.join(' UNION ALL ')}) a
    JOIN ${baseline.from} b USING (id)`;
  const rows = await lake.query(`SELECT place::INTEGER AS place, ${SUMS} FROM (${joined}) GROUP BY place`);
  const byPlace = new Map(rows.map((row) => [Number(row.place), row]));
  const isBinary = baseline.kind === 'binary';
  return candidates.map(({ place }) => [place, toPairedOutcomes(byPlace.get(place) ?? NO_PAIRS, isBinary)]);
}

const NO_PAIRS: LakeRow = { pairs: 0, both_correct: 0, candidate_only: 0, baseline_only: 0, neither: 0 };

const SUMS = `count(*)::INTEGER AS pairs, avg(c) AS cm, var_samp(c) AS cv, avg(b) AS bm, var_samp(b) AS bv, avg(d) AS dm, var_samp(d) AS dv,
  count(*) FILTER (c = 1 AND b = 1)::INTEGER AS both_correct, count(*) FILTER (c = 1 AND b = 0)::INTEGER AS candidate_only,
  count(*) FILTER (c = 0 AND b = 1)::INTEGER AS baseline_only, count(*) FILTER (c = 0 AND b = 0)::INTEGER AS neither`;

/**
 * Cluster-robust variance of a mean: G / (G - 1) times the sum over clusters of (sum of residuals)^2, divided by n^2.
 * Source: Cameron, Miller, "A practitioner's guide to cluster-robust inference" (2015), section II.
 */
function buildClusteredSql(joined: string, sums: string): string {
  return `WITH pairs AS MATERIALIZED (${joined}), sums AS (SELECT ${sums} FROM pairs),
    groups AS (SELECT count(*) AS n, sum(d) AS total FROM pairs GROUP BY cluster)
    SELECT sums.*, g.clusters::INTEGER AS clusters, g.robust AS robust FROM sums, (
      SELECT count(*) AS clusters, sum(power(total - n * sums.dm, 2)) * count(*) / nullif(count(*) - 1, 0) AS robust
      FROM groups, sums) g`;
}

export function toPairedOutcomes(row: LakeRow, isBinary: boolean): PairedOutcomes {
  const pairs = Number(row.pairs ?? 0);
  const moments = (letter: string): Moments => ({
    mean: Number(row[`${letter}m`] ?? 0),
    variance: readNumber(row, `${letter}v`),
  });
  const counts = {
    both: Number(row.both_correct),
    onlyCandidate: Number(row.candidate_only),
    onlyBaseline: Number(row.baseline_only),
    neither: Number(row.neither),
  };
  const difference = moments('d');
  return {
    pairs,
    counts: isBinary ? counts : null,
    candidate: moments('c'),
    baseline: moments('b'),
    difference,
    clusters:
      row.clusters === undefined
        ? null
        : {
            count: Number(row.clusters),
            inflation: computeInflation(readNumber(row, 'robust'), pairs, difference.variance),
          },
  };
}

/** Ratio of the cluster-robust variance of the mean difference to that of independent examples; at least 1. */
export function computeInflation(robust: number | null, pairs: number, variance: number | null): number {
  if (robust === null || variance === null || variance === 0) return 1;
  return Math.max(1, robust / (pairs * variance));
}
