import { toWireDouble } from '../wire/index.ts';

/** Numbers of traces that pass each of two filters, both filters, and of all traces. */
export interface FilterCounts {
  readonly first: number;
  readonly second: number;
  readonly joint: number;
  readonly total: number;
}

/** Half an event in every cell (Jeffreys): the smoothed figure is less sure of itself where little was seen. */
const PRIOR = 0.5;

/**
 * Normalised pointwise mutual information of two filters, from -1 (never together) over 0 (by chance) to 1 (always
 * together): ln(p(a,b) / (p(a) p(b))) / -ln p(a,b). NaN, as the protocol writes it, where a filter passes nothing.
 * Example: 10 both, 20 and 15 each, of 100 -> 0.52.
 */
export function npmi(counts: FilterCounts): { npmi: number | string; npmi_smoothed: number | string } {
  if (counts.first === 0 || counts.second === 0) return { npmi: 'NaN', npmi_smoothed: 'NaN' };
  const plain = counts.joint === 0 ? -1 : ratio(counts, 0);
  return { npmi: toWireDouble(plain), npmi_smoothed: toWireDouble(ratio(counts, PRIOR)) };
}

function ratio({ first, second, joint, total }: FilterCounts, prior: number): number {
  if (joint === total) return 1;
  const all = total + 4 * prior;
  const both = joint + prior;
  const information = Math.log(both) + Math.log(all) - Math.log(first + 2 * prior) - Math.log(second + 2 * prior);
  return Math.max(-1, Math.min(1, information / -(Math.log(both) - Math.log(all))));
}
