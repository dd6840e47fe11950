import type { EndpointMetric } from '../../../src/mlops/gateway/metrics/schema.ts';
import { toCsv } from '../format/csv.ts';

const COUNTS = ['requests', 'answered', 'refused', 'throttled', 'errors', 'lost'] as const;
const HEADER = [
  ...['at', 'variant', 'model', 'version'],
  ...COUNTS,
  ...['p50Ms', 'p95Ms', 'p99Ms', 'replicas', 'cost', 'currency'],
];

/** Exact metrics of an endpoint as CSV; an empty cell is unknown. */
export function metricsCsv(points: readonly EndpointMetric[]): string {
  const number = (value: number | null | undefined) => (value == null ? null : String(value));
  return toCsv(
    HEADER,
    points.map((point) => [
      ...[point.at, point.variant, point.model, point.version],
      ...COUNTS.map((key) => String(point[key])),
      ...[number(point.latencyMs?.p50), number(point.latencyMs?.p95), number(point.latencyMs?.p99)],
      ...[number(point.replicas), point.cost?.amount ?? null, point.cost?.currency ?? null],
    ]),
  );
}
