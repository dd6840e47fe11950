import { type RawBuilder, sql as raw } from 'kysely';
import { z } from 'zod';
import type { Sql, StoreEngine } from '../store/index.ts';
import { ServerRole } from './schema.ts';

interface ServerTables {
  server: {
    name: string;
    /** Of the lease: another one for each time that it was taken. */
    instance: string;
    /** Server that holds the lease, or held it last: itself, or one that takes its journals over. */
    holder: string;
    /** Unix milliseconds of the clock of the store; 0: released. */
    lease_until: number;
    roles: string;
    version: string;
    url: string | null;
    started_at: string;
  };
  server_folder: { id: string };
}

/** The clock of the store in Unix milliseconds: servers compare leases by it, whatever their own clocks say. */
export type StoreClock = (engine: StoreEngine) => RawBuilder<number>;

export const readStoreClock: StoreClock = (engine) =>
  engine === 'sqlite'
    ? raw<number>`cast(unixepoch('subsec') * 1000 as integer)`
    : raw<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`;

export interface ServerFacts {
  readonly roles: readonly ServerRole[];
  readonly version: string;
  readonly url: string | null;
  readonly startedAt: string;
}

export interface StoredServer extends ServerFacts {
  readonly name: string;
  readonly holder: string;
  /** Unix milliseconds; null: released. */
  readonly leaseUntil: number | null;
  readonly isHeld: boolean;
}

interface LeaseRequest {
  readonly name: string;
  readonly instance: string;
  readonly holder: string;
  readonly leaseMs: number;
}

/** One holding of a lease. */
export type HeldLease = Pick<LeaseRequest, 'name' | 'instance'>;

/** Takes the lease of a name that no server holds, in a transaction; false: one does. `facts`: of the server of this name, where it starts now. */
export async function takeLease(
  sql: Sql,
  clock: StoreClock,
  { name, instance, holder, leaseMs }: LeaseRequest,
  facts: ServerFacts | null,
): Promise<boolean> {
  const db = sql.tables<ServerTables>();
  const now = clock(sql.engine);
  const found = await db
    .selectFrom('server')
    .select(raw<number>`case when lease_until > ${now} then 1 else 0 end`.as('is_held'))
    .where('name', '=', name)
    .executeTakeFirst();
  if (found?.is_held === 1) return false;
  const lease = { instance, holder, lease_until: raw<number>`${now} + ${raw.lit(leaseMs)}` };
  const columns = facts === null ? {} : toColumns(facts);
  if (found === undefined) {
    const row = { name, ...lease, ...toColumns(UNKNOWN), ...columns };
    await db.insertInto('server').values(row).execute();
  } else {
    await db
      .updateTable('server')
      .set({ ...lease, ...columns })
      .where('name', '=', name)
      .execute();
  }
  return true;
}

/** Of a server whose journals were found, and which the store does not know. */
const UNKNOWN: ServerFacts = { roles: [], version: '', url: null, startedAt: '1970-01-01T00:00:00.000Z' };

function toColumns({ roles, version, url, startedAt }: ServerFacts) {
  return { roles: JSON.stringify(roles), version, url, started_at: startedAt };
}

/**
 * Extends a lease, also one that has expired and that no other server has taken. False: another one has it. `url`: address of its server; null leaves
 * it as it is.
 */
export async function renewLease(
  sql: Sql,
  clock: StoreClock,
  { name, instance, leaseMs }: Omit<LeaseRequest, 'holder'>,
  url: string | null,
): Promise<boolean> {
  const { numUpdatedRows } = await sql
    .tables<ServerTables>()
    .updateTable('server')
    .set({
      lease_until: raw<number>`${clock(sql.engine)} + ${raw.lit(leaseMs)}`,
      ...(url === null ? {} : { url }),
    })
    .where('name', '=', name)
    .where('instance', '=', instance)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

export async function releaseLease(sql: Sql, { name, instance }: HeldLease): Promise<void> {
  await sql
    .tables<ServerTables>()
    .updateTable('server')
    .set({ lease_until: 0 })
    .where('name', '=', name)
    .where('instance', '=', instance)
    .execute();
}

/** Whether no other server has taken the lease since, expired or not. */
export async function isOwnLease(sql: Sql, { name, instance }: HeldLease): Promise<boolean> {
  const row = await sql
    .tables<ServerTables>()
    .selectFrom('server')
    .select('instance')
    .where('name', '=', name)
    .executeTakeFirst();
  return row?.instance === instance;
}

/** By name. */
export async function findServers(sql: Sql, clock: StoreClock): Promise<StoredServer[]> {
  const rows = await sql
    .tables<ServerTables>()
    .selectFrom('server')
    .selectAll()
    .select(raw<number>`case when lease_until > ${clock(sql.engine)} then 1 else 0 end`.as('is_held'))
    .orderBy('name')
    .execute();
  return rows.map((row) => ({
    name: row.name,
    holder: row.holder,
    leaseUntil: row.lease_until === 0 ? null : row.lease_until,
    isHeld: row.is_held === 1,
    roles: Roles.parse(JSON.parse(row.roles)),
    version: row.version,
    url: row.url,
    startedAt: row.started_at,
  }));
}

const Roles = z.array(ServerRole);

/** Removes an ended server whose journals are gone, unless it has started again. */
export async function removeServer(sql: Sql, { name, instance }: HeldLease): Promise<void> {
  await sql
    .tables<ServerTables>()
    .deleteFrom('server')
    .where('name', '=', name)
    .where('instance', '=', instance)
    .execute();
}

/** Stores the id of the data folder that the servers of this store share, where none is stored. In a transaction. */
export async function claimFolder(sql: Sql, id: string): Promise<void> {
  await sql.tables<ServerTables>().insertInto('server_folder').values({ id }).execute();
}

/** The id; null: no server with a name has used this store. */
export async function findFolderId(sql: Sql): Promise<string | null> {
  const row = await sql.tables<ServerTables>().selectFrom('server_folder').select('id').executeTakeFirst();
  return row?.id ?? null;
}
