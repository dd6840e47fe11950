import { decimal, formatMoneyText } from '../../platform/units/index.ts';
import type { VersionEvidence } from '../evidence/schema.ts';
import type { Check, PolicySpec } from './schema.ts';

/**
 * Checks the cost to make a version. A lower bound above the limit fails; at or below it, it is inconclusive. A cost in another
 * currency is unknown.
 */
export function checkMakingCost(bound: string, { currency }: PolicySpec, { makingCost }: VersionEvidence): Check {
  const cost = makingCost?.cost ?? null;
  const measured = cost?.currency === currency ? cost.amount : null;
  const isAbove = measured !== null && decimal(measured).gt(bound);
  return {
    name: 'making cost',
    side: 'cost',
    measured,
    unit: currency,
    comparison: '<=',
    bound,
    holds: measured === null ? null : isAbove ? false : makingCost?.isLowerBound === true ? null : true,
    interval: null,
    source: describeMakingCost(makingCost ?? null, currency),
  };
}

/** Example: "metered cost of 12 runs, $30 shared with versions 1, 2". */
export function describeMakingCost(making: VersionEvidence['makingCost'] | null, currency: string): string {
  if (making == null) return 'unknown: the version names no run';
  const { cost, basis, parts, shared, sharedWith, isLowerBound, reason } = making;
  if (cost === null) return `unknown: ${reason}`;
  if (cost.currency !== currency) return `unknown: it is in ${cost.currency}, the policy is in ${currency}`;
  const runs = `${basis} cost of ${parts.length} ${parts.length === 1 ? 'run' : 'runs'}`;
  const others = shared === null ? '' : `, ${formatMoneyText(shared)} of them for other runs`;
  const versions = sharedWith.length === 0 ? '' : `, shared with version ${sharedWith.join(', ')}`;
  return `${isLowerBound ? 'at least: ' : ''}${runs}${others}${versions}${isLowerBound ? `; ${reason}` : ''}`;
}
