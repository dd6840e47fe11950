const METRICS = 100;
/** A fixed instant, 2026-11-01T00:00:00Z, so that both servers get the same bytes. */
const FIRST_TIMESTAMP = 1_793_491_200_000;

export function metricKey(index: number): string {
  return `layer_${String(index).padStart(3, '0')}_gradient_norm`;
}

/** A value with as many digits as training produces, the same for the same step and metric. */
export function metricValue(step: number, index: number): number {
  return Math.abs(Math.sin(step * 12.9898 + index * 78.233)) * (1 + index);
}

export function metricTimestamp(step: number): number {
  return FIRST_TIMESTAMP + step * 1000;
}

/** Body of log-batch: one step of a training, 100 metrics. Differs between servers in the run's id alone. */
export function logBatchBody(runId: string, step: number): string {
  const timestamp = metricTimestamp(step);
  const metrics = Array.from({ length: METRICS }, (_, index) => ({
    key: metricKey(index),
    value: metricValue(step, index),
    timestamp,
    step,
  }));
  return JSON.stringify({ run_id: runId, metrics, params: [], tags: [] });
}
