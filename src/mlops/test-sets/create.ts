import { HOUR_MS } from '../../platform/units/durations.ts';
import type { Period } from '../../platform/units/index.ts';
import { OBSERVED_WINDOW } from '../evaluations/schema.ts';
import type { MonitorSpec } from '../monitors/schema.ts';
import { buildInstantSql } from '../predictions/index.ts';
import { type ScoredRows, scoreRows } from '../quality/index.ts';
import { type CompleteWindow, findCompleteWindow, type LabelledHour } from './complete-window.ts';
import type { TestSetDeps } from './context.ts';
import { chooseShare, heldOutSql } from './hold-out.ts';
import {
  buildMeasuredCondition,
  buildOutcomeColumns,
  type ExampleScore,
  listExampleScores,
  toEvaluationColumns,
} from './outcomes.ts';
import type { TestSet } from './schema.ts';

export interface TestSetQuestion {
  readonly monitor: MonitorSpec;
  readonly modelVersion: string;
  /** Run of the version, which has the evaluation; null: it has none. */
  readonly runId: string | null;
  readonly wanted: Period;
  /** Share to hold out, and smallest share of labelled predictions, 0 to 1. */
  readonly heldOut: number;
  readonly completeness: number;
  /** Name of the test set in the evaluation. */
  readonly source: string;
  readonly actor: string;
}

/** Makes a test set, and records what the version answered on it as an evaluation of its run. */
export async function createTestSet(deps: TestSetDeps, question: TestSetQuestion): Promise<TestSet> {
  const { monitor, modelVersion, runId, wanted } = question;
  const none = buildEmptySet(question, deps.clock.now());
  const scores = listExampleScores(monitor);
  if (scores.length === 0) {
    return { ...none, reason: `The monitor of "${monitor.model}" measures no quality that each prediction has.` };
  }
  if (runId === null) {
    return { ...none, reason: `Version ${modelVersion} has no run, which an evaluation of its answers belongs to.` };
  }
  const selection = { model: monitor.model, modelVersion, ...wanted, knownAt: none.knownAt };
  const scoring = { spec: { ...monitor, estimate: undefined }, selection, withInputs: false };
  return scoreRows(deps, scoring, async (rows) => {
    const hours = await readHours(rows);
    const maturedUntil = Date.parse(none.knownAt) - monitor.labels.withinDays * 24 * HOUR_MS;
    const complete = findCompleteWindow(hours, { wanted, completeness: question.completeness, maturedUntil });
    if (complete === null) return { ...none, ...explainIncomplete(hours, question) };
    return recordObserved(deps, rows, { ...question, runId, none, complete, scores });
  });
}

function buildEmptySet({ modelVersion, wanted }: TestSetQuestion, now: number): TestSet {
  return {
    ...{ modelVersion, wanted, window: null, knownAt: new Date(now).toISOString() },
    ...{ predictions: 0, labelled: 0, completeness: 0, heldOut: 0, rows: 0, unmeasured: 0 },
    ...{ outcomes: [], evaluation: null, sha256: null, reason: null },
  };
}

async function readHours({ session, relation }: ScoredRows): Promise<LabelledHour[]> {
  const rows = await session.query(`SELECT (epoch_ms(predictedAt) // ${HOUR_MS} * ${HOUR_MS})::DOUBLE AS at,
    count(*)::INTEGER AS predictions, count(*) FILTER (isLabelled)::INTEGER AS labelled FROM ${relation} GROUP BY 1 ORDER BY 1`);
  return rows.map((row) => ({
    at: Number(row.at),
    predictions: Number(row.predictions),
    labelled: Number(row.labelled),
  }));
}

function explainIncomplete(
  hours: readonly LabelledHour[],
  { monitor, modelVersion, wanted, completeness }: TestSetQuestion,
): Pick<TestSet, 'predictions' | 'labelled' | 'completeness' | 'reason'> {
  const predictions = hours.reduce((sum, hour) => sum + hour.predictions, 0);
  const labelled = hours.reduce((sum, hour) => sum + hour.labelled, 0);
  const counts = { predictions, labelled, completeness: predictions === 0 ? 0 : labelled / predictions };
  const period = `from ${wanted.start} to ${wanted.end}`;
  if (predictions === 0) {
    const reason = `No prediction of version ${modelVersion} is logged ${period}: none was recorded with this modelVersion, or retention deleted them.`;
    return { ...counts, reason };
  }
  if (labelled === 0) {
    return {
      ...counts,
      reason: `None of the ${predictions} predictions of version ${modelVersion} ${period} has a label.`,
    };
  }
  const reason = `${labelled} of ${predictions} predictions of version ${modelVersion} ${period} have a label; ${100 * completeness} % are required until the time for labels (${monitor.labels.withinDays} days) is over.`;
  return { ...counts, reason };
}

interface Recording extends Omit<TestSetQuestion, 'runId'> {
  readonly runId: string;
  readonly none: TestSet;
  readonly complete: CompleteWindow;
  readonly scores: readonly ExampleScore[];
}

async function recordObserved(
  { evaluations }: TestSetDeps,
  { session, relation }: ScoredRows,
  { none, complete, scores, heldOut: stated, runId, source, actor }: Recording,
): Promise<TestSet> {
  const { window, predictions, labelled } = complete;
  const heldOut = chooseShare(stated, labelled);
  const drawn = `FROM ${relation} WHERE isLabelled AND predictedAt < ${buildInstantSql(window.end)} AND ${heldOutSql(heldOut)}`;
  const measured = buildMeasuredCondition(scores);
  const [row] = await session.query(
    `SELECT count(*)::INTEGER AS drawn, count(*) FILTER (${measured})::INTEGER AS rows ${drawn}`,
  );
  const rows = Number(row?.rows ?? 0);
  const counts = { window, predictions, labelled, completeness: labelled / predictions, heldOut, rows };
  const set = { ...none, ...counts, unmeasured: Number(row?.drawn ?? 0) - rows };
  if (rows === 0) {
    const reason = `None of the ${labelled} labelled predictions is held out and has a value of ${scores.map(({ metric }) => metric).join(', ')}.`;
    return { ...set, reason };
  }
  const { evaluation } = await evaluations.record({
    ...{ session, runId, actor, window, source, name: OBSERVED_WINDOW, columns: toEvaluationColumns(scores) },
    select: `SELECT ${buildOutcomeColumns(scores)} ${drawn} AND ${measured}`,
  });
  const outcomes = evaluation.outcomes.map(({ outcome, mean }) => ({ outcome, mean }));
  return { ...set, outcomes, evaluation: evaluation.evaluation, sha256: evaluation.sha256 };
}
