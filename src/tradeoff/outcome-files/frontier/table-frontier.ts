import { computeWilsonInterval } from '../../statistics/index.ts';
import type { FrontierReport } from '../schema.ts';
import { type Candidate, evaluatePoints, type IsBetter } from './evaluate-points.ts';
import type { CandidateRow, CandidateTable } from './read-candidates.ts';

/** A proportion in points: one percent. */
export const PERCENTAGE_POINT = 0.01;

/**
 * The frontier of a table of candidates. With sample sizes, qualities are proportions with Wilson intervals, and candidates are compared as
 * unpaired samples with the Newcombe interval at the two-sided level `alpha`. Candidates without a known cost or quality are listed apart.
 */
export function evaluateTableFrontier({ rows, isProportion }: CandidateTable, alpha: number): FrontierReport {
  const known = rows.filter((row): row is KnownRow => row.cost !== null && row.quality !== null);
  const candidates = known.map((row) => toCandidate(row, alpha / 2));
  const hasSizes = known.some(({ n }) => n !== null);
  const point = isProportion ? PERCENTAGE_POINT : 1;
  return {
    points: evaluatePoints(candidates, createUnpairedTest(candidates), point),
    intervals: hasSizes ? 'unpaired: Wilson intervals, differences by Newcombe intervals' : null,
    alpha,
    qualityScale: isProportion ? 'proportion' : 'as given',
    point,
    currency: null,
    unknownCost: rows.filter(({ cost }) => cost === null).map(({ name }) => name),
    unknownQuality: rows.filter(({ quality }) => quality === null).map(({ name }) => name),
    notes: listNotes(known, hasSizes),
  };
}

type KnownRow = CandidateRow & { readonly cost: number; readonly quality: number };

function toCandidate({ name, quality, cost, n }: KnownRow, tail: number): Candidate {
  if (n === null) return { name, quality, cost, n, lower: null, upper: null };
  return { name, quality, cost, n, ...computeWilsonInterval({ successes: quality * n, n }, tail) };
}

/**
 * Whether the lower end of Newcombe's interval for a difference of proportions is above 0, from the Wilson ends of both: a table compares
 * a million pairs, and `compareOutcomes` would compute the same ends for each.
 */
function createUnpairedTest(candidates: readonly Candidate[]): IsBetter {
  return (place, other) => {
    const [candidate, baseline] = [candidates[place] as Candidate, candidates[other] as Candidate];
    if (candidate.lower === null || baseline.upper === null) return null;
    const reach = Math.hypot(candidate.quality - candidate.lower, baseline.upper - baseline.quality);
    return candidate.quality - baseline.quality > reach;
  };
}

function listNotes(known: readonly KnownRow[], hasSizes: boolean): string[] {
  if (!hasSizes)
    return ['No sample size: no intervals and no ties. A difference may be chance; state the sample size with --n.'];
  const without = known.filter(({ n }) => n === null).length;
  return without === 0 ? [] : [`Candidates without a sample size, compared by estimates: ${without}.`];
}
