import { findCurrency, listCosts, toCostPerThousand } from './costs.ts';
import { compareAtLooks, type LookPlan } from './looks.ts';
import { toEstimate } from './paired-comparison.ts';
import type { CandidateOutcomes, OutcomeTable } from './read-outcomes.ts';
import { computeSaving } from './saving.ts';
import type { ComparedRows, OutcomeComparison } from './schema.ts';

export interface CompareQuestion {
  readonly margin: number;
  /** Two-sided error level. */
  readonly alpha: number;
  readonly plan: LookPlan;
  /** Rows of the table, for the answer. */
  readonly rows: ComparedRows;
}

/**
 * Compares the quality and the cost of the candidate with those of the baseline, paired by row. The table has exactly these two, in this
 * order: baseline, candidate. Rows without both outcomes are left out and counted. Error: `currency_mismatch`.
 */
export function compareCandidates(table: OutcomeTable, question: CompareQuestion): OutcomeComparison {
  const [baseline, candidate] = table.candidates as [CandidateOutcomes, CandidateOutcomes];
  const paired = Int32Array.from(table.row, (_, at) => at).filter(
    (at) => !Number.isNaN(baseline.quality[at]) && !Number.isNaN(candidate.quality[at]),
  );
  const select = (values: Float64Array): Float64Array => Float64Array.from(paired, (at) => values[at] as number);
  const qualities = {
    measure: table.measure,
    baseline: select(baseline.quality),
    candidate: select(candidate.quality),
    cluster: table.cluster === null ? null : select(table.cluster),
  };
  const { margin, alpha, plan, rows } = question;
  const { comparison, looks, decidedAt, overlaps } = compareAtLooks(qualities, { margin, tail: alpha / 2, plan });
  const leftOut = countLeftOut(baseline.quality, candidate.quality);
  return {
    baseline: baseline.name,
    candidate: candidate.name,
    measure: table.measure,
    rows,
    n: paired.length,
    difference: toEstimate(comparison),
    margin,
    alpha,
    test: comparison.test,
    verdict: comparison.verdict,
    samplesNeeded: comparison.samplesNeeded,
    quality: { baseline: computeMean(qualities.baseline), candidate: computeMean(qualities.candidate) },
    ...compareCosts(baseline, candidate, paired, alpha),
    looks: { kind: plan.kind, count: looks },
    decidedAt,
    leftOut,
    notes: listNotes(comparison.reason, overlaps, leftOut, table.row.length),
  };
}

type CostComparison = Pick<OutcomeComparison, 'saving' | 'savingReason' | 'costPerThousand'>;

function compareCosts(
  baseline: CandidateOutcomes,
  candidate: CandidateOutcomes,
  paired: Int32Array,
  alpha: number,
): CostComparison {
  const [ofBaseline, ofCandidate] = [listCosts(baseline), listCosts(candidate)];
  if (ofBaseline === null || ofCandidate === null) {
    const { name } = ofBaseline === null ? baseline : candidate;
    return createUnknownSaving(`${name} has no price and no cost column.`);
  }
  const currency = findCurrency([baseline, candidate]);
  const known = paired.filter((at) => !Number.isNaN(ofBaseline[at]) && !Number.isNaN(ofCandidate[at]));
  if (known.length === 0) return createUnknownSaving('No row has both costs.');
  const costs = [ofBaseline, ofCandidate].map((values) => Float64Array.from(known, (at) => values[at] as number));
  const [before, after] = costs as [Float64Array, Float64Array];
  const saving = computeSaving(after, before, alpha / 2, baseline.cost === null && candidate.cost === null);
  const unknown = paired.length - known.length;
  const reasons = [
    ...(saving.estimate === null ? ['The baseline costs nothing.'] : []),
    ...(unknown === 0 ? [] : [`${unknown} of ${paired.length} rows have no cost and are left out of the saving.`]),
  ];
  return {
    saving: saving.estimate === null ? null : saving,
    savingReason: reasons.length === 0 ? null : reasons.join(' '),
    costPerThousand: {
      baseline: toCostPerThousand(before, currency),
      candidate: toCostPerThousand(after, currency),
    },
  };
}

function createUnknownSaving(savingReason: string): CostComparison {
  return { saving: null, savingReason, costPerThousand: null };
}

function countLeftOut(baseline: Float64Array, candidate: Float64Array): OutcomeComparison['leftOut'] {
  const counts = { onlyBaseline: 0, onlyCandidate: 0, neither: 0 };
  for (let row = 0; row < baseline.length; row += 1) {
    const [hasBaseline, hasCandidate] = [!Number.isNaN(baseline[row]), !Number.isNaN(candidate[row])];
    if (hasBaseline && !hasCandidate) counts.onlyBaseline += 1;
    if (!hasBaseline && hasCandidate) counts.onlyCandidate += 1;
    if (!hasBaseline && !hasCandidate) counts.neither += 1;
  }
  return counts;
}

function listNotes(
  reason: string | null,
  overlaps: boolean,
  { onlyBaseline, onlyCandidate, neither }: OutcomeComparison['leftOut'],
  rows: number,
): string[] {
  const notes = reason === null ? [] : [reason];
  if (onlyBaseline + onlyCandidate > 0) {
    notes.push(
      `The example sets differ: ${onlyBaseline} of ${rows} rows have an outcome of the baseline only, ${onlyCandidate} of the candidate only.`,
    );
  }
  if (neither > 0) notes.push(`${neither} of ${rows} rows have no outcome of both.`);
  if (!overlaps)
    notes.push(
      'The difference changes along the file: the intervals of the looks have no common value. Shuffle the rows.',
    );
  return notes;
}

function computeMean(values: Float64Array): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
