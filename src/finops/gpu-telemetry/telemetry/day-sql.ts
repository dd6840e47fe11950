import { HOUR_MS } from '../../../platform/units/durations.ts';

/** A reading that is late by more than half an interval leaves a gap: readings are missing. */
export const GAP_FACTOR = 1.5;

/** A UTC day, `2026-11-01`, or an hour of one, `2026-11-01 09`, in Unix milliseconds; the end is exclusive. */
export function parseSpan(span: string): { readonly start: number; readonly end: number } {
  const [day = '', hour] = span.split(' ');
  const start = Date.parse(`${day}T${hour ?? '00'}:00:00Z`);
  return { start, end: start + (hour === undefined ? 24 * HOUR_MS : HOUR_MS) };
}

export interface SpanImport {
  /** Type of the session that lists all GPUs concerned. */
  readonly names: string;
  /** A day, or an hour of one. */
  readonly span: string;
  /** FROM item of the new readings: gpu, sampledAt, value, intervalMs, import. */
  readonly incoming: string;
  /** FROM item of the stored readings of the span. */
  readonly known: string;
}

/**
 * The stored readings of a span together with those of an import, in the form of GPU_SAMPLE: sorted once, by small numbers
 * (the names are an ENUM), and then read in that order. Of several readings of one GPU at one instant the import has
 * precedence, and among its readings the largest: busy rather than idle.
 */
export function buildSpanSelect({ names, span, incoming, known }: SpanImport): string {
  const { start, end } = parseSpan(span);
  const [from, to] = [`make_timestamp(${start}000)`, `make_timestamp(${end}000)`];
  const rows = `SELECT gpu::${names} AS g, epoch_ms(sampledAt) AS t, value, "intervalMs" AS i, true AS newer, "import"
      FROM ${incoming} WHERE "sampledAt" >= ${from} AND "sampledAt" < ${to}
    UNION ALL
    SELECT gpu::${names}, epoch_ms(sampledAt), value, intervalMs, false, "import" FROM ${known}`;
  const ordered = `SELECT *, lead(g) OVER () AS nextGpu, lead(t) OVER () AS nextT FROM (FROM (${rows}) ORDER BY g, t, newer, value)`;
  return `SELECT g::VARCHAR AS gpu, make_timestamp(t * 1000) AS "sampledAt", value,
      CASE WHEN nextGpu = g AND nextT - t <= ${GAP_FACTOR} * i THEN nextT - t ELSE i END AS "spanMs",
      i AS "intervalMs", "import"
    FROM (${ordered}) WHERE nextGpu IS DISTINCT FROM g OR nextT <> t`;
}

/**
 * Stretches of samples, in the form of GPU_STRETCH. `samples` is a relation with rows in the order of GPU and time, like the
 * files of samples: they are read in sequence, without sorting.
 */
export function buildStretchSelect(samples: string, level: number): string {
  const marked = `SELECT *, value <= ${level} AS low, coalesce(gpu <> lag(gpu) OVER () OR "import" <> lag("import") OVER ()
        OR (value <= ${level}) <> (lag(value) OVER () <= ${level})
        OR epoch_ms("sampledAt") <> lag(epoch_ms("sampledAt")) OVER () + lag("spanMs") OVER (), true) AS starts
      FROM ${samples}`;
  const numbered = `SELECT *, sum(starts::INTEGER) OVER (ROWS UNBOUNDED PRECEDING) AS stretch FROM (${marked})`;
  return `SELECT any_value(gpu) AS gpu, any_value("import") AS "import", any_value(low) AS low, min("sampledAt") AS "startedAt",
      max("sampledAt") AS "lastAt", sum("spanMs")::BIGINT AS "spanMs", count(*) AS samples, sum("spanMs" * value)::DOUBLE AS "valueMs"
    FROM (${numbered}) GROUP BY stretch ORDER BY gpu, "startedAt"`;
}
