import { decimalString } from '../../platform/units/index.ts';
import type { GateFacts } from '../evidence/schema.ts';
import type { Interval } from '../statistics/index.ts';
import { computeShareInterval, SHARE_TEST } from './compare-evidence.ts';
import { computeTailOfLook } from './look-plan.ts';
import type { Check, PolicySpec } from './schema.ts';

/** Share of the answers that may be slower than the bound of a 95th percentile. */
const SLOW_SHARE = 0.05;

/**
 * Checks the service levels of a policy. With alpha, each is a test of a share: of the requests that failed, and of the latencies
 * above the bound, of which a 95th percentile allows 5 %. Without alpha the point values are compared.
 */
export function checkSlo(policy: PolicySpec, facts: GateFacts | undefined): Check[] {
  const { slo } = policy;
  if (slo === undefined) return [];
  return [
    ...(slo.latencyP95Ms === undefined ? [] : [checkLatency(policy, slo.latencyP95Ms, facts)]),
    ...(slo.errorRate === undefined ? [] : [checkErrorRate(policy, slo.errorRate, facts)]),
  ];
}

function checkLatency(policy: PolicySpec, boundMs: number, facts: GateFacts | undefined): Check {
  const check = { ...UNKNOWN, name: 'latency p95', unit: 'ms', bound: decimalString(String(boundMs)) };
  const latency = facts?.latency ?? null;
  if (latency === null) {
    return { ...check, source: 'no latency was measured: import an evaluation with --latency, or serve the version' };
  }
  const { n, above, p95Ms, source } = latency;
  const measured = { ...check, measured: toDecimal(p95Ms), n, source };
  if (policy.alpha === undefined) return { ...measured, test: null, holds: p95Ms <= boundMs };
  const compared = testShare(above, n, policy, facts);
  return {
    ...measured,
    ...decideShare(compared, SLOW_SHARE),
    source: `${source}; ${above} of ${n} above the bound, ${formatPercent(compared.lower)} to ${formatPercent(compared.upper)}, allowed 5 %`,
  };
}

function checkErrorRate(policy: PolicySpec, bound: number, facts: GateFacts | undefined): Check {
  const check = { ...UNKNOWN, name: 'error rate', unit: 'share of requests', bound: decimalString(String(bound)) };
  const requests = facts?.requests ?? null;
  if (requests === null || requests.n === 0) {
    return { ...check, source: 'no request of this version was recorded; serve it, such as in a shadow or a canary' };
  }
  const { n, errors, source } = requests;
  const measured = { ...check, measured: toDecimal(errors / n), n, source: `${source}; ${errors} of ${n} failed` };
  if (policy.alpha === undefined) return { ...measured, test: null, holds: errors / n <= bound };
  const compared = testShare(errors, n, policy, facts);
  const interval = { lower: toDecimal(Math.max(0, compared.lower)), upper: toDecimal(compared.upper) };
  return { ...measured, ...decideShare(compared, bound), estimate: measured.measured, interval };
}

const UNKNOWN: Check = {
  name: '',
  side: 'quality',
  measured: null,
  unit: '',
  comparison: '<=',
  bound: null,
  holds: null,
  interval: null,
  source: '',
};

interface TestedShare extends Interval {
  readonly tail: number;
}

function testShare(events: number, n: number, policy: PolicySpec, facts: GateFacts | undefined): TestedShare {
  const tail = computeTailOfLook(policy, facts?.look?.number ?? 1);
  return { ...computeShareInterval(events, n, tail), tail };
}

function decideShare({ lower, upper, tail }: TestedShare, bound: number): Pick<Check, 'holds' | 'test' | 'alpha'> {
  return { holds: upper < bound ? true : lower > bound ? false : null, test: SHARE_TEST, alpha: tail };
}

function toDecimal(value: number): string {
  return decimalString(String(value));
}

function formatPercent(share: number): string {
  return `${Number((100 * Math.max(0, share)).toFixed(2))} %`;
}
