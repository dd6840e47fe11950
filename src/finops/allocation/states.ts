import type { Generated } from 'kysely';
import type { Lake } from '../../platform/lake/index.ts';
import { addSequence, type Migrations, type Sql } from '../../platform/store/index.ts';
import type { DeletedUnitRows } from '../billing/index.ts';
import type { Derivation } from './store.ts';
import { allocatedDaily, allocations } from './tables.ts';

interface StateTables {
  allocation_state: {
    sequence: Generated<number>;
    id: string;
    period: string;
    rules_version: number;
    deliveries: string;
    bill_files: string;
    allocation_files: string;
    daily_files: string;
    derived_at: string;
  };
}

/**
 * Allocation of a billing period after one derivation: all lake files that it consists of, so that earlier figures can
 * be reproduced. A state never changes.
 */
export interface AllocationState {
  /** Grows with every derivation. */
  readonly sequence: number;
  /** Id of the derivation. */
  readonly id: string;
  /** YYYY-MM */
  readonly period: string;
  readonly rulesVersion: number;
  readonly deliveries: readonly string[];
  readonly billFiles: readonly string[];
  readonly allocationFiles: readonly string[];
  readonly dailyFiles: readonly string[];
  readonly at: string;
}

export const allocationStateMigrations: Migrations = {
  'allocation/003-states': {
    async up(db) {
      await addSequence(db, db.schema.createTable('allocation_state'), 'sequence')
        .addColumn('id', 'text', (column) => column.notNull().unique())
        .addColumn('period', 'text', (column) => column.notNull())
        .addColumn('rules_version', 'integer', (column) => column.notNull())
        .addColumn('deliveries', 'text', (column) => column.notNull())
        .addColumn('bill_files', 'text', (column) => column.notNull())
        .addColumn('allocation_files', 'text', (column) => column.notNull())
        .addColumn('daily_files', 'text', (column) => column.notNull())
        .addColumn('derived_at', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('allocation_state_period')
        .on('allocation_state')
        .columns(['period', 'sequence'])
        .execute();
    },
  },
};

/** Records the files that a period consists of, right after the swap, in the same transaction. */
export async function recordState(
  lake: Lake,
  sql: Sql,
  derivation: Omit<Derivation, 'usageFingerprint'>,
  isOfPeriod: (partition: string) => boolean,
): Promise<void> {
  const files = async (table: typeof allocations) =>
    (await lake.files(sql, table)).filter(({ partition }) => isOfPeriod(partition)).map(({ id }) => id);
  const { id, period, rulesVersion, deliveries, billFiles, at } = derivation;
  await sql
    .tables<StateTables>()
    .insertInto('allocation_state')
    .values({
      id,
      period,
      rules_version: rulesVersion,
      deliveries: JSON.stringify(deliveries),
      bill_files: JSON.stringify(billFiles),
      allocation_files: JSON.stringify(await files(allocations)),
      daily_files: JSON.stringify(await files(allocatedDaily)),
      derived_at: at,
    })
    .execute();
}

/** Selects a state of a period; the newest without further conditions. */
export interface StateQuestion {
  readonly period: string;
  readonly id?: string | undefined;
  /** Only states that include this delivery. */
  readonly delivery?: string | undefined;
  /** Only states with a sequence up to this one. */
  readonly upTo?: number | undefined;
}

/** The newest state of a period that matches the query; null when there is none. */
export async function findState(sql: Sql, question: StateQuestion): Promise<AllocationState | null> {
  const { period, id, delivery, upTo } = question;
  let query = sql.tables<StateTables>().selectFrom('allocation_state').selectAll().where('period', '=', period);
  if (id !== undefined) query = query.where('id', '=', id);
  // Delivery ids have a fixed length and contain no LIKE wildcard, so a match is exact.
  if (delivery !== undefined) query = query.where('deliveries', 'like', `%"${delivery}"%`);
  if (upTo !== undefined) query = query.where('sequence', '<=', upTo);
  const row = await query.orderBy('sequence', 'desc').limit(1).executeTakeFirst();
  return row === undefined ? null : rowToState(row);
}

/** Files of all states in which bill files of a unit counted; includes files of the other units of the period. */
export async function findDerivedFiles(
  sql: Sql,
  { period, lakeFiles }: Pick<DeletedUnitRows, 'period' | 'lakeFiles'>,
): Promise<Pick<AllocationState, 'allocationFiles' | 'dailyFiles'>> {
  const deleted = new Set(lakeFiles);
  const rows = await sql
    .tables<StateTables>()
    .selectFrom('allocation_state')
    .selectAll()
    .where('period', '=', period)
    .execute();
  const states = rows.map(rowToState).filter(({ billFiles }) => billFiles.some((id) => deleted.has(id)));
  return {
    allocationFiles: [...new Set(states.flatMap(({ allocationFiles }) => allocationFiles))],
    dailyFiles: [...new Set(states.flatMap(({ dailyFiles }) => dailyFiles))],
  };
}

/** The earliest state that includes a file: its derivation made the file. Null when no state includes it. */
export async function findMakingState(sql: Sql, file: string): Promise<AllocationState | null> {
  const row = await sql
    .tables<StateTables>()
    .selectFrom('allocation_state')
    .selectAll()
    .where((eb) => eb.or([eb('allocation_files', 'like', `%"${file}"%`), eb('daily_files', 'like', `%"${file}"%`)]))
    .orderBy('sequence')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : rowToState(row);
}

function rowToState(row: Omit<StateTables['allocation_state'], 'sequence'> & { sequence: number }): AllocationState {
  const ids = (text: string) => JSON.parse(text) as string[];
  return {
    sequence: row.sequence,
    id: row.id,
    period: row.period,
    rulesVersion: row.rules_version,
    deliveries: ids(row.deliveries),
    billFiles: ids(row.bill_files),
    allocationFiles: ids(row.allocation_files),
    dailyFiles: ids(row.daily_files),
    at: row.derived_at,
  };
}
