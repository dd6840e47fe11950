import { compareNumbers } from '../table/comparators.ts';
import type { Comparators } from '../table/use-sorted.ts';

export interface MeasuredMetric {
  readonly name: string;
  /** null: NaN. */
  readonly value: number | null;
  readonly interval: { readonly lower: number; readonly upper: number } | null;
  /** Examples; null: not logged. */
  readonly n: number | null;
}

const PARTS = ['.ci_lower', '.ci_upper', '.n'];

/** Metrics by name, with the interval and the number of examples that were logged as NAME.ci_lower, NAME.ci_upper and NAME.n. */
export function listMeasuredMetrics(metrics: Readonly<Record<string, number | null>>): MeasuredMetric[] {
  const isPart = (name: string) => PARTS.some((part) => name.endsWith(part) && name.slice(0, -part.length) in metrics);
  return Object.keys(metrics)
    .filter((name) => !isPart(name))
    .toSorted()
    .map((name) => {
      const [lower, upper, n] = PARTS.map((part) => metrics[`${name}${part}`] ?? null);
      const interval = lower == null || upper == null ? null : { lower, upper };
      return { name, value: metrics[name] ?? null, interval, n: n ?? null };
    });
}

/** Ascending orders of the table of metrics by column; NaN is unknown. */
export const METRIC_ORDER: Comparators<MeasuredMetric> = {
  name: (a, b) => a.name.localeCompare(b.name),
  value: compareNumbers(({ value }) => value),
  interval: compareNumbers(({ interval }) => interval?.lower),
  n: compareNumbers(({ n }) => n),
};
