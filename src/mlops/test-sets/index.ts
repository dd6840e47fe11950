import type { Readable } from 'node:stream';
import type { Period } from '../../platform/units/index.ts';
import type { ImportedEvaluation } from '../evaluations/index.ts';
import type { MonitorSpec } from '../monitors/schema.ts';
import type { TestSetDeps } from './context.ts';
import { createTestSet, type TestSetQuestion } from './create.ts';
import { exportTestSet, exportTrainingSet } from './rows.ts';
import type { TestSet } from './schema.ts';
import { type AnswersQuestion, scoreAnswers } from './score.ts';

/** Test sets of logged predictions: the logged answers of a version and the answers of another version, against the same labels. */
export interface TestSets {
  /** Makes a test set, and records the logged answers as an evaluation of the version's run; without one, `reason` says why. */
  create(question: TestSetQuestion): Promise<TestSet>;
  /** The examples as JSON lines: `prediction`, `predictedAt`, `entity`, `inputs`, and `label` on request. Error: `test_set_missing`. */
  examples(question: {
    readonly monitor: MonitorSpec;
    readonly testSet: TestSet;
    readonly withLabels: boolean;
  }): Promise<Readable>;
  /** Labelled predictions of a period without the held-out entities, as JSON lines with `label`. */
  trainingRows(question: {
    readonly monitor: MonitorSpec;
    readonly window: Period;
    readonly testSet: Pick<TestSet, 'heldOut' | 'knownAt'>;
  }): Promise<Readable>;
  /** Records the answers of a candidate as the evaluation `trigger-window` of its run. Errors: those of `scoreAnswers`. */
  score(question: AnswersQuestion): Promise<ImportedEvaluation>;
}

export function createTestSets(deps: TestSetDeps): TestSets {
  return {
    create: (question) => createTestSet(deps, question),
    examples: (question) => exportTestSet(deps, question),
    trainingRows: (question) => exportTrainingSet(deps, question),
    score: (question) => scoreAnswers(deps, question),
  };
}
