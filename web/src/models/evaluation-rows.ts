import type { Evaluation, OutcomeSummary } from '../../../src/mlops/evaluations/schema.ts';
import type { DecisionDetail } from '../../../src/tradeoff/decisions/schema.ts';
import { toCsv } from '../format/csv.ts';

/** Examples that an evaluation has in common with the champion. */
export interface CommonExamples {
  readonly pairs: number;
  /** Pairs divided by the examples of the larger table, 0 to 1. */
  readonly overlap: number;
  /** Version of the champion at that time; null where the decision does not keep it. */
  readonly champion: string | null;
}

/** Candidate minus champion over the common examples, in the unit of the outcome. */
export interface PairedDifference {
  readonly estimate: number;
  /** Of the test of the gate; null where the policy compares point values. */
  readonly interval: { readonly lower: number; readonly upper: number } | null;
  readonly test: string | null;
}

export interface OutcomeRow {
  readonly id: string;
  readonly evaluation: Evaluation;
  readonly outcome: OutcomeSummary;
  /** Older versions of the same evaluation. */
  readonly older: number;
  /** null: no decision has compared this table with the champion. */
  readonly common: CommonExamples | null;
  readonly difference: PairedDifference | null;
}

/** A decision with the evidence that it kept. */
type Compared = Pick<DecisionDetail, 'evidence' | 'checks'>;

/**
 * Outcomes of the newest version of each evaluation, with the comparison that the latest decision kept. `evaluations` are newest
 * first, as the server lists them.
 */
export function listOutcomeRows(evaluations: readonly Evaluation[], decision: Compared | undefined): OutcomeRow[] {
  const newest = evaluations.filter((one, at) => evaluations.findIndex(({ name }) => name === one.name) === at);
  return newest.flatMap((evaluation) =>
    evaluation.outcomes.map((outcome) => ({
      id: `${evaluation.evaluation} ${outcome.outcome}`,
      evaluation,
      outcome,
      older: evaluations.filter(({ name }) => name === evaluation.name).length - 1,
      ...findComparison(evaluation, outcome, decision),
    })),
  );
}

function findComparison(
  { evaluation }: Evaluation,
  { outcome }: OutcomeSummary,
  decision: Compared | undefined,
): Pick<OutcomeRow, 'common' | 'difference'> {
  const gate = decision?.evidence.candidate.gate;
  const used = gate?.outcomes.find((one) => one.evaluation === evaluation && one.outcome === outcome);
  const pair = gate?.pairs.find(({ metric }) => metric === used?.metric);
  if (decision === undefined || used === undefined || pair === undefined) return { common: null, difference: null };
  const { pairs, difference } = pair.paired;
  const test = findTest(decision.checks, used.metric, pairs);
  return {
    common: { pairs, overlap: pair.overlap, champion: decision.evidence.champion?.version ?? null },
    difference: { estimate: difference.mean, interval: test?.interval ?? null, test: test?.test ?? null },
  };
}

/** The test of the difference itself: an absolute margin or superiority; the statistic of a relative margin is another one. */
function findTest(checks: Compared['checks'], metric: string, pairs: number) {
  const starts = [`${metric} non-inferior to @`, `${metric} superior to @`];
  const found = checks.find(
    ({ name, n, test, interval }) =>
      starts.some((start) => name.startsWith(start)) &&
      !name.includes(' within ') &&
      n === pairs &&
      test != null &&
      interval !== null,
  );
  if (found?.interval == null) return null;
  const { lower, upper } = found.interval;
  return { test: found.test ?? null, interval: { lower: Number(lower), upper: Number(upper) } };
}

/** The outcomes with their exact figures, as CSV. */
export function outcomesCsv(rows: readonly OutcomeRow[]): string {
  const header = [
    ...['evaluation', 'version', 'outcome', 'kind', 'mean', 'examples', 'importedAt'],
    ...['commonExamples', 'champion', 'difference', 'lower', 'upper', 'test', 'sha256'],
  ];
  const text = (value: number | null | undefined) => (value == null ? null : String(value));
  return toCsv(
    header,
    rows.map(({ evaluation, outcome, common, difference }) => [
      ...[evaluation.name, String(evaluation.version), outcome.outcome, outcome.kind, String(outcome.mean)],
      ...[String(evaluation.rows), evaluation.importedAt, text(common?.pairs), common?.champion ?? null],
      ...[text(difference?.estimate), text(difference?.interval?.lower), text(difference?.interval?.upper)],
      ...[difference?.test ?? null, evaluation.sha256],
    ]),
  );
}
