import { createRandom } from '../../platform/numbers/index.ts';

/** Time and predictions of one measurement. */
interface TimedPredictions {
  readonly seconds: number;
  readonly predictions: number;
}

/** With fewer measurements no interval is stated. */
export const LEAST_MEASUREMENTS = 5;
const DRAWS = 1_000;
const TAIL = 0.025;
const SEED = 20_261_129;

/**
 * 95 % percentile bootstrap interval of seconds per 1,000 predictions: measurements are drawn with replacement and the ratio of sums is
 * taken each time (Efron and Tibshirani, 1993, chapter 13). Seeded: the same measurements give the same interval. null with fewer than
 * {@link LEAST_MEASUREMENTS}.
 *
 * @example bootstrapServiceTime(Array(5).fill({ seconds: 2, predictions: 1000 })) // { lower: 2, upper: 2 }
 */
export function bootstrapServiceTime(
  measured: readonly TimedPredictions[],
): { readonly lower: number; readonly upper: number } | null {
  if (measured.length < LEAST_MEASUREMENTS) return null;
  const random = createRandom(SEED);
  const ratios = Array.from({ length: DRAWS }, () => {
    let [seconds, predictions] = [0, 0];
    for (let drawn = 0; drawn < measured.length; drawn += 1) {
      const one = measured[Math.floor(random() * measured.length)];
      seconds += one?.seconds ?? 0;
      predictions += one?.predictions ?? 0;
    }
    return (1000 * seconds) / predictions;
  }).toSorted((a, b) => a - b);
  const at = (share: number) => ratios[Math.round(share * (DRAWS - 1))] ?? 0;
  return { lower: at(TAIL), upper: at(1 - TAIL) };
}
