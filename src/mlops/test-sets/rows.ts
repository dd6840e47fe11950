import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { AppError } from '../../platform/errors/index.ts';
import { quoteLiteral } from '../../platform/lake/index.ts';
import type { Period } from '../../platform/units/index.ts';
import type { StoredEvaluation } from '../evaluations/index.ts';
import type { MonitorSpec } from '../monitors/schema.ts';
import { type ScoredRows, scoreRows } from '../quality/index.ts';
import type { TestSetDeps } from './context.ts';
import { heldOutSql } from './hold-out.ts';
import type { TestSet } from './schema.ts';

/** The examples of a test set as JSON lines, by prediction id. Errors: `test_set_missing`, `storage_full`. */
export function exportTestSet(
  deps: TestSetDeps,
  {
    monitor,
    testSet,
    withLabels,
  }: { readonly monitor: MonitorSpec; readonly testSet: TestSet; readonly withLabels: boolean },
): Promise<Readable> {
  return readTestSet(deps, { monitor, testSet, withInputs: true }, async (rows, frozen) => {
    const label = withLabels ? ', label::JSON AS label' : '';
    const select = `SELECT ${EXAMPLE}${label} FROM ${rows.relation} SEMI JOIN ${frozen} frozen ON frozen.id = prediction ORDER BY prediction`;
    return exportLines(deps, rows, select);
  });
}

/** Labelled predictions of all versions in a period, without held-out entities, as JSON lines by time. Error: `storage_full`. */
export function exportTrainingSet(
  deps: TestSetDeps,
  {
    monitor,
    window,
    testSet,
  }: { readonly monitor: MonitorSpec; readonly window: Period; readonly testSet: Pick<TestSet, 'heldOut' | 'knownAt'> },
): Promise<Readable> {
  const selection = { model: monitor.model, ...window, knownAt: testSet.knownAt };
  const scoring = { spec: { ...monitor, quality: undefined, estimate: undefined }, selection, withInputs: true };
  return scoreRows(deps, scoring, (rows) => {
    const select = `SELECT ${EXAMPLE}, modelVersion, label::JSON AS label FROM ${rows.relation}
      WHERE isLabelled AND NOT ${heldOutSql(testSet.heldOut)} ORDER BY predictedAt, prediction`;
    return exportLines(deps, rows, select);
  });
}

const EXAMPLE = `prediction, strftime(predictedAt, '%Y-%m-%dT%H:%M:%S.%gZ') AS predictedAt, entity, inputs::JSON AS inputs`;

export interface TestSetReading {
  readonly monitor: MonitorSpec;
  readonly testSet: TestSet;
  readonly withInputs: boolean;
}

/**
 * Reads the predictions that a test set was taken from, with the labels that were known then, and a FROM item with its ids (`id`).
 * Predictions that were deleted since are missing. Error: `test_set_missing`.
 */
export async function readTestSet<T>(
  deps: TestSetDeps,
  { monitor, testSet, withInputs }: TestSetReading,
  work: (rows: ScoredRows, frozen: string, observed: StoredEvaluation) => Promise<T>,
): Promise<T> {
  const { evaluation, reason, modelVersion, window, knownAt } = testSet;
  const observed = evaluation === null ? null : await deps.evaluations.find(deps.store, evaluation);
  if (observed === null || window === null) {
    throw new AppError('test_set_missing', reason ?? 'The evaluation of the logged answers is missing.', {});
  }
  const selection = { model: monitor.model, modelVersion, ...window, knownAt };
  const scoring = { spec: { ...monitor, estimate: undefined }, selection, withInputs };
  return deps.lake.hold(async () => {
    const frozen = await deps.evaluations.relation(deps.store, observed);
    return scoreRows(deps, scoring, (rows) => work(rows, frozen, observed));
  });
}

/** Complete before the first byte is sent, so that a failure is an error and no truncated answer; deleted with the stream. */
async function exportLines({ lake }: TestSetDeps, { session }: ScoredRows, select: string): Promise<Readable> {
  const path = lake.scratchPath('jsonl');
  const remove = () => rm(path, { force: true });
  try {
    await session.query(`COPY (${select}) TO ${quoteLiteral(path)} (FORMAT json)`);
  } catch (error) {
    await remove();
    throw error;
  }
  return createReadStream(path).on('close', () => void remove());
}
