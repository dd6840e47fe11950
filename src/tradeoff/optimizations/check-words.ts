import { nameCheck, type OptimizationCheck, REQUEST_CHECKS } from './schema.ts';

/**
 * A check with its difference, interval and limit. A difference of cost is in the currency for one request or hour, too small to
 * read, so that only its limit is named.
 *
 * @example `error rate 0 points of successful requests (-6.1 to 6.31; allowed: at most 5 % more errors)`
 */
export function describeCheck(check: OptimizationCheck): string {
  const { kind, limit, estimate, lower, upper, reason } = check;
  const name = nameCheck(check);
  if (estimate === null) return `${name} (${reason ?? limit})`;
  if (kind === 'saving') return `${name} (allowed: ${limit})`;
  return `${name} ${formatDifference(check, estimate)} (${formatEnd(check, lower)} to ${formatEnd(check, upper)}; allowed: ${limit})`;
}

/** @example `error rate at worst -1.03 points of successful requests` */
export function describeProof(check: OptimizationCheck): string {
  const name = nameCheck(check);
  if (check.kind === 'saving') return `${name} ${check.limit}`;
  return check.lower === null ? `${name} passes` : `${name} at worst ${formatDifference(check, check.lower)}`;
}

function formatDifference(check: OptimizationCheck, value: number): string {
  const points = REQUEST_CHECKS[check.name]?.points;
  return points === undefined ? formatThree(value) : `${formatThree(100 * value)} ${points}`;
}

function formatEnd({ name }: OptimizationCheck, value: number | null): string {
  if (value === null) return 'no limit';
  return formatThree(REQUEST_CHECKS[name] === undefined ? value : 100 * value);
}

function formatThree(value: number): string {
  return String(Number(value.toPrecision(3)));
}
