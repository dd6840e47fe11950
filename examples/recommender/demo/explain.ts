import { describeCheck } from '../../../src/tradeoff/gates/index.ts';
import type { Check, Verdict } from '../../../src/tradeoff/gates/schema.ts';

/**
 * The checks that decided a verdict, for the terminal: of a promotion all of them, else those that do not pass.
 *
 * @example "ndcg_at_10 non-inferior to @champion: 0.05851 (0.0545 to 0.0625), required >= -0.01; paired t interval, 3,940 users, alpha 0.05"
 */
export function explainVerdict(verdict: Verdict, checks: readonly Check[]): string[] {
  return checks.filter(({ holds }) => verdict === 'promote' || holds !== true).map(explainCheck);
}

function explainCheck(check: Check): string {
  const { measured, comparison, bound, interval, holds, test, n, alpha, source } = check;
  const name = describeCheck(check);
  if (measured === null) return `${name}: ${holds === true ? 'passes' : 'inconclusive'}; ${source}`;
  const range = interval === null ? '' : ` (${shorten(interval.lower)} to ${shorten(interval.upper)})`;
  const unit = check.side === 'cost' ? ` ${check.unit}` : '';
  const figures = `${name}: ${shorten(measured)}${range}, required ${comparison} ${shorten(bound)}${unit}`;
  if (test != null && n != null && alpha != null) {
    return `${figures}; ${test}, ${n.toLocaleString('en')} users, alpha ${alpha}`;
  }
  return holds === true ? figures : `${figures}; ${source}`;
}

/** Four significant digits, in plain notation. */
function shorten(value: string | null): string {
  if (value === null) return 'an unknown bound';
  return Number(value).toLocaleString('en', { maximumSignificantDigits: 4 });
}
