import type { LakeSession } from '../../../platform/lake/index.ts';
import type { Estimation, Quality } from '../../monitors/schema.ts';
import type { Cbpe } from './cbpe.ts';
import { buildLossReference, type Dle, type FeatureRows, type LossReference } from './dle.ts';
import {
  buildMeasuredClassSql,
  buildMeasuredNumberSql,
  type EstimateColumns,
  type Feature,
  findFeatures,
  readReference,
} from './estimated-rows.ts';
import { workInThread } from './thread.ts';

/** Labelled predictions that a reference needs, and the most that are learned from, drawn by the hash of their id. */
const FEWEST_REFERENCE = 300;
const MOST_REFERENCE = 20_000;
/** Numbers of rows that are in memory at a time while their losses are predicted. */
const NUMBERS_AT_ONCE = 2_000_000;

/** Facts that estimates of windows need in addition to the terms of their rows (`term0`, `term1`). */
export type EstimateModel =
  | {
      /** Terms: probability, and 1 where the answer is the positive class. */
      readonly method: 'cbpe';
      readonly cbpe: Cbpe;
    }
  | {
      /** Terms: predicted absolute and squared error. */
      readonly method: 'dle';
      readonly reference: LossReference;
    };

export interface LearnedEstimate {
  readonly estimation: Estimation;
  /** null: nothing can be estimated, see the reason of `estimation`. */
  readonly model: EstimateModel | null;
  /** For numeric outputs: the model that predicts the terms of rows. */
  readonly losses: { readonly dle: Dle; readonly measured: EstimateColumns } | null;
}

/** Learns from a labelled reference: a FROM item with `prediction`, `inputs`, `output` and `label`. */
export async function learnEstimates(
  session: LakeSession,
  quality: Quality,
  reference: string,
): Promise<LearnedEstimate> {
  const plan = await planEstimate(session, quality, reference);
  if ('reason' in plan) return buildNotLearned({ ...NOTHING, reason: plan.reason });
  const { method, features, measured } = plan;
  const columns = await readReference(session, reference, measured, MOST_REFERENCE);
  const referenceSize = columns[0]?.length ?? 0;
  const names = features.map(({ name }) => name);
  const estimation: Estimation = { ...NOTHING, method, referenceSize, features: names };
  if (referenceSize < FEWEST_REFERENCE) {
    const reason = `the reference has ${referenceSize} usable labelled predictions, and ${FEWEST_REFERENCE} are required`;
    return buildNotLearned({ ...estimation, reason });
  }
  const none = new Float64Array();
  if (method === 'cbpe') {
    const [probability = none, predicted = none, actual = none] = columns;
    const cbpe = await workInThread('fitCbpe', { probability, predicted, actual }, session.signal);
    const calibrated = cbpe.calibration !== null;
    return { estimation: { ...estimation, calibrated }, model: { method, cbpe }, losses: null };
  }
  const [said = none, error = none, ...others] = columns;
  const dle = await workInThread('fitDle', { features: [said, ...others], error }, session.signal);
  return { estimation, model: { method, reference: buildLossReference(dle) }, losses: { dle, measured } };
}

const NOTHING: Estimation = { method: 'cbpe', referenceSize: 0, calibrated: null, features: [], reason: null };

function buildNotLearned(estimation: Estimation): LearnedEstimate {
  return { estimation, model: null, losses: null };
}

interface Plan {
  readonly method: Estimation['method'];
  readonly features: readonly Feature[];
  readonly measured: EstimateColumns;
}

async function planEstimate(
  session: LakeSession,
  quality: Quality,
  reference: string,
): Promise<Plan | { reason: string }> {
  if (quality.kind === 'ranking') return { reason: 'rankings are not estimated' };
  if (quality.kind === 'classification') {
    const { probability } = quality;
    if (probability === undefined) return { reason: 'the monitor has no probability: set spec.quality.probability' };
    return { method: 'cbpe', features: [], measured: buildMeasuredClassSql(quality, probability) };
  }
  const features = await findFeatures(session, reference);
  return { method: 'dle', features, measured: buildMeasuredNumberSql(quality.output, features) };
}

/** SQL of the terms of a prediction that follow from its output alone; null: they are predicted, or there are none. */
export function termsSql(quality: Quality | undefined): readonly string[] | null {
  if (quality?.kind !== 'classification' || quality.probability === undefined) return null;
  return buildMeasuredClassSql(quality, quality.probability).needed;
}

/**
 * Predicts the losses of the rows of a temporary table with `inputs` and `output`, some at a time, into another one: `row` (its `rowid`), `term0`
 * and `term1`. Rows without an output that is a number are left out.
 */
export async function storeLosses(
  session: LakeSession,
  { rows, losses }: { readonly rows: string; readonly losses: string },
  { dle, measured }: NonNullable<LearnedEstimate['losses']>,
): Promise<void> {
  const columns = [...measured.needed, ...measured.others].map((sql) => `coalesce(${sql}, 'nan'::DOUBLE)`);
  await session.query(`CREATE OR REPLACE TEMP TABLE ${losses} ("row" BIGINT, term0 DOUBLE, term1 DOUBLE)`);
  const [counted] = await session.query(`SELECT count(*)::DOUBLE AS rows FROM ${rows}`);
  const count = Number(counted?.rows ?? 0);
  const step = Math.max(1, Math.floor(NUMBERS_AT_ONCE / columns.length));
  for (let from = 0; from < count; from += step) {
    const size = Math.min(step, count - from);
    const select = `SELECT ${columns.join(', ')} FROM ${rows} WHERE rowid >= ${from} AND rowid < ${from + size} ORDER BY rowid`;
    const features: FeatureRows = await session.doubles(select, size);
    const { mae, rmse } = await workInThread('predictLosses', { dle, rows: features }, session.signal);
    await session.query(
      `INSERT INTO ${losses} SELECT * FROM (
        SELECT ${from} + generate_subscripts(mae, 1) - 1, unnest(mae), unnest(rmse)
        FROM (SELECT from_json($1, '["DOUBLE"]') AS mae, from_json($2, '["DOUBLE"]') AS rmse))
        AS predicted("row", term0, term1) WHERE term0 IS NOT NULL`,
      [serializeNumbers(mae, features[0]), serializeNumbers(rmse, features[0])],
    );
  }
}

/** Numbers as JSON; null where another number is not known. */
function serializeNumbers(values: Float64Array, needed: Float64Array | undefined): string {
  return JSON.stringify(Array.from(values, (value, at) => (Number.isNaN(needed?.[at] ?? Number.NaN) ? null : value)));
}
