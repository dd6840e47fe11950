import { z } from 'zod';
import { EndpointSpec } from '../../mlops/endpoint-spec/schema.ts';
import type { Sql } from '../../platform/store/index.ts';
import { OptimizationDetail, type OptimizationState } from './schema.ts';

/** State of a change detector, by metric. */
const Detectors = z.record(z.string(), z.array(z.number()));

/** Cost of a version at the endpoint by the bill of one period. */
const BilledVersion = z.strictObject({
  model: z.string().nullable(),
  version: z.string().nullable(),
  currency: z.string(),
  reconciled: z.string(),
  metered: z.string().nullable(),
  hours: z.string(),
  coveredHours: z.string(),
});

/** Facts with which the server continues after a restart. */
const Progress = z.strictObject({
  /** Document of the endpoint before the start: a roll back restores it. */
  before: EndpointSpec.nullable(),
  /** Revision of the endpoint that was made last; another newest one was made by somebody else. */
  revision: z.number().int().nullable(),
  detectors: Detectors,
  /** Cost of the endpoint's versions by the bill, by billing period. */
  bills: z.record(z.string(), z.array(BilledVersion)),
});
export type Progress = z.infer<typeof Progress>;

const StoredDocument = z.strictObject({ shown: OptimizationDetail, progress: Progress });

/** An optimization as it is stored. */
export interface StoredOptimization {
  readonly shown: OptimizationDetail;
  readonly progress: Progress;
  /** Increases with every change: a writer with an older version does not overwrite a newer one. */
  readonly version: number;
}

interface OptimizationTables {
  optimization: {
    name: string;
    endpoint: string;
    state: string;
    proposed_ms: number;
    version: number;
    document: string;
  };
}

const LISTED = 500;

function toStored({ document, version }: OptimizationTables['optimization']): StoredOptimization {
  return { ...StoredDocument.parse(JSON.parse(document)), version: Number(version) };
}

export async function insertOptimization(
  sql: Sql,
  { shown, progress }: Omit<StoredOptimization, 'version'>,
): Promise<void> {
  await sql
    .tables<OptimizationTables>()
    .insertInto('optimization')
    .values({
      ...{ name: shown.optimization, endpoint: shown.endpoint, state: shown.state, version: 1 },
      proposed_ms: Date.parse(shown.proposedAt),
      document: JSON.stringify({ shown, progress }),
    })
    .execute();
}

/** Replaces the version that was read; false after a concurrent change, and then nothing is written. */
export async function putOptimization(sql: Sql, { shown, progress, version }: StoredOptimization): Promise<boolean> {
  const done = await sql
    .tables<OptimizationTables>()
    .updateTable('optimization')
    .set({ state: shown.state, version: version + 1, document: JSON.stringify({ shown, progress }) })
    .where('name', '=', shown.optimization)
    .where('version', '=', version)
    .executeTakeFirst();
  return Number(done.numUpdatedRows) === 1;
}

export async function findOptimization(sql: Sql, name: string): Promise<StoredOptimization | null> {
  const row = await sql
    .tables<OptimizationTables>()
    .selectFrom('optimization')
    .selectAll()
    .where('name', '=', name)
    .executeTakeFirst();
  return row === undefined ? null : toStored(row);
}

/** Newest first, at most 500; `states` empty: all. */
export async function listStored(
  sql: Sql,
  {
    endpoint = null,
    states = [],
  }: { readonly endpoint?: string | null; readonly states?: readonly OptimizationState[] },
): Promise<StoredOptimization[]> {
  let query = sql.tables<OptimizationTables>().selectFrom('optimization').selectAll();
  if (endpoint !== null) query = query.where('endpoint', '=', endpoint);
  if (states.length > 0) query = query.where('state', 'in', states);
  return (await query.orderBy('proposed_ms', 'desc').orderBy('name').limit(LISTED).execute()).map(toStored);
}

/** Stretches of time [start, end) Unix ms in which optimizations ran on an endpoint, or were watched; an open end is Infinity. */
export async function listTimes(sql: Sql, endpoint: string): Promise<{ start: number; end: number }[]> {
  return (await listStored(sql, { endpoint })).flatMap(({ shown: { startedAt, endedAt } }) =>
    startedAt === null
      ? []
      : [{ start: Date.parse(startedAt), end: endedAt === null ? Number.POSITIVE_INFINITY : Date.parse(endedAt) }],
  );
}
