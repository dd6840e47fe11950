import type { Band, EffectMeasure } from '../../drift/index.ts';
import { jensenShannon } from '../../drift-methods/index.ts';

/** Values of a window counted by the values of a band. */
export interface BandCounts {
  readonly total: number;
  /** Values at each value of the band. */
  readonly equal: readonly number[];
  /** Values at or below it; of texts empty. */
  readonly upTo: readonly number[];
}

/**
 * Distance of a window from the range of the single periods of its reference, in the measure of the effect size. For `ks`:
 * the largest distance of its distribution function from the band between the lowest and the highest of the periods. For
 * `jensenshannon`: the distance of its shares from the nearest shares in the band; values that the band does not have are
 * counted together. 0: within the band. Null: the band has no such measure, or the window has no value.
 * Example: half of the values are at most 5, in the periods 60 to 80 % of them -> 0.1.
 */
export function distanceFromBand(band: Band, counts: BandCounts, measure: EffectMeasure): number | null {
  const bounds = band[measure];
  if (bounds === null || counts.total === 0) return null;
  const outside = (share: number, at: number) =>
    Math.max((bounds.low[at] ?? 0) - share, share - (bounds.high[at] ?? 0));
  if (measure === 'ks') {
    const gaps = counts.upTo.map((count, at) => outside(count / counts.total, at));
    return Math.max(0, ...gaps);
  }
  const others = counts.total - counts.equal.reduce((sum, count) => sum + count, 0);
  const current = Float64Array.from([...counts.equal, others], (count) => count / counts.total);
  const nearest = current.map((share, at) => Math.min(Math.max(share, bounds.low[at] ?? 0), bounds.high[at] ?? 0));
  // The periods had none of these values at all, and low bounds of none.
  if (!nearest.some((share) => share > 0)) return Math.sqrt(Math.LN2);
  return jensenShannon({ reference: nearest, current });
}
