import type { Rollout, RolloutSide } from '../../../src/mlops/serving/rollouts/schema.ts';
import type { IntervalRow } from '../charts/IntervalRows.tsx';
import { counted, formatMilliseconds, formatPercent } from '../format/number.ts';

const FEW = 'too few answers yet';

/** Errors and latency of both sides of a canary, each with its interval. */
export function rolloutRows({ live, canary }: Pick<Rollout, 'live' | 'canary'>): {
  readonly errors: IntervalRow[];
  readonly latency: IntervalRow[];
} {
  const sides = [
    ...(live === null ? [] : [{ name: 'live', variable: '--ink-3', side: live }]),
    ...(canary === null ? [] : [{ name: 'canary', variable: '--ink', side: canary }]),
  ];
  return {
    errors: sides.map(({ side, ...row }) => ({ ...row, ...buildErrorRow(side) })),
    latency: sides.map(({ side, ...row }) => ({ ...row, ...buildLatencyRow(side) })),
  };
}

function buildErrorRow({ errorRate, errorRateLow, errorRateHigh, errors, requests }: RolloutSide) {
  const percent = (ratio: number) => formatPercent(ratio * 100);
  const of = `${errors} of ${counted(requests, 'answer')}`;
  return {
    ...{ value: errorRate, lower: errorRateLow, upper: errorRateHigh },
    text:
      errorRate === null
        ? `${FEW} (${of})`
        : `${percent(errorRate)}${interval(errorRateLow, errorRateHigh, percent)}, ${of}`,
  };
}

function buildLatencyRow({ p95Ms, p95LowMs, p95HighMs }: RolloutSide) {
  return {
    ...{ value: p95Ms, lower: p95LowMs, upper: p95HighMs },
    text: p95Ms === null ? FEW : `${formatMilliseconds(p95Ms)}${interval(p95LowMs, p95HighMs, formatMilliseconds)}`,
  };
}

function interval(low: number | null, high: number | null, text: (value: number) => string): string {
  return low === null || high === null ? '' : ` (${text(low)} to ${text(high)})`;
}
