import { z } from 'zod';
import { EndpointSpec } from '../../mlops/endpoint-spec/schema.ts';
import type { Sql } from '../../platform/store/index.ts';
import { Optimization, OptimizationDetail, type OptimizationState } from './schema.ts';

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

/** One time in which it ran, from its start to its end: its saving stays booked when it is started again. */
const Run = z.strictObject({
  startedAt: z.string(),
  /** null: it has not ended. */
  endedAt: z.string().nullable(),
  baseline: Optimization.shape.baseline.unwrap(),
  candidate: Optimization.shape.candidate.unwrap(),
  before: EndpointSpec,
});
export type Run = z.infer<typeof Run>;

/** Facts with which the server continues after a restart. */
const Progress = z.strictObject({
  /** Document of the endpoint before the start: a roll back restores it. */
  before: EndpointSpec.nullable(),
  /** Revision of the endpoint that was made last; another newest one was made by somebody else. */
  revision: z.number().int().nullable(),
  detectors: Detectors,
  /** Cost of the endpoint's versions by the bill, by billing period. */
  bills: z.record(z.string(), z.array(BilledVersion)),
  /** Earlier runs, oldest first. */
  runs: z.array(Run).default([]),
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

export const MOST_LISTED = 500;

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

/** Endpoint of an optimization; null: there is no such optimization. */
export async function findOptimizedEndpoint(sql: Sql, name: string): Promise<string | null> {
  return (await findOptimization(sql, name))?.shown.endpoint ?? null;
}

/** Newest first, at most `most` (null: all); `states` empty: of all states. */
export async function listStored(
  sql: Sql,
  {
    endpoint = null,
    states = [],
  }: { readonly endpoint?: string | null; readonly states?: readonly OptimizationState[] },
  most: number | null = MOST_LISTED,
): Promise<StoredOptimization[]> {
  let query = sql.tables<OptimizationTables>().selectFrom('optimization').selectAll();
  if (endpoint !== null) query = query.where('endpoint', '=', endpoint);
  if (states.length > 0) query = query.where('state', 'in', states);
  query = query.orderBy('proposed_ms', 'desc').orderBy('name');
  return (await (most === null ? query : query.limit(most)).execute()).map(toStored);
}

/** All runs of an optimization, oldest first; the last may not have ended. */
export function listRuns({ shown, progress }: Pick<StoredOptimization, 'shown' | 'progress'>): Run[] {
  const { startedAt, endedAt, baseline, candidate } = shown;
  const { before, runs } = progress;
  if (startedAt === null || before === null || baseline === null || candidate === null) return runs;
  return [...runs, { startedAt, endedAt, baseline, candidate, before }];
}

/** Stretches of time [start, end) Unix ms in which optimizations ran on an endpoint, or were watched; an open end is Infinity. */
export async function listTimes(sql: Sql, endpoint: string): Promise<{ start: number; end: number }[]> {
  return (await listStored(sql, { endpoint })).flatMap(listRuns).map(toTime);
}

/** [start, end) of a run, Unix ms; an open end is Infinity. */
export function toTime({ startedAt, endedAt }: Run): { start: number; end: number } {
  return { start: Date.parse(startedAt), end: endedAt === null ? Number.POSITIVE_INFINITY : Date.parse(endedAt) };
}
