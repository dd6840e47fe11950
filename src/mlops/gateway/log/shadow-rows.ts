import type { Codec, WireProtocol } from '../../inference/index.ts';
import type { PredictionHead, ServedPrediction, ShadowPrediction } from './prediction-log.ts';
import { buildRows, type Exchange } from './rows.ts';

export function toPredictionHead({ prediction, model, predictedAt, entity }: ServedPrediction): PredictionHead {
  return { prediction, model, predictedAt, entity };
}

/**
 * The rows of the answer of a shadow variant, each with the id, entity and time of the prediction of the same row of the request. Rows whose
 * prediction is not stored (null) are left out. null where the answer has another number of rows than the predictions.
 *
 * @example heads r-0 and r-1 (null), an answer of two rows -> the first row as r-0
 */
export function buildShadowRows(
  exchange: Exchange,
  heads: readonly (PredictionHead | null)[],
  codecs: Readonly<Record<WireProtocol, Codec>>,
): ShadowPrediction[] | null {
  const { rows } = buildRows(exchange, codecs);
  if (rows.length !== heads.length) return null;
  return rows.flatMap((row, at) => {
    const head = heads[at] ?? null;
    if (head === null) return [];
    const { prediction, predictedAt, entity, model } = head;
    return [{ answer: { ...row, prediction, predictedAt, entity }, predictionModel: model }];
  });
}
