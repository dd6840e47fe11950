import type { Readable } from 'node:stream';
import { AppError } from '../../platform/errors/index.ts';
import { quoteLiteral } from '../../platform/lake/index.ts';
import { useUploadedFiles } from '../../platform/uploads/index.ts';
import type { ImportedEvaluation } from '../evaluations/index.ts';
import { TRIGGER_WINDOW } from '../evaluations/schema.ts';
import { listScores } from '../monitors/index.ts';
import type { MonitorSpec } from '../monitors/schema.ts';
import { type ScoredRows, scoresSql } from '../quality/index.ts';
import type { TestSetDeps } from './context.ts';
import { buildOutcomeColumns, listExampleScores, toEvaluationColumns } from './outcomes.ts';
import { readTestSet } from './rows.ts';
import type { TestSet } from './schema.ts';

export interface AnswersQuestion {
  readonly monitor: MonitorSpec;
  readonly testSet: TestSet;
  readonly runId: string;
  /** JSON lines `{"prediction": "p1", "output": …}`. */
  readonly content: Readable;
  readonly source: string;
  readonly actor: string;
}

const ANSWERS = 'test_set_answers';
const FILE = 'answers.jsonl';

/**
 * Scores the answers of a candidate on a test set as the monitor scores predictions, and records the outcomes as an evaluation of its
 * run. Every example needs one answer; an output of null is wrong. Errors: `test_set_missing`, `run_not_found`,
 * `test_set_answers_invalid`, `evaluation_rows_invalid`, `storage_full`, `payload_too_large`.
 */
export async function scoreAnswers(deps: TestSetDeps, question: AnswersQuestion): Promise<ImportedEvaluation> {
  const { monitor, testSet, content } = question;
  const { upload } = await deps.uploads.receive(FILE, content);
  // biome-ignore lint/correctness/useHookAtTopLevel: this function is no React hook
  return useUploadedFiles(deps, [{ upload, name: FILE }], ([{ path }]) =>
    readTestSet(deps, { monitor, testSet, withInputs: false }, async (rows, frozen, observed) => {
      await readAnswers(rows, path);
      await refuseOtherExamples(rows, frozen);
      const columns = toEvaluationColumns(listExampleScores(monitor));
      const { runId, source, actor } = question;
      const { evaluation: testSetId, window } = observed.evaluation;
      return deps.evaluations.record({
        ...{ session: rows.session, runId, source, actor, window, columns, name: TRIGGER_WINDOW, testSet: testSetId },
        select: buildScoredAnswers(monitor, rows, frozen),
      });
    }),
  );
}

/** Unknown fields of a line are ignored. */
async function readAnswers({ session }: ScoredRows, path: string): Promise<void> {
  const lines = `read_json(${quoteLiteral(path)}, format = 'newline_delimited', columns = {prediction: 'VARCHAR', output: 'JSON'})`;
  try {
    await session.query(
      `CREATE OR REPLACE TEMP TABLE ${ANSWERS} AS SELECT prediction, output::VARCHAR AS output FROM ${lines}`,
    );
  } catch (error) {
    if (error instanceof AppError || !(error instanceof Error)) throw error;
    throw createInvalidAnswers('They are no JSON lines of the form {"prediction": "p1", "output": 1}.', error);
  }
}

/** Refuses repeated ids, answers to other examples, and missing answers. */
async function refuseOtherExamples({ session, relation }: ScoredRows, frozen: string): Promise<void> {
  const [row] =
    await session.query(`WITH present AS (SELECT prediction FROM ${relation} SEMI JOIN ${frozen} frozen ON frozen.id = prediction)
    SELECT (SELECT count(*)::INTEGER FROM ${ANSWERS}) AS answers,
      (SELECT count(*)::INTEGER FROM ${ANSWERS} WHERE prediction IS NULL) AS unnamed,
      (SELECT prediction FROM ${ANSWERS} GROUP BY prediction HAVING count(*) > 1 ORDER BY prediction LIMIT 1) AS repeated,
      (SELECT count(*)::INTEGER FROM ${ANSWERS} ANTI JOIN ${frozen} frozen ON frozen.id = prediction) AS others,
      (SELECT min(prediction) FROM ${ANSWERS} ANTI JOIN ${frozen} frozen ON frozen.id = prediction) AS other,
      (SELECT count(*)::INTEGER FROM present) AS examples,
      (SELECT count(*)::INTEGER FROM present ANTI JOIN ${ANSWERS} USING (prediction)) AS missing,
      (SELECT min(prediction) FROM present ANTI JOIN ${ANSWERS} USING (prediction)) AS absent`);
  const count = (name: string) => Number(row?.[name] ?? 0);
  if (count('examples') === 0) {
    throw new AppError('test_set_missing', 'Its predictions were deleted from the log since the round started.', {});
  }
  if (count('unnamed') > 0) throw createInvalidAnswers(`${count('unnamed')} lines have no "prediction".`);
  if (row?.repeated != null) throw createInvalidAnswers(`The prediction "${row.repeated}" is answered several times.`);
  if (count('others') > 0) {
    const detail = `${count('others')} of ${count('answers')} answers are to predictions outside of the test set, such as "${row?.other}".`;
    throw createInvalidAnswers(detail);
  }
  if (count('missing') > 0) {
    const detail = `${count('missing')} of ${count('examples')} examples have no answer, such as "${row?.absent}". Send an output of null where the candidate gives none.`;
    throw createInvalidAnswers(detail);
  }
}

function createInvalidAnswers(detail: string, cause?: Error): AppError {
  return new AppError('test_set_answers_invalid', `${detail} Nothing was stored.`, {}, { cause });
}

/** Outcomes of the answers against the labels of the test set; an output of null is a wrong answer. */
function buildScoredAnswers(monitor: MonitorSpec, { relation }: ScoredRows, frozen: string): string {
  const scores = monitor.quality === undefined ? [] : listScores(monitor.quality);
  const examples = listExampleScores(monitor);
  const wrong = examples
    .filter(({ metric }) => metric === 'accuracy')
    .map(({ place }) => `coalesce(score${place}, 0) AS score${place}`);
  const replaced = wrong.length === 0 ? '*' : `* REPLACE (${wrong.join(', ')})`;
  return `SELECT ${buildOutcomeColumns(examples)} FROM (SELECT ${replaced} FROM (
    SELECT prediction, entity, ${scoresSql(scores).join(', ')} FROM (
      SELECT logged.prediction, logged.entity, answered.output, logged.label FROM ${relation} logged
      JOIN ${ANSWERS} answered USING (prediction) SEMI JOIN ${frozen} frozen ON frozen.id = logged.prediction)))`;
}
