import type { Rollout, RolloutCheck } from '../../../src/mlops/serving/rollouts/schema.ts';
import { decimal, type Money } from '../../../src/platform/units/schema.ts';
import type { Check } from '../../../src/tradeoff/gates/schema.ts';
import { formatScaled, unitScale } from '../format/money.ts';
import { counted, formatCount, formatMeasure, formatPercent } from '../format/number.ts';
import { formatInstant } from '../format/time.ts';

const MINUS = '\u2212';
const POINT = 0.01;

const NAMES: Readonly<Record<string, string>> = {
  errorRate: 'Error rate (5xx)',
  latencyP95: 'Latency, 95th percentile',
  latencyMean: 'Latency, mean',
  cost: 'Cost of a request',
};

/** Name of a check for reading: `latencyP95` -> `Latency, 95th percentile`; `quality accuracy` -> `Quality: accuracy`. */
export function formatCheckName(name: string): string {
  const [metric = '', ...rest] = name.split(' ');
  if (metric === 'quality') return rest.length === 0 ? 'Quality' : `Quality: ${rest.join(' ')}`;
  if (metric === 'prometheus') return `${rest.join(' ')} (Prometheus)`;
  return NAMES[name] ?? name;
}

/**
 * A ratio, a difference of shares in points, or a difference in the unit of a Prometheus query; differences have their sign.
 * Examples: 1.314, ratio -> "1.31×"; 0.0042, difference -> "+0.42 points"; -3.5, difference of a query -> "−3.5".
 */
export function formatCheckValue(value: number, { scale, unit }: Pick<RolloutCheck, 'scale' | 'unit'>): string {
  if (scale === 'ratio') return `${formatMeasure(decimal(value).toDecimalPlaces(2).toNumber())}×`;
  if (unit === 'query') return `${value > 0 ? '+' : ''}${formatMeasure(value)}`;
  const points = decimal(value).dividedBy(POINT).toDecimalPlaces(2);
  const sign = points.isZero() ? '' : points.isNegative() ? MINUS : '+';
  return `${sign}${points.abs().toFixed()} ${points.abs().equals(1) ? 'point' : 'points'}`;
}

/** Relation of the estimate to the limit that the check requires: a loss of quality is negative, more errors or time are positive. */
export function findComparison({ name, scale, limit }: Pick<RolloutCheck, 'name' | 'scale' | 'limit'>): '>=' | '<=' {
  if (scale === 'ratio') return limit < 1 ? '>=' : '<=';
  const isQuality = name.startsWith('quality');
  return limit < 0 || (limit === 0 && isQuality) ? '>=' : '<=';
}

/** "must be at most +1 point": the limit of a check. */
export function formatLimit(check: RolloutCheck): string {
  const bound = findComparison(check) === '>=' ? 'at least' : 'at most';
  return `must be ${bound} ${formatCheckValue(check.limit, check)}`;
}

/** Interval of a check; an end that is not bounded is named so. Example: "−0.1 to +0.4 points". */
export function formatCheckInterval(check: RolloutCheck): string {
  const { lower, upper } = check;
  const show = (value: number | null) => (value === null ? 'unbounded' : formatCheckValue(value, check));
  const from = lower === null || upper === null ? show(lower) : show(lower).replace(/ points?$/, '');
  return `${from} to ${show(upper)}`;
}

/** Figures of a check as the gauge of a decision draws them. */
export function toGauge(check: RolloutCheck): Pick<Check, 'measured' | 'bound' | 'interval' | 'comparison'> {
  const { estimate, lower, upper, limit } = check;
  return {
    measured: estimate === null ? null : String(estimate),
    bound: String(limit),
    interval: lower === null || upper === null ? null : { lower: String(lower), upper: String(upper) },
    comparison: findComparison(check),
  };
}

/** passes -> true, fails -> false, inconclusive -> null. */
export function toHolds(verdict: RolloutCheck['verdict']): boolean | null {
  return verdict === 'inconclusive' ? null : verdict === 'passes';
}

/** Responses of the canary per millisecond in the present step; null before the first. */
export function computeResponseRate({ canary, stepSince }: Rollout, nowMs: number): number | null {
  const elapsedMs = nowMs - Date.parse(stepSince);
  return canary === null || canary.requests === 0 || elapsedMs <= 0 ? null : canary.requests / elapsedMs;
}

/**
 * When an open check has its samples, in milliseconds since 1970: at the present rate of responses, or at the interval at which its
 * metric is read. Null when it is decided, when no number of samples proves it at its estimate, and before the first response.
 */
export function expectSamplesAt(
  { verdict, samplesNeeded, sampleMs }: RolloutCheck,
  rate: number | null,
  nowMs: number,
): number | null {
  if (verdict !== 'inconclusive' || samplesNeeded === null) return null;
  if (sampleMs !== undefined) return nowMs + samplesNeeded * sampleMs;
  return rate === null ? null : nowMs + samplesNeeded / rate;
}

/** When all open checks have their samples, in milliseconds since 1970; null when no check is open, or one cannot be expected. */
export function expectProofAt(rollout: Rollout, nowMs: number): number | null {
  const open = rollout.checks.filter(({ verdict }) => verdict === 'inconclusive');
  const rate = computeResponseRate(rollout, nowMs);
  const expected = open.map((check) => expectSamplesAt(check, rate, nowMs));
  const known = expected.filter((at) => at !== null);
  return open.length === 0 || known.length < open.length ? null : Math.max(...known);
}

/** Why the end of a running canary cannot be expected yet. */
export function explainNoEnd({ checks, canary }: Rollout): string {
  if (canary === null) return 'Another server measures this canary.';
  if (canary.requests === 0) return 'The canary has answered no request in this step.';
  if (checks.length === 0) return 'The checks have not been evaluated in this step yet.';
  const never = checks.filter(({ verdict, samplesNeeded }) => verdict === 'inconclusive' && samplesNeeded === null);
  if (never.length === 0) return 'All checks pass; the step ends after its minimum duration and responses.';
  const list = (some: readonly RolloutCheck[]) => some.map(({ name }) => formatCheckName(name)).join(', ');
  const [measured, unknown] = [
    never.filter((one) => one.estimate !== null),
    never.filter((one) => one.estimate === null),
  ];
  return measured.length > 0
    ? `No proof is expected at the present estimate of ${list(measured)}.`
    : `Not enough data yet for ${list(unknown)}.`;
}

/** Samples that an open check still needs, and when they are expected at the present rate; null when the check is decided or has no data. */
export function formatNeed(check: RolloutCheck, rate: number | null, nowMs: number): string | null {
  const { verdict, samplesNeeded, estimate, sampleMs } = check;
  if (verdict !== 'inconclusive' || (estimate === null && samplesNeeded === null)) return null;
  if (samplesNeeded === null) return 'no proof is expected at this estimate';
  const samples = `${formatCount(samplesNeeded)} more`;
  const needs = sampleMs === undefined ? `needs ${samples} on each side` : `needs ${samples} samples`;
  const at = expectSamplesAt(check, rate, nowMs);
  return at === null ? needs : `${needs}, expected ${formatInstant(new Date(at).toISOString())}`;
}

/** Cost behind a check of cost, for 1,000 requests: "busy cost of 1,000 requests: live $0.02, canary $0.021". */
export function formatCheckCost({
  basis,
  livePerThousand,
  canaryPerThousand,
}: NonNullable<RolloutCheck['cost']>): string {
  const { factor, per } = unitScale(livePerThousand.amount, 1000);
  const show = (money: Money) => formatScaled(money, { factor, per });
  return `${basis} cost of ${per} requests: live ${show(livePerThousand)}, canary ${show(canaryPerThousand)}`;
}

/** Share of the requests of this step that the canary received, next to its weight; null without both sides. */
export function formatReceivedShare({ live, canary }: Pick<Rollout, 'live' | 'canary'>): string | null {
  if (live === null || canary === null) return null;
  const all = live.requests + canary.requests;
  if (all === 0) return null;
  const share = formatPercent((100 * canary.requests) / all);
  return `${share}: ${formatCount(canary.requests)} of ${counted(all, 'request')}`;
}

/** "2 of 3 checks pass, 1 inconclusive". */
export function formatProof(checks: readonly RolloutCheck[]): string {
  const count = (verdict: RolloutCheck['verdict']) => checks.filter((check) => check.verdict === verdict).length;
  const [fails, open] = [count('fails'), count('inconclusive')];
  const rest = [
    ...(fails === 0 ? [] : [`${fails} ${fails === 1 ? 'fails' : 'fail'}`]),
    ...(open === 0 ? [] : [`${open} inconclusive`]),
  ];
  const verb = checks.length === 1 ? 'passes' : 'pass';
  return [`${count('passes')} of ${counted(checks.length, 'check')} ${verb}`, ...rest].join(', ');
}
