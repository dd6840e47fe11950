import type { ModelScorecard } from '../../../../src/tradeoff/scorecards/schema.ts';
import { formatAbout, formatMoney } from '../../format/money.ts';
import { formatCount, formatMeasure, formatMilliseconds, formatPercent } from '../../format/number.ts';
import { formatDay } from '../../format/time.ts';

export type MeasureName = 'cost' | 'gpu' | 'roi' | 'quality' | 'latency' | 'drift';
export type Measure = ModelScorecard[MeasureName];

export const MEASURE_NAMES: Readonly<Record<MeasureName, string>> = {
  cost: 'Cost',
  gpu: 'GPU hours',
  roi: 'ROI',
  quality: 'Quality',
  latency: 'Latency p95',
  drift: 'Drift',
};

export const BASIS_WORDS: Readonly<Record<string, string>> = {
  allocated: 'from the bill',
  reconciled: 'from the bill, by metered usage',
  metered: 'metered',
  mixed: 'several bases',
  measured: 'measured on GPUs',
  events: 'from outcome events',
  labels: 'from labels',
  stated: 'at a stated value',
  metric: 'by value of the metric',
  live: 'live, on labels',
  estimated: 'estimated, without labels',
  offline: 'offline',
  endpoints: 'at endpoints',
  predictions: 'of logged predictions',
};

/** A ratio as per cent. Example: 0.84 -> "84 %". */
export function formatRatio(ratio: number): string {
  return formatPercent(ratio * 100);
}

/** Figure of a measure for display; null when unknown. Example: "$39,350.26", "1,140 h", "p95 2.9 ms". */
export function figureText(name: MeasureName, { [name]: measure }: ModelScorecard): string | null {
  const { value } = measure;
  if (value === null) return null;
  switch (name) {
    case 'cost': {
      const { currency, isLowerBound } = measure as ModelScorecard['cost'];
      if (currency === null) return null;
      return `${isLowerBound ? '≥ ' : ''}${formatMoney({ amount: String(value), currency })}`;
    }
    case 'gpu':
      return `${formatCount(Math.round(Number(value)))} h`;
    case 'latency':
      return formatMilliseconds(Number(value));
    case 'quality':
      return formatMeasure(value);
    default:
      return formatRatio(Number(value));
  }
}

/** Second line of a measure: its other figure. Example: "84 % used", "errors 0.2 %", "payback 10 Dec 2026". */
export function detailText(name: MeasureName, scorecard: ModelScorecard): string | null {
  const { gpu, roi, quality, latency, drift, cost } = scorecard;
  switch (name) {
    case 'cost':
      return costParts(cost);
    case 'gpu':
      return gpu.utilizationRatio === null ? null : `${formatRatio(gpu.utilizationRatio)} used`;
    case 'roi':
      return roi.payback.date === null ? null : `payback ${formatDay(roi.payback.date)}`;
    case 'quality':
      return quality.metric;
    case 'latency':
      return latency.errorRatio === null ? null : `errors ${formatRatio(latency.errorRatio)}`;
    case 'drift':
      return drift.windows === null ? null : `${drift.drifted} of ${drift.windows} windows`;
  }
}

function costParts({ making, running }: ModelScorecard['cost']): string | null {
  if (making === null || running === null) return null;
  return `make ${formatAbout(making)}, run ${formatAbout(running)}`;
}

const ARROWS = { up: '↑', down: '↓', flat: '→' } as const;

/** Arrow, figure and word of a change. Example: "↑ 64 % worse"; of shares in points: "↓ 2 pts better". */
export function trendText(name: MeasureName, { trend }: Measure): string | null {
  const { direction, changeRatio, change, meaning } = trend;
  if (direction === null) return null;
  if (direction === 'flat') return '→ no change';
  const size =
    name === 'roi' || name === 'drift'
      ? `${formatMeasure(Math.abs(Math.round(Number(change) * 1000) / 10))} pts`
      : changeRatio === null
        ? 'from 0'
        : formatPercent(Math.abs(changeRatio) * 100);
  const word = meaning === 'better' || meaning === 'worse' ? meaning : direction === 'up' ? 'more' : 'less';
  return `${ARROWS[direction]} ${size} ${word}`;
}

/** Interval of an estimate. Example: "0.675 to 0.688". */
export function intervalText(name: MeasureName, { interval }: Measure): string | null {
  if (interval === null) return null;
  const format = name === 'roi' ? (ratio: string | number) => formatRatio(Number(ratio)) : formatMeasure;
  return `${format(interval.lower)} to ${format(interval.upper)}`;
}

/** Target of a measure with its source. Example: "at most 50 ms (policy production)". */
export function targetText(name: MeasureName, { target, unit }: Measure): string | null {
  if (target === null) return null;
  const value =
    name === 'cost'
      ? formatMoney({ amount: String(target.value), currency: unit })
      : `${formatMeasure(target.value)}${name === 'latency' ? ' ms' : ''}`;
  return `${target.bound === 'at_most' ? 'at most' : 'at least'} ${value} (${target.source} ${target.name})`;
}

/** Days of a range in words, the last day included. Example: "1 Nov to 30 Nov 2026". */
export function rangeText({ start, end }: { readonly start: string; readonly end: string }): string {
  const last = new Date(Date.parse(`${end}T00:00:00Z`) - 86_400_000).toISOString().slice(0, start.length);
  return last === start ? formatDay(start) : `${formatDay(start)} to ${formatDay(last)}`;
}
