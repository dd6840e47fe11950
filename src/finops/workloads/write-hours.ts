import type { Lake, LakeSession, LakeTable, StagedFile } from '../../platform/lake/index.ts';
import { quoteIdentifier } from '../../platform/lake/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { HourRow } from './answers.ts';
import { buildHourPartition, CONTAINER_HOUR, isOver, NODE_HOUR } from './tables.ts';

interface Written {
  readonly table: LakeTable;
  readonly remove: readonly string[];
  readonly add: readonly StagedFile[];
}

/** Maximum number of rows passed to the engine in one call. */
const ROWS_A_CALL = 5_000;

export interface WritingHours {
  readonly store: Store;
  readonly lake: Lake;
  readonly clock: Clock;
  /** Serializes the work that writes days. */
  readonly oneAtATime: <T>(work: () => Promise<T>) => Promise<T>;
}

interface Hours {
  readonly containers: readonly HourRow[];
  readonly nodes: readonly HourRow[];
}

/** Replaces the stored hours and runs `note`, in one transaction. */
export function writeHours(
  deps: WritingHours,
  source: string,
  hours: Hours,
  note: (sql: Sql) => Promise<void>,
): Promise<void> {
  return deps.oneAtATime(() => writeOnce(deps, source, hours, note));
}

async function writeOnce(
  { store, lake, clock }: WritingHours,
  source: string,
  hours: Hours,
  note: (sql: Sql) => Promise<void>,
): Promise<void> {
  const sequences = await readSequences(lake, store);
  const staged: StagedFile[] = [];
  const now = clock.now();
  try {
    const written = await lake.session(async (session) => {
      const staging = { lake, store, session, source, now, staged };
      return [
        await stageHours(staging, CONTAINER_HOUR, hours.containers),
        await stageHours(staging, NODE_HOUR, hours.nodes),
      ];
    });
    await store.transaction(async (sql) => {
      // Another server has joined hours in the meantime: an hour next to its joined day would count twice.
      if ((await readSequences(lake, sql)) !== sequences) throw new Error('hours of containers changed meanwhile');
      for (const { table, remove, add } of written) if (add.length > 0) await lake.swap(sql, table, { remove, add });
      await note(sql);
    });
  } catch (error) {
    await lake.discard(staged);
    throw error;
  }
}

async function readSequences(lake: Lake, sql: Sql): Promise<string> {
  return `${await lake.sequence(sql, CONTAINER_HOUR)} ${await lake.sequence(sql, NODE_HOUR)}`;
}

interface Staging {
  readonly lake: Lake;
  readonly store: Store;
  readonly session: LakeSession;
  readonly source: string;
  readonly now: number;
  readonly staged: StagedFile[];
}

/** Hours of a day that is over are written with the other hours of it, as one file. */
async function stageHours(
  { lake, store, session, source, now, staged }: Staging,
  table: LakeTable,
  rows: readonly HourRow[],
): Promise<Written> {
  const files = await lake.files(store, table);
  const remove: string[] = [];
  const add: StagedFile[] = [];
  const byPartition = Map.groupBy(rows, ({ hourMs }) => {
    const hour = buildHourPartition(source, Number(hourMs));
    const day = hour.slice(0, hour.lastIndexOf(' '));
    return isOver(day, now) || files.some(({ partition }) => partition === day) ? day : hour;
  });
  for (const [partition, own] of byPartition) {
    await fillNew(session, table, own);
    // Those of a day are its hours too.
    const known = files.filter((file) => file.partition === partition || file.partition.startsWith(`${partition} `));
    const columns = listColumnTypes(table);
    const hoursNow = [...new Set(own.map(({ hourMs }) => Number(hourMs)))].join(', ');
    const kept = `SELECT ${columns} FROM ${lake.stagedRelation(table, known)} WHERE "hourMs" NOT IN (${hoursNow})`;
    const select = `SELECT ${columns} FROM (SELECT ${columns} FROM ${NEW} UNION ALL ${kept}) ORDER BY ALL`;
    const file = await session.stage(table, partition, select);
    staged.push(file);
    add.push(file);
    remove.push(partition, ...known.map((one) => one.partition));
  }
  return { table, remove: [...new Set(remove)], add };
}

const NEW = 'new_hours';

async function fillNew(session: LakeSession, table: LakeTable, rows: readonly HourRow[]): Promise<void> {
  const shape = Object.entries(table.columns).map(([name, type]) => `${quoteIdentifier(name)} ${type}`);
  await session.query(`CREATE OR REPLACE TEMP TABLE ${NEW} (${shape.join(', ')})`);
  const kinds = Object.entries(table.columns).map(([name, type]) => [name, toJsonType(type)]);
  const structure = JSON.stringify([Object.fromEntries(kinds)]).replaceAll("'", "''");
  for (let at = 0; at < rows.length; at += ROWS_A_CALL) {
    await session.query(`INSERT INTO ${NEW} BY NAME SELECT unnest(from_json(?, '${structure}'), max_depth := 2)`, [
      JSON.stringify(rows.slice(at, at + ROWS_A_CALL)),
    ]);
  }
}

/** `FLOAT[]` -> `["FLOAT"]`, as `from_json` wants a list. */
function toJsonType(type: string): string | string[] {
  return type.endsWith('[]') ? [type.slice(0, -2)] : type;
}

export function listColumnTypes(table: LakeTable): string {
  return Object.keys(table.columns).map(quoteIdentifier).join(', ');
}
