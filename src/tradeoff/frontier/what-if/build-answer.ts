import { decimal, decimalString } from '../../../platform/units/index.ts';
import { estimateDifference } from '../compare-quality.ts';
import type { EstimatedMoney, QualityDifference } from '../figures/schema.ts';
import { subtractMoney } from '../money.ts';
import type { PairBook } from '../pair-book.ts';
import type { QualityAxis } from '../schema.ts';
import type { WhatIfAnswer, WhatIfState } from './schema.ts';

/** The two states of an answer. */
export interface ComparedStates {
  readonly now: WhatIfState;
  readonly next: WhatIfState;
  readonly axis: QualityAxis | null;
  readonly pairs: PairBook;
}

type Difference = NonNullable<WhatIfAnswer['difference']>;

/** The second state less the first; a figure that is unknown in one of them has no difference. */
export function computeDifference({ now, next, axis, pairs }: ComparedStates): Difference {
  const [before, after] = [now.costPerMonth, next.costPerMonth];
  const hasBoth = before !== null && after !== null;
  return {
    costPerMonth: hasBoth ? subtractCosts(now, next, { before, after }) : null,
    costRatio: hasBoth && Number(before.amount) > 0 ? divideAmounts(after, before) : null,
    waiting: subtractWaiting(now, next),
    quality: findQualityDifference({ now, next, axis, pairs }),
  };
}

/**
 * Costs from the same measurement rise and fall together: their ends are subtracted in pairs. Else the worst of both intervals counts.
 */
function subtractCosts(
  now: WhatIfState,
  next: WhatIfState,
  { before, after }: { readonly before: EstimatedMoney; readonly after: EstimatedMoney },
): EstimatedMoney {
  const apart = subtractMoney(after, before);
  const isSame =
    now.version === next.version && JSON.stringify(now.configuration) === JSON.stringify(next.configuration);
  if (!isSame || before.lower === null || after.lower === null || before.upper === null || after.upper === null) {
    return apart;
  }
  const ends = [
    decimal(after.lower).minus(before.lower),
    decimal(after.upper).minus(before.upper),
    decimal(apart.amount),
  ];
  const [lower, , upper] = ends.toSorted((a, b) => a.comparedTo(b)).map((end) => decimalString(end));
  return { ...apart, lower: lower ?? apart.lower, upper: upper ?? apart.upper };
}

const RATIO_DIGITS = 6;

function divideAmounts(money: EstimatedMoney, by: EstimatedMoney): string {
  return decimalString(decimal(money.amount).dividedBy(by.amount).toSignificantDigits(RATIO_DIGITS));
}

function subtractWaiting({ latency: before }: WhatIfState, { latency: after }: WhatIfState): Difference['waiting'] {
  if (before === null || after === null) return null;
  return {
    estimate: after.share - before.share,
    lower: after.lower - before.upper,
    upper: after.upper - before.lower,
  };
}

function findQualityDifference({ now, next, axis, pairs }: ComparedStates): QualityDifference | null {
  if (now.quality === null || next.quality === null || axis === null) return null;
  if (now.version === next.version) {
    return { estimate: 0, lower: 0, upper: 0, n: now.quality.n, test: 'same version' };
  }
  const paired = pairs.find({ candidate: next.version, baseline: now.version });
  return paired == null ? null : estimateDifference(paired, axis);
}
