import type { Decision } from '../../../src/tradeoff/decisions/schema.ts';
import type { Check } from '../../../src/tradeoff/gates/schema.ts';
import { formatMetricName } from '../format/metric-name.ts';
import { counted, formatMeasured } from '../format/number.ts';
import { formatCheckName } from './check-name.ts';

/**
 * Reason of a verdict with its first figures, as text.
 * Example: "cost per month is $1,245.00 per month where at most $500.00 is allowed, and 2 more checks do not hold".
 */
export function verdictReason(decision: Pick<Decision, 'verdict' | 'checks'>): string {
  const { verdict, checks } = decision;
  if (verdict === 'promote') return `all checks pass, with ${bestFigures(checks)}`;
  if (verdict === 'hold') {
    const open = checks.filter((check) => check.holds === null);
    const isTested = (check: Check) => check.test != null;
    const missing = open.filter((check) => !isTested(check)).map((check) => formatCheckName(check));
    const tested = open.filter(isTested).map(formatOpenTest);
    return [
      ...(missing.length === 0 ? [] : [`evidence is missing for ${missing.join(', ')}`]),
      ...(tested.length === 0 ? [] : [`${tested.join(', ')} inconclusive`]),
    ].join(', and ');
  }
  const failed = checks.filter((check) => check.holds === false);
  const first = tellingFailure(failed);
  if (first === undefined) return 'a check fails';
  const more = failed.length - 1;
  const rest = more === 0 ? '' : `, and ${counted(more, 'more check fails', 'more checks fail')}`;
  return `${failureText(first)}${rest}`;
}

/**
 * The failed check to name first: quality, then a cost per month. Amounts of different units or bases are not ordered.
 */
function tellingFailure(failed: readonly Check[]): Check | undefined {
  const costs = failed.filter((check) => check.side === 'cost' && check.measured !== null);
  const monthly = costs.find((check) => check.unit.endsWith('per month'));
  return failed.find((check) => check.side === 'quality') ?? monthly ?? costs[0] ?? failed[0];
}

/** Example: "accuracy floor (340 more examples needed)". */
function formatOpenTest(check: Check): string {
  const { samplesNeeded } = check;
  const text = formatCheckName(check);
  if (samplesNeeded == null || samplesNeeded === 0) return text;
  return `${text} (${counted(samplesNeeded, 'more example', 'more examples')} needed)`;
}

/** Side of the checks that caused a rejection; null for other verdicts. */
export function refusedOn(decision: Pick<Decision, 'verdict' | 'checks'>): string | null {
  if (decision.verdict !== 'reject') return null;
  const sides = new Set(decision.checks.filter((check) => check.holds === false).map((check) => check.side));
  return sides.size === 1 ? `on ${[...sides][0]}` : 'on both sides';
}

function failureText(check: Check): string {
  if (check.measured === null || check.bound === null) return `${formatCheckName(check)} fails`;
  const measured = formatMeasured(check.measured, check.unit);
  const bound = formatMeasured(check.bound, check.unit, check.measured).figure;
  const unit = check.name.includes(measured.unit) ? '' : ` ${measured.unit}`;
  const words = check.comparison === '<=' ? `at most ${bound} is allowed` : `at least ${bound} is required`;
  return `${formatCheckName(check)} is ${measured.figure}${unit} where ${words}`;
}

function findUnit(checks: readonly Check[], unit: string): Check | undefined {
  return checks.find((check) => check.measured !== null && check.unit.includes(unit));
}

/** A cost a month before others, as in a rejection: so the reasons of all decisions name one quantity. */
function bestFigures(checks: readonly Check[]): string {
  const sides = (['quality', 'cost'] as const).map((side) => checks.filter((check) => check.side === side));
  const first = sides.map((own) => findUnit(own, 'per month') ?? findUnit(own, '1,000') ?? own[0]);
  return first
    .filter((check) => check !== undefined && check.measured !== null)
    .map((check) => {
      if (check === undefined || check.measured === null) return '';
      const text = formatMeasured(check.measured, check.unit);
      if (check.side === 'quality') return `${formatMetricName(text.unit)} ${text.figure}`;
      const name = formatCheckName(check).replace(' of predictions', '');
      const unit = name.includes(text.unit) ? '' : ` ${text.unit}`;
      return `${name} ${text.figure}${unit}`;
    })
    .join(' and ');
}
