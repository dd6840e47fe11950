import type { Sql } from '../../../platform/store/index.ts';
import { listPromotedRounds } from '../../retraining/index.ts';
import { addRunningCalibration, computeCalibration, computeGainRatio } from './compute.ts';
import type { RetrainingReturns } from './schema.ts';

/** Promoted rounds that are read. */
const MOST_ROUNDS = 100;

/** Predicted against measured gain of the promoted rounds of a model, of all models where it is null. */
export async function readRetrainingReturns(sql: Sql, model: string | null): Promise<RetrainingReturns> {
  const promoted = await listPromotedRounds(sql, { model, limit: MOST_ROUNDS });
  const rounds = promoted.flatMap(({ retraining, round, model: of, rollout, realised }) => {
    if (rollout === null) return [];
    const gains = { predicted: realised?.expected ?? null, measured: realised?.gain ?? null };
    const reason = realised === null ? 'not measured yet: the rollout was less than an hour ago' : realised.reason;
    const about = {
      retraining,
      round,
      model: of,
      version: rollout.to,
      at: rollout.at,
      isFinal: realised?.isFinal ?? false,
    };
    return [{ ...about, ...gains, ...computeGainRatio({ ...gains, reason }) }];
  });
  const calibrated = addRunningCalibration(rounds.toSorted((a, b) => (a.at < b.at ? -1 : 1)));
  const ratios = calibrated.flatMap(({ ratio }) => ratio ?? []);
  return { rounds: calibrated.toReversed(), calibration: computeCalibration(ratios) };
}
