import { z } from 'zod';
import { isAmong, type Sql } from '../../../platform/store/index.ts';
import { type DdSketch, restoreDdSketch } from './dd-sketch.ts';
import type { Tally } from './tally.ts';

interface MetricTables {
  endpoint_traffic: {
    endpoint: string;
    span_ms: number;
    at_ms: number;
    variant: string;
    model: string;
    version: string;
    server: string;
    answered: number;
    refused: number;
    throttled: number;
    failed: number;
    lost: number;
    latency: string;
    service: string | null;
    busy: string | null;
    replica_ms: number;
    measured_ms: number;
  };
}

const Buckets = z.array(z.tuple([z.number(), z.number()]));
const Sketch = z.strictObject({
  relativeError: z.number(),
  zeros: z.number(),
  positive: Buckets,
  negative: Buckets,
  sum: z.number(),
  min: z.number().nullable(),
  max: z.number().nullable(),
});

const Busy = z.strictObject({
  requests: z.number(),
  parts: z.array(z.strictObject({ resource: z.string(), quantity: z.string(), busyMs: z.number() })),
});

const ServiceSketches = z.array(z.tuple([z.number(), Sketch]));

/** Each server writes separate rows, whole each time. Writes are idempotent, and readers add up the rows of all servers. */
export async function saveTallies(sql: Sql, server: string, tallies: readonly Tally[]): Promise<void> {
  for (const tally of tallies) {
    const { endpoint, variant, model, version, at, spanMs, endings, latency, service, busy, replicaMs, measuredMs } =
      tally;
    const values = {
      ...endings,
      latency: JSON.stringify(latency.state()),
      service:
        service.size === 0 ? null : JSON.stringify([...service].map(([level, sketch]) => [level, sketch.state()])),
      busy: busy.requests === 0 ? null : JSON.stringify(busy),
      replica_ms: replicaMs,
      measured_ms: measuredMs,
    };
    await sql
      .tables<MetricTables>()
      .insertInto('endpoint_traffic')
      .values({ endpoint, span_ms: spanMs, at_ms: at, variant, model, version, server, ...values })
      .onConflict((conflict) =>
        conflict.columns(['endpoint', 'span_ms', 'at_ms', 'variant', 'model', 'version', 'server']).doUpdateSet(values),
      )
      .execute();
  }
}

/** Spans of an endpoint that begin in [start, end) Unix ms, by time. */
export async function listTalliesIn(sql: Sql, endpoint: string, spans: Spans): Promise<Tally[]> {
  const rows = await selectSpans(sql, spans).where('endpoint', '=', endpoint).execute();
  return rows.map(parseTallyRow);
}

/** The same of a model, at whatever endpoint. */
export async function listTalliesOfModel(sql: Sql, model: string, spans: Spans): Promise<Tally[]> {
  const rows = await selectSpans(sql, spans).where('model', '=', model).execute();
  return rows.map(parseTallyRow);
}

/** The same of several models, at whatever endpoint. */
export async function listTalliesOfModels(sql: Sql, models: readonly string[], spans: Spans): Promise<Tally[]> {
  if (models.length === 0) return [];
  const rows = await selectSpans(sql, spans)
    .where(isAmong(sql, 'model', models))
    .execute();
  return rows.map(parseTallyRow);
}

/** The same of all endpoints. */
export async function listTalliesOfAll(sql: Sql, spans: Spans): Promise<Tally[]> {
  return (await selectSpans(sql, spans).execute()).map(parseTallyRow);
}

interface Spans {
  readonly spanMs: number;
  readonly start: number;
  readonly end: number;
}

function selectSpans(sql: Sql, { spanMs, start, end }: Spans) {
  return sql
    .tables<MetricTables>()
    .selectFrom('endpoint_traffic')
    .selectAll()
    .where('span_ms', '=', spanMs)
    .where('at_ms', '>=', start)
    .where('at_ms', '<', end)
    .orderBy('at_ms');
}

/** Forgets spans that ended before. */
export async function forgetTallies(sql: Sql, spanMs: number, before: number): Promise<void> {
  const rows = sql.tables<MetricTables>().deleteFrom('endpoint_traffic');
  await rows.where('span_ms', '=', spanMs).where('at_ms', '<', before).execute();
}

function parseTallyRow(row: MetricTables['endpoint_traffic']): Tally {
  const { endpoint, variant, model, version, answered, refused, throttled, failed, lost } = row;
  return {
    endpoint,
    variant,
    model,
    version,
    at: Number(row.at_ms),
    spanMs: Number(row.span_ms),
    endings: { answered, refused, throttled, failed, lost },
    latency: parseSketch(row.latency),
    service: new Map(
      row.service === null
        ? []
        : ServiceSketches.parse(JSON.parse(row.service)).map(([level, state]) => [level, restoreDdSketch(state)]),
    ),
    busy: row.busy === null ? { requests: 0, parts: [] } : Busy.parse(JSON.parse(row.busy)),
    replicaMs: Number(row.replica_ms),
    measuredMs: Number(row.measured_ms),
  };
}

function parseSketch(text: string): DdSketch {
  return restoreDdSketch(Sketch.parse(JSON.parse(text)));
}
