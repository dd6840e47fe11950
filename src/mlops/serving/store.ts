import { z } from 'zod';
import type { Sql } from '../../platform/store/index.ts';
import { EndpointSpec, RolloutStrategy } from '../endpoint-spec/schema.ts';

interface ServingTables {
  endpoint: { name: string; newest: number; live: number | null; deleted_ms: number | null };
  endpoint_revision: {
    endpoint: string;
    revision: number;
    spec: string;
    versions: string;
    state: string;
    reason: string | null;
    cause: string;
    created_ms: number;
    live_ms: number | null;
    strategy: string;
  };
}

const State = z.enum(['pending', 'live', 'failed', 'replaced']);
const Versions = z.record(z.string(), z.string());

/** A requested state of an endpoint. */
export interface Revision {
  readonly endpoint: string;
  readonly revision: number;
  readonly spec: EndpointSpec;
  /** Version of each variant, as its alias stood. */
  readonly versions: Readonly<Record<string, string>>;
  readonly state: z.infer<typeof State>;
  readonly reason: string | null;
  readonly cause: string;
  readonly createdMs: number;
  readonly liveMs: number | null;
  /** Rollout strategy. */
  readonly strategy: RolloutStrategy;
}

/** Newest and live revision of an endpoint. */
export interface Pointers {
  readonly name: string;
  readonly newest: number;
  /** null before the first. */
  readonly live: number | null;
}

export async function findEndpoints(sql: Sql, name: string | null): Promise<Pointers[]> {
  let query = sql
    .tables<ServingTables>()
    .selectFrom('endpoint')
    .select(['name', 'newest', 'live'])
    .where('deleted_ms', 'is', null)
    .orderBy('name');
  if (name !== null) query = query.where('name', '=', name);
  return query.execute();
}

/** Includes deleted endpoints. */
export async function listPointers(sql: Sql, name: string | null): Promise<Pointers[]> {
  let query = sql.tables<ServingTables>().selectFrom('endpoint').select(['name', 'newest', 'live']).orderBy('name');
  if (name !== null) query = query.where('name', '=', name);
  return query.execute();
}

export async function findRevision(sql: Sql, endpoint: string, revision: number): Promise<Revision | null> {
  const row = await sql
    .tables<ServingTables>()
    .selectFrom('endpoint_revision')
    .selectAll()
    .where('endpoint', '=', endpoint)
    .where('revision', '=', revision)
    .executeTakeFirst();
  return row === undefined ? null : parseRevisionRow(row);
}

/** Team and project of an endpoint, as its newest revision names them; null when there is no such endpoint. */
export async function findEndpointOwner(
  sql: Sql,
  name: string,
): Promise<{ readonly team: null; readonly project: string | null } | null> {
  const [found] = await findEndpoints(sql, name);
  const newest = found === undefined ? null : await findRevision(sql, name, found.newest);
  return newest === null ? null : { team: null, project: newest.spec.project ?? null };
}

/** Models of the newest revision of an endpoint, each once; empty when there is no such endpoint. */
export async function findEndpointModels(sql: Sql, name: string): Promise<string[]> {
  const [found] = await findEndpoints(sql, name);
  const newest = found === undefined ? null : await findRevision(sql, name, found.newest);
  return [...new Set(Object.values(newest?.spec.variants ?? {}).map(({ model }) => model))];
}

/** The last number that a revision had, also of an endpoint that was deleted; 0 when there was none. */
export async function findLastRevision(sql: Sql, endpoint: string): Promise<number> {
  const row = await sql
    .tables<ServingTables>()
    .selectFrom('endpoint')
    .select('newest')
    .where('name', '=', endpoint)
    .executeTakeFirst();
  return row?.newest ?? 0;
}

/** Marks an endpoint as deleted: `findEndpoints` no longer returns it; its revisions stay. */
export async function noteDeleted(sql: Sql, endpoint: string, at: number): Promise<void> {
  const tables = sql.tables<ServingTables>();
  await tables.updateTable('endpoint').set({ deleted_ms: at, live: null }).where('name', '=', endpoint).execute();
  await tables
    .updateTable('endpoint_revision')
    .set({ state: 'replaced' })
    .where('endpoint', '=', endpoint)
    .where('state', 'in', ['live', 'pending'])
    .execute();
}

/** Latest first. */
export async function listRevisions(sql: Sql, endpoint: string, limit: number): Promise<Revision[]> {
  const rows = await sql
    .tables<ServingTables>()
    .selectFrom('endpoint_revision')
    .selectAll()
    .where('endpoint', '=', endpoint)
    .orderBy('revision', 'desc')
    .limit(limit)
    .execute();
  return rows.map(parseRevisionRow);
}

/** Adds the newest revision; creates the endpoint if it does not exist. */
export async function addRevision(
  sql: Sql,
  added: Pick<Revision, 'endpoint' | 'revision' | 'spec' | 'versions' | 'cause' | 'createdMs' | 'strategy'>,
): Promise<void> {
  const { endpoint, revision, spec, versions, cause, createdMs, strategy } = added;
  const tables = sql.tables<ServingTables>();
  await tables
    .insertInto('endpoint')
    .values({ name: endpoint, newest: revision, live: null, deleted_ms: null })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ newest: revision, deleted_ms: null }))
    .execute();
  const row = {
    spec: JSON.stringify(spec),
    versions: JSON.stringify(versions),
    cause,
    created_ms: createdMs,
    strategy,
  };
  await tables
    .insertInto('endpoint_revision')
    .values({ endpoint, revision, state: 'pending', reason: null, live_ms: null, ...row })
    .execute();
}

/** Records that a revision has the traffic from now on, and that the previous one lost it. */
export async function noteLive(sql: Sql, { endpoint, revision }: Pick<Revision, 'endpoint' | 'revision'>, at: number) {
  const tables = sql.tables<ServingTables>();
  await tables
    .updateTable('endpoint_revision')
    .set({ state: 'replaced' })
    .where('endpoint', '=', endpoint)
    .where('state', '=', 'live')
    .where('revision', '!=', revision)
    .execute();
  await tables
    .updateTable('endpoint_revision')
    .set({ state: 'live', reason: null, live_ms: at })
    .where('endpoint', '=', endpoint)
    .where('revision', '=', revision)
    .where('state', '!=', 'live')
    .execute();
  await tables.updateTable('endpoint').set({ live: revision }).where('name', '=', endpoint).execute();
}

export async function noteFailed(
  sql: Sql,
  { endpoint, revision }: Pick<Revision, 'endpoint' | 'revision'>,
  reason: string,
): Promise<void> {
  await sql
    .tables<ServingTables>()
    .updateTable('endpoint_revision')
    .set({ state: 'failed', reason })
    .where('endpoint', '=', endpoint)
    .where('revision', '=', revision)
    .where('state', '=', 'pending')
    .execute();
}

function parseRevisionRow(row: ServingTables['endpoint_revision']): Revision {
  return {
    endpoint: row.endpoint,
    revision: row.revision,
    spec: EndpointSpec.parse(JSON.parse(row.spec)),
    versions: Versions.parse(JSON.parse(row.versions)),
    state: State.parse(row.state),
    reason: row.reason,
    cause: row.cause,
    createdMs: Number(row.created_ms),
    liveMs: row.live_ms === null ? null : Number(row.live_ms),
    strategy: RolloutStrategy.parse(row.strategy),
  };
}
