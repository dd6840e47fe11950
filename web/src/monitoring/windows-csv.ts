import type { MonitorWindow } from '../../../src/mlops/monitors/schema.ts';
import { toCsv } from '../format/csv.ts';
import { metricsOf } from './monitor-panels.ts';

/** Exact results of the predictions by window; an empty cell is unknown. */
export function windowsCsv(windows: readonly MonitorWindow[]): string {
  const metrics = metricsOf(windows);
  const sides = ['measured', 'estimated'] as const;
  const names = metrics.flatMap((metric) =>
    sides.flatMap((side) => [`${metric} ${side}`, `${metric} ${side} lower`, `${metric} ${side} upper`]),
  );
  const text = (value: number | null | undefined) => (value == null ? null : String(value));
  return toCsv(
    ['start', 'end', 'slice', 'predictions', 'labelled', 'p50Ms', 'p95Ms', 'p99Ms', ...names],
    windows.map(({ period, slice, predictions, labelled, latencyMs, quality, estimates }) => [
      ...[period?.start ?? null, period?.end ?? null, slice, String(predictions), String(labelled)],
      ...[text(latencyMs?.p50), text(latencyMs?.p95), text(latencyMs?.p99)],
      ...metrics.flatMap((metric) =>
        [quality, estimates].flatMap((figures) => {
          const found = figures.find((one) => one.metric === metric);
          return [text(found?.value), text(found?.lower), text(found?.upper)];
        }),
      ),
    ]),
  );
}
