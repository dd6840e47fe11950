import { decimal } from '../../../platform/units/index.ts';
import { computeMoments, computePairedMeanInterval } from '../../statistics/index.ts';
import type { CalibratedRound, Calibration } from './schema.ts';

/** Fewer rounds give no mean: its interval would say nothing. */
export const LEAST_ROUNDS = 5;
const TAIL_OF_95_PERCENT = 0.025;
const PLACES = 9;

/**
 * measured / predicted of a round; null with a reason where one is unknown, the currencies differ or predicted is not above 0.
 *
 * @example predicted 100 USD, measured 80 USD -> 0.8
 */
export function computeGainRatio({
  predicted,
  measured,
  reason,
}: Pick<CalibratedRound, 'predicted' | 'measured' | 'reason'>): {
  ratio: number | null;
  reason: string | null;
} {
  if (measured === null) return { ratio: null, reason: reason ?? 'the gain is not measured' };
  if (predicted === null) return { ratio: null, reason: 'no gain was predicted' };
  if (predicted.currency !== measured.currency) {
    return { ratio: null, reason: `predicted in ${predicted.currency}, measured in ${measured.currency}` };
  }
  if (decimal(predicted.amount).lte(0)) return { ratio: null, reason: 'the predicted gain is not above 0' };
  return {
    ratio: decimal(measured.amount).dividedBy(predicted.amount).toDecimalPlaces(PLACES).toNumber(),
    reason: null,
  };
}

/**
 * Mean ratio of measured and predicted gain with Student's 95 % interval; null with a reason before five rounds.
 *
 * @example ratios 0.8, 1.2, 1, 0.9, 1.1 -> mean 1, interval 0.804 to 1.196
 */
export function computeCalibration(ratios: readonly number[]): Calibration {
  const rounds = ratios.length;
  if (rounds < LEAST_ROUNDS) {
    const reason = `${rounds} of ${LEAST_ROUNDS} rounds have a predicted and a measured gain`;
    return { rounds, ratio: null, lower: null, upper: null, reason };
  }
  const moments = computeMoments(Float64Array.from(ratios));
  return { rounds, ratio: moments.mean, ...computePairedMeanInterval(moments, TAIL_OF_95_PERCENT), reason: null };
}

/** The rounds, oldest first, each with the mean ratio up to it: how the calibration moved over time. */
export function addRunningCalibration(rounds: readonly Omit<CalibratedRound, 'calibration'>[]): CalibratedRound[] {
  const ratios: number[] = [];
  return rounds.map((round) => {
    if (round.ratio !== null) ratios.push(round.ratio);
    return { ...round, calibration: computeCalibration(ratios).ratio };
  });
}
