import type { Lake, LakeRow } from '../../platform/lake/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { readNumber } from './import-table.ts';
import { EVALUATION_ROWS } from './lake-table.ts';
import type { Moments, PairedOutcomes } from './schema.ts';
import type { StoredEvaluation } from './store.ts';

/** One outcome of two tables. */
export interface PairQuestion {
  readonly candidate: StoredEvaluation;
  readonly baseline: StoredEvaluation;
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
  const places = [candidate, baseline].map(({ evaluation }) =>
    evaluation.outcomes.findIndex((one) => one.outcome === outcome),
  );
  const [ours = -1, theirs = -1] = places;
  if (ours < 0 || theirs < 0) return null;
  const kinds = [candidate.evaluation.outcomes[ours]?.kind, baseline.evaluation.outcomes[theirs]?.kind];
  if (kinds[0] !== kinds[1]) return null;
  return lake.hold(async () => {
    const [left, right] = [await readRelation(lake, sql, candidate), await readRelation(lake, sql, baseline)];
    const hasClusters = candidate.evaluation.clusters !== null;
    const joined = `SELECT a.o AS c, b.o AS b, a.o - b.o AS d${hasClusters ? ', a.cluster' : ''}
      FROM (SELECT id, outcomes[${ours + 1}] AS o${hasClusters ? ', cluster' : ''} FROM ${left}) a
      JOIN (SELECT id, outcomes[${theirs + 1}] AS o FROM ${right}) b USING (id)`;
    const [row = {}] = await lake.query(hasClusters ? buildClusteredSql(joined) : `SELECT ${SUMS} FROM (${joined})`);
    return toPairedOutcomes(row, kinds[0] === 'binary');
  });
}

/** One outcome of several tables, each paired with the same one. */
export interface PairsQuestion {
  readonly candidates: readonly StoredEvaluation[];
  readonly baseline: StoredEvaluation;
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
  const together: { readonly place: number; readonly candidate: StoredEvaluation }[] = [];
  for (const [place, candidate] of candidates.entries()) {
    const isPlain = candidate.evaluation.clusters === null && isSameKind(candidate, baseline, outcome);
    if (isPlain) together.push({ place, candidate });
    else answers[place] = await pairTables(lake, sql, { candidate, baseline, outcome });
  }
  for (let from = 0; from < together.length; from += TABLES_OF_A_QUERY) {
    const part = together.slice(from, from + TABLES_OF_A_QUERY);
    const tables = part.map(({ candidate }) => candidate);
    const paired = await queryPairs(lake, sql, { candidates: tables, baseline, outcome });
    for (const [at, { place }] of part.entries()) answers[place] = paired[at] ?? null;
  }
  return answers;
}

function isSameKind(candidate: StoredEvaluation, baseline: StoredEvaluation, outcome: string): boolean {
  const [ours, theirs] = [candidate, baseline].map(({ evaluation }) =>
    evaluation.outcomes.find((one) => one.outcome === outcome),
  );
  return ours !== undefined && theirs !== undefined && ours.kind === theirs.kind;
}

async function queryPairs(
  lake: Lake,
  sql: Sql,
  { candidates, baseline, outcome }: PairsQuestion,
): Promise<PairedOutcomes[]> {
  const placeOf = ({ evaluation }: StoredEvaluation) =>
    evaluation.outcomes.findIndex((one) => one.outcome === outcome) + 1;
  const isBinary = baseline.evaluation.outcomes[placeOf(baseline) - 1]?.kind === 'binary';
  return lake.hold(async () => {
    const parts: string[] = [];
    for (const [at, candidate] of candidates.entries()) {
      const relation = await readRelation(lake, sql, candidate);
      parts.push(`SELECT ${at} AS place, id, outcomes[${placeOf(candidate)}] AS o FROM ${relation}`);
    }
    const other = await readRelation(lake, sql, baseline);
    const joined = `SELECT a.place, a.o AS c, b.o AS b, a.o - b.o AS d FROM (${parts.join(' UNION ALL ')}) a
      JOIN (SELECT id, outcomes[${placeOf(baseline)}] AS o FROM ${other}) b USING (id)`;
    const rows = await lake.query(`SELECT place::INTEGER AS place, ${SUMS} FROM (${joined}) GROUP BY place`);
    const byPlace = new Map(rows.map((row) => [Number(row.place), row]));
    return candidates.map((_, at) => toPairedOutcomes(byPlace.get(at) ?? NO_PAIRS, isBinary));
  });
}

const NO_PAIRS: LakeRow = { pairs: 0, both_correct: 0, candidate_only: 0, baseline_only: 0, neither: 0 };

/** Rows of one evaluation as a FROM item. */
export async function readRelation(lake: Lake, sql: Sql, { lakeFile }: StoredEvaluation): Promise<string> {
  return lake.stagedRelation(EVALUATION_ROWS, await lake.filesById(sql, EVALUATION_ROWS, [lakeFile]));
}

const SUMS = `count(*)::INTEGER AS pairs, avg(c) AS cm, var_samp(c) AS cv, avg(b) AS bm, var_samp(b) AS bv, avg(d) AS dm, var_samp(d) AS dv,
  count(*) FILTER (c = 1 AND b = 1)::INTEGER AS both_correct, count(*) FILTER (c = 1 AND b = 0)::INTEGER AS candidate_only,
  count(*) FILTER (c = 0 AND b = 1)::INTEGER AS baseline_only, count(*) FILTER (c = 0 AND b = 0)::INTEGER AS neither`;

/**
 * Cluster-robust variance of a mean: G / (G - 1) times the sum over clusters of (sum of residuals)^2, divided by n^2.
 * Source: Cameron, Miller, "A practitioner's guide to cluster-robust inference" (2015), section II.
 */
function buildClusteredSql(joined: string): string {
  return `WITH pairs AS MATERIALIZED (${joined}), sums AS (SELECT ${SUMS} FROM pairs),
    groups AS (SELECT count(*) AS n, sum(d) AS total FROM pairs GROUP BY cluster)
    SELECT sums.*, g.clusters::INTEGER AS clusters, g.robust AS robust FROM sums, (
      SELECT count(*) AS clusters, sum(power(total - n * sums.dm, 2)) * count(*) / nullif(count(*) - 1, 0) AS robust
      FROM groups, sums) g`;
}

function toPairedOutcomes(row: LakeRow, isBinary: boolean): PairedOutcomes {
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
        : { count: Number(row.clusters), inflation: computeInflation(readNumber(row, 'robust'), pairs, difference) },
  };
}

/** Ratio of the cluster-robust variance of the mean difference to that of independent examples; at least 1. */
function computeInflation(robust: number | null, pairs: number, { variance }: Moments): number {
  if (robust === null || variance === null || variance === 0) return 1;
  return Math.max(1, robust / (pairs * variance));
}
