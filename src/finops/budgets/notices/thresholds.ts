import { decimal } from '../../../platform/units/index.ts';
import type { Budget, BudgetSpec } from '../schema.ts';

/**
 * What a budget has crossed in its window, mildest first: each share of `warnAt` that is spent, `exhausted` when nothing is
 * left, `stopped` when it stopped work. Nothing of the first two while nothing is known of what was spent.
 * Example: 85 of 100 spent, warning at 0.8 and 1 -> ["0.8"].
 */
export function crossed(
  { warnAt }: Pick<BudgetSpec, 'warnAt'>,
  { limit, spent, remaining }: Pick<Budget, 'limit' | 'spent' | 'remaining'>,
  hasStopped: boolean,
): string[] {
  const shares =
    spent === null
      ? []
      : warnAt.filter((ratio) => decimal(limit.amount).times(ratio).lessThanOrEqualTo(spent.amount)).toSorted();
  const isExhausted = remaining !== null && !decimal(remaining).greaterThan(0);
  return [...shares.map(String), ...(isExhausted ? ['exhausted'] : []), ...(hasStopped ? ['stopped'] : [])];
}
