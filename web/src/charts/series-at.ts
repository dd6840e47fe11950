import type { BarSeries } from './stacked-bars-option.ts';

/**
 * The series whose part of a stacked bar holds a value; undefined above and below the bar. Positive amounts are stacked
 * upwards from zero and negative ones downwards. Floats suffice, because the value is a position on the screen.
 * Example: amounts 3 and 2 at a slot -> value 4 is in the second series.
 */
export function seriesAt(series: readonly BarSeries[], slot: number, value: number): BarSeries | undefined {
  let reached = 0;
  for (const one of series) {
    const amount = Number(one.amounts[slot] ?? 0);
    if (Math.sign(amount) !== Math.sign(value)) continue;
    reached += amount;
    if (Math.abs(value) <= Math.abs(reached)) return one;
  }
  return undefined;
}
