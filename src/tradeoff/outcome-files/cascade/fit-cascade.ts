import { computeNormalQuantile } from '../../../platform/numbers/index.ts';
import {
  buildConfigurations,
  type Configurations,
  type FitCandidate,
  findBestThatSaves,
  type Replay,
  replayCascade,
  type Selected,
  type SelectionQuestion,
  type Stage,
  selectByLearnThenTest,
  selectCascade,
  takeSingles,
} from '../../cascades/index.ts';
import { findCurrency, toCostPerThousand } from '../costs.ts';
import { comparePaired, toEstimate } from '../paired-comparison.ts';
import type { OutcomeTable } from '../read-outcomes.ts';
import { computeSaving } from '../saving.ts';
import type { CascadeMethod, CascadeReport } from '../schema.ts';
import { type CascadeRows, splitRows } from './split-rows.ts';

export interface CascadeQuestion {
  readonly margin: number;
  /** Two-sided error level of the test on the held-out rows. */
  readonly alpha: number;
  readonly method: CascadeMethod;
  readonly fitRows: 'even' | 'odd';
}

/**
 * Fits a cascade on one half of the rows and tests it on the other. Only fit rows select: the baseline (best quality, ties to the lower
 * cost), the order of the stages, the thresholds, and the best single candidate. The figures and the verdict come from the
 * held-out rows. Without a cascade that saves, the answer is the baseline itself.
 */
export function fitCascade(table: OutcomeTable, question: CascadeQuestion): CascadeReport {
  const currency = findCurrency(table.candidates);
  const { fit, heldOut, leftOut } = splitRows(table, question.fitRows);
  const baseline = findBaseline(fit.candidates);
  const configurations = buildConfigurations(fit.candidates, baseline);
  const criticalValue = computeNormalQuantile(1 - question.alpha / 2);
  const selection = { margin: question.margin, criticalValue, unseenRows: heldOut.n };
  const select = question.method === 'split' ? selectCascade : selectByLearnThenTest;
  const selected = select(configurations, selection);
  const single = selectSingle(takeSingles(configurations, fit.candidates.length), selection);
  const stages = listStages(configurations.listStages, selected, baseline);
  const judge = (asked: readonly Stage[]) => judgeHeldOut(table.measure, heldOut, baseline, asked, question, currency);
  const { replay, ...figures } = judge(stages);
  return {
    stages: describeStages(stages, heldOut, replay),
    baseline: nameCandidate(fit, baseline),
    method: question.method,
    measure: table.measure,
    ...figures,
    fitted: {
      rows: question.fitRows,
      n: fit.n,
      tried: configurations.count,
      saving: selected?.saving ?? 0,
      difference: selected?.difference ?? 0,
      optimism: selected?.optimism ?? 0,
      chance: selected === null ? 1 : selected.chance,
    },
    bestSingle: single === null ? null : describeSingle(configurations.listStages(single), fit, judge),
    leftOut,
    notes: [...describeMethod(question, selected), ...listNotes(fit, leftOut)],
  };
}

/** The candidate alone with the best prospect, or the best quality where none has any; null: none costs less than the baseline. */
function selectSingle(singles: Configurations, selection: SelectionQuestion): number | null {
  return selectCascade(singles, selection)?.cascade ?? findBestThatSaves(singles);
}

/** Best mean quality; ties go to the lower cost, then to the first. */
function findBaseline(candidates: readonly FitCandidate[]): number {
  const figures = candidates.map(({ quality, cost }) => ({ quality: sum(quality), cost: sum(cost) }));
  return figures.reduce((best, { quality, cost }, at) => {
    const other = figures[best] as { quality: number; cost: number };
    return quality > other.quality || (quality === other.quality && cost < other.cost) ? at : best;
  }, 0);
}

function listStages(
  listOf: (cascade: number) => readonly Stage[],
  selected: Selected | null,
  baseline: number,
): readonly Stage[] {
  return selected === null ? [{ candidate: baseline, acceptAtConfidence: null }] : listOf(selected.cascade);
}

/** The figures of a cascade on the held-out rows. */
function judgeHeldOut(
  measure: OutcomeTable['measure'],
  heldOut: CascadeRows,
  baseline: number,
  stages: readonly Stage[],
  { margin, alpha }: CascadeQuestion,
  currency: string,
) {
  const reference = heldOut.candidates[baseline] as FitCandidate;
  const replay = replayCascade(heldOut.candidates, stages, heldOut.n);
  const isBaseline = stages.length === 1 && stages[0]?.candidate === baseline;
  const saving = isBaseline
    ? { estimate: 0, lower: 0, upper: 0 }
    : computeSaving(replay.cost, reference.cost, alpha / 2);
  const costPerThousand = {
    baseline: toCostPerThousand(reference.cost, currency),
    candidate: toCostPerThousand(replay.cost, currency),
  };
  const compared = isBaseline
    ? SAME_AS_BASELINE
    : comparePaired(
        { measure, candidate: replay.quality, baseline: reference.quality, cluster: heldOut.cluster },
        { margin, tail: alpha / 2, looks: { kind: 'once' } },
      );
  const { test, verdict, samplesNeeded } = compared;
  return {
    replay,
    saving: saving.estimate ?? 0,
    savingInterval: saving,
    costPerThousand,
    n: heldOut.n,
    difference: toEstimate(compared),
    margin,
    alpha,
    test,
    verdict,
    samplesNeeded,
  };
}

/** The baseline differs from itself by nothing, with certainty. */
const SAME_AS_BASELINE = {
  estimate: 0,
  lower: 0,
  upper: 0,
  test: 'none: the baseline itself',
  verdict: 'non-inferior',
  samplesNeeded: 0,
} as const;

function describeStages(stages: readonly Stage[], { n, candidates }: CascadeRows, { asked, accepted }: Replay) {
  return stages.map(({ candidate, acceptAtConfidence }, at) => ({
    candidate: candidates[candidate]?.name ?? '',
    acceptAtConfidence,
    askedRatio: (asked[at] ?? 0) / n,
    acceptedRatio: (accepted[at] ?? 0) / n,
  }));
}

function describeSingle(
  [stage]: readonly Stage[],
  fit: CascadeRows,
  judge: (stages: readonly Stage[]) => ReturnType<typeof judgeHeldOut>,
): CascadeReport['bestSingle'] {
  const { replay: _, ...figures } = judge(stage === undefined ? [] : [stage]);
  return { candidate: nameCandidate(fit, stage?.candidate ?? -1), ...figures };
}

function nameCandidate({ candidates }: CascadeRows, at: number): string {
  return candidates[at]?.name ?? '';
}

function describeMethod({ method, alpha }: CascadeQuestion, selected: Selected | null): string[] {
  if (method === 'split') return [];
  if (selected === null) return ['Learn then Test: no cascade is proven non-inferior on the fit rows.'];
  return [
    `Learn then Test: proven non-inferior on half of the fit rows, one-sided error ${alpha / 2}; the other rows confirm it.`,
  ];
}

function listNotes({ candidates, n }: CascadeRows, leftOut: number): string[] {
  const notes = candidates.flatMap(({ name, confidence }) => {
    if (confidence === null) return [`${name} has no confidence column: it is only tried as the last stage.`];
    const known = confidence.filter((value) => !Number.isNaN(value));
    const [first] = known;
    if (known.every((value) => value === first)) {
      return [
        `The confidence of ${name} is ${known.length === 0 ? 'unknown' : 'the same'} in all fit rows: it is only tried as the last stage.`,
      ];
    }
    const unknown = n - known.length;
    return unknown === 0
      ? []
      : [`${name} has no confidence in ${unknown} of ${n} fit rows: these go to the next stage.`];
  });
  if (leftOut > 0) notes.push(`${leftOut} rows have no outcome or cost of every candidate and are left out.`);
  return notes;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
