import { quoteLiteral } from '../../../platform/lake/index.ts';
import type { GpuMetric } from '../telemetry/schema.ts';
import type { Device } from './devices.ts';

/** Time for which a GPU keeps its best signal: without it, readings are missing instead of coming from a different signal. */
export const SIGNAL_KEPT_MS = 3_600_000;

/** A FROM item of the known facts of GPUs. */
export function buildDevicesSql(devices: readonly Device[]): string {
  const columns = 'gpu, slices, signal, signalAt, seenAt';
  if (devices.length === 0) {
    return '(SELECT NULL::VARCHAR AS gpu, NULL::INTEGER AS slices, NULL::INTEGER AS signal, NULL::BIGINT AS signalAt, NULL::BIGINT AS seenAt WHERE false)';
  }
  const rows = devices.map(
    ({ gpu, slices, signal, signalAt, seenAt }) =>
      `(${quoteLiteral(gpu)}, ${slices}::INTEGER, ${signal}::INTEGER, ${signalAt}::BIGINT, ${seenAt}::BIGINT)`,
  );
  return `(SELECT * FROM (VALUES ${rows.join(', ')}) d(${columns}))`;
}

/**
 * One reading for each GPU and instant of the recent ones: gpu, sampledAt, value, intervalMs, import, signal. If series of
 * several holders belong to one GPU, the series of the GPU itself counts; without it, equal series are copies, and different
 * ones are parts that are added up. Of several signals, one is used for all present instants: the best one that was read at
 * half of them or more, but not a lower-ranked one than the signal of the GPU within the last hour. A GPU whose parts (MIG)
 * have readings has no separate reading.
 */
export function buildReadingsSelect(metric: GpuMetric, recent: string, devices: string): string {
  const wholes = `SELECT split_part(gpu, '/', 1) FROM (SELECT gpu FROM ${recent} WHERE contains(gpu, '/')
      UNION ALL SELECT d.gpu FROM ${devices} d WHERE contains(d.gpu, '/')
        AND d.seenAt >= (SELECT min(epoch_ms("sampledAt")) FROM ${recent}) - ${SIGNAL_KEPT_MS})`;
  const series = `SELECT gpu, "sampledAt", signal, holder, max(value) AS value, max("intervalMs") AS "intervalMs", max(source) AS source
    FROM ${recent} WHERE metric = ${quoteLiteral(metric)} AND gpu NOT IN (${wholes}) GROUP BY ALL`;
  const counted = `SELECT gpu, signal, count(DISTINCT "sampledAt") AS instants, min(epoch_ms("sampledAt")) AS since FROM series GROUP BY gpu, signal`;
  const best = `SELECT gpu, min(signal) FILTER (instants * 2 >= most) AS signal, min(since) AS since
    FROM (SELECT *, max(instants) OVER (PARTITION BY gpu) AS most FROM counted) GROUP BY gpu`;
  const chosen = `SELECT b.gpu, CASE WHEN d.signal < b.signal AND abs(b.since - d.signalAt) < ${SIGNAL_KEPT_MS} THEN d.signal ELSE b.signal END AS signal
    FROM (${best}) b LEFT JOIN ${metric === 'utilization' ? devices : buildDevicesSql([])} d ON d.gpu = b.gpu`;
  const whole = metric === 'utilization' ? 'least(sum(value), 1)' : 'sum(value)';
  return `WITH series AS (${series}), counted AS (${counted}), chosen AS (${chosen})
    SELECT s.gpu, s."sampledAt", CASE WHEN bool_or(holder IS NULL) THEN max(value) FILTER (holder IS NULL)
        WHEN min(value) = max(value) THEN max(value) ELSE ${whole} END AS value,
      max("intervalMs") AS "intervalMs", max(source) AS "import", any_value(s.signal) AS signal
    FROM series s JOIN chosen c ON c.gpu = s.gpu AND c.signal = s.signal GROUP BY s.gpu, s."sampledAt"`;
}

/** A counter loses nothing between two of its readings, so two per interval are enough. */
const ENERGY_STEP_MS = 5 * 60_000;

/**
 * Readings of energy counters, in the form of {@link gatheredSelect}: the first and the largest of each five minutes. The
 * largest is the last one, or the one before a counter reset. A counter belongs to a whole GPU, however many parts and
 * holders its series name.
 */
export function buildEnergySelect(recent: string): string {
  const read = `SELECT split_part(gpu, '/', 1) AS gpu, "sampledAt", max(value) AS value, max(source) AS source
    FROM ${recent} WHERE metric = 'energy' GROUP BY ALL`;
  const steps = `SELECT gpu, unnest([min("sampledAt"), arg_max("sampledAt", value)]) AS "sampledAt"
    FROM (${read}) GROUP BY gpu, epoch_ms("sampledAt") // ${ENERGY_STEP_MS}`;
  return `SELECT r.gpu, r."sampledAt", r.value, ${ENERGY_STEP_MS}::BIGINT AS "intervalMs", r.source AS "import", 0 AS signal
    FROM (${read}) r SEMI JOIN (${steps}) s ON s.gpu = r.gpu AND s."sampledAt" = r."sampledAt"`;
}

/** Stretches of the same holder, joined: gpu, start and end (Unix milliseconds), and the holder. */
export function buildHoldingsSelect(recent: string): string {
  const who = 'gpu, namespace, pod, container, pid';
  const rows = `SELECT ${who}, host, model, epoch_ms("sampledAt") AS s, epoch_ms("endsAt") AS e, "intervalMs" AS i
    FROM ${recent} r WHERE metric = 'holder' AND (pod IS NOT NULL OR pid IS NOT NULL OR NOT EXISTS (
      FROM ${recent} o WHERE o.metric = 'holder' AND o.gpu = r.gpu AND (o.pod IS NOT NULL OR o.pid IS NOT NULL)
        AND o."sampledAt" < r."endsAt" AND o."endsAt" > r."sampledAt"))`;
  const before = `SELECT *, max(e) OVER (PARTITION BY ${who} ORDER BY s, e ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS until FROM (${rows})`;
  const numbered = `SELECT *, sum(coalesce(s - until > i / 2, true)::INTEGER) OVER (PARTITION BY ${who} ORDER BY s, e) AS stretch FROM (${before})`;
  return `SELECT ${who}, min(s)::DOUBLE AS start, max(e)::DOUBLE AS "end", max(host) AS host, max(model) AS model
    FROM (${numbered}) GROUP BY ${who}, stretch ORDER BY gpu, start, pod, pid`;
}
