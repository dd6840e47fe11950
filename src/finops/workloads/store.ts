import { z } from 'zod';
import type { Sql } from '../../platform/store/index.ts';
import { addLeftOut, type LeftOut } from '../gpu-telemetry/index.ts';

interface ContainerTables {
  gpu_container_source: {
    name: string;
    read_until_ms: number | null;
    last_ms: number | null;
    readings: number;
    left_out: string;
    last_error: string | null;
  };
}

const Failure = z.strictObject({ code: z.string(), detail: z.string() });
type Failure = z.infer<typeof Failure>;
const LeftOutColumn = z.array(z.strictObject({ reason: z.string(), readings: z.number(), example: z.string() }));

/** Progress of the container reads of a source. */
export interface ContainersRead {
  /** Unix milliseconds. */
  readonly readUntil: number | null;
  readonly lastAt: number | null;
  readonly readings: number;
  readonly leftOut: readonly LeftOut[];
  readonly lastError: Failure | null;
}

const NEVER: ContainersRead = { readUntil: null, lastAt: null, readings: 0, leftOut: [], lastError: null };

export async function findContainersRead(sql: Sql, name: string): Promise<ContainersRead> {
  const row = await sql
    .tables<ContainerTables>()
    .selectFrom('gpu_container_source')
    .selectAll()
    .where('name', '=', name)
    .executeTakeFirst();
  if (row === undefined) return NEVER;
  return {
    readUntil: row.read_until_ms === null ? null : Number(row.read_until_ms),
    lastAt: row.last_ms === null ? null : Number(row.last_ms),
    readings: Number(row.readings),
    leftOut: LeftOutColumn.parse(JSON.parse(row.left_out)),
    lastError: row.last_error === null ? null : Failure.parse(JSON.parse(row.last_error)),
  };
}

/** Records hours as read, so that they are not read again. Call it in the transaction of their swap. */
export async function saveContainersRead(
  sql: Sql,
  name: string,
  now: {
    readonly at: number;
    readonly readUntil: number;
    readonly readings: number;
    readonly leftOut: readonly LeftOut[];
  },
): Promise<void> {
  const before = await findContainersRead(sql, name);
  const leftOut = before.leftOut.map((one) => ({ ...one }));
  for (const one of now.leftOut) addLeftOut(leftOut, one.reason, one.readings, () => one.example);
  await put(sql, name, {
    read_until_ms: now.readUntil,
    last_ms: now.at,
    readings: before.readings + now.readings,
    left_out: JSON.stringify(leftOut),
    last_error: null,
  });
}

export async function saveContainersFailure(sql: Sql, name: string, failure: Failure): Promise<void> {
  const { readUntil, lastAt, readings, leftOut } = await findContainersRead(sql, name);
  await put(sql, name, {
    read_until_ms: readUntil,
    last_ms: lastAt,
    readings,
    left_out: JSON.stringify(leftOut),
    last_error: JSON.stringify(failure),
  });
}

async function put(sql: Sql, name: string, row: Omit<ContainerTables['gpu_container_source'], 'name'>): Promise<void> {
  await sql
    .tables<ContainerTables>()
    .insertInto('gpu_container_source')
    .values({ name, ...row })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
}
