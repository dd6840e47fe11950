import type { Comparison, Looks } from '../statistics/index.ts';
import { comparePaired, type PairedQualities } from './paired-comparison.ts';

/** How often the rows are looked at while they come in, in file order. */
export type LookPlan =
  | { readonly kind: 'once' }
  | { readonly kind: 'planned'; readonly count: number }
  | { readonly kind: 'anytime' };

export interface LooksQuestion {
  readonly margin: number;
  /** One-sided error of each side, over all looks together. */
  readonly tail: number;
  readonly plan: LookPlan;
}

export interface LooksResult {
  /** Comparison of all rows; its interval is the intersection of those of all looks, its verdict the first. */
  readonly comparison: Comparison;
  readonly looks: number;
  /** Examples at the first look with a verdict; null: none. */
  readonly decidedAt: number | null;
  /** False where the intervals of the looks have no common value: the difference changes along the file. */
  readonly overlaps: boolean;
}

/** An anytime-valid test allows a look after every example; these many are taken, at equal distances. */
const ANYTIME_LOOKS = 200;

/**
 * Compares the first rows of a file at each of several looks. The intervals are valid over all looks together, so their intersection is
 * too. The first verdict is final: a test that stops there has the stated error. Where the intersection is empty, the interval is
 * that of the last look.
 */
export function compareAtLooks(qualities: PairedQualities, { margin, tail, plan }: LooksQuestion): LooksResult {
  const sizes = listLookSizes(qualities.candidate.length, plan);
  const comparisons = sizes.map((size, at) => {
    const looks = describeLook(plan, sizes, at);
    return comparePaired(takeFirst(qualities, size), { margin, tail, looks });
  });
  const decisive = comparisons.findIndex(({ verdict }) => verdict !== 'inconclusive');
  const last = comparisons.at(-1) as Comparison;
  const lower = Math.max(...comparisons.map((each) => each.lower));
  const upper = Math.min(...comparisons.map((each) => each.upper));
  const overlaps = lower <= upper;
  const first = comparisons[decisive];
  const decision = first === undefined ? {} : { verdict: first.verdict, samplesNeeded: 0 };
  return {
    comparison: { ...last, ...(overlaps ? { lower, upper } : {}), ...decision },
    looks: sizes.length,
    decidedAt: sizes[decisive] ?? null,
    overlaps,
  };
}

/** Numbers of rows at the looks, ascending; the last are all rows. */
function listLookSizes(n: number, plan: LookPlan): number[] {
  const count = plan.kind === 'once' ? 1 : plan.kind === 'planned' ? plan.count : ANYTIME_LOOKS;
  const sizes = Array.from({ length: count }, (_, at) => Math.ceil((n * (at + 1)) / count));
  return [...new Set(sizes)];
}

function describeLook(plan: LookPlan, sizes: readonly number[], at: number): Looks {
  if (plan.kind !== 'planned' || sizes.length === 1) return { kind: plan.kind === 'anytime' ? 'anytime' : 'once' };
  const all = sizes.at(-1) as number;
  const fractions = sizes.slice(0, at + 1).map((size) => size / all);
  return {
    kind: 'planned',
    count: sizes.length,
    look: at + 1,
    fraction: fractions[at] as number,
    previousFractions: fractions.slice(0, at),
  };
}

function takeFirst(qualities: PairedQualities, size: number): PairedQualities {
  const { measure, candidate, baseline, cluster } = qualities;
  return {
    measure,
    candidate: candidate.subarray(0, size),
    baseline: baseline.subarray(0, size),
    cluster: cluster?.subarray(0, size) ?? null,
  };
}
