import { z } from 'zod';
import type { Sql } from '../../../platform/store/index.ts';
import { addLeftOut, type LeftOut } from '../series/left-out.ts';
import { GpuSourceSpec } from './schema.ts';

interface SourceTables {
  gpu_source: {
    name: string;
    id: string;
    spec: string;
    price_amount: string | null;
    price_currency: string | null;
    resource: string | null;
    read_until_ms: number | null;
    last_ms: number | null;
    readings: number;
    left_out: string;
    last_error: string | null;
  };
}

interface RunTables {
  gpu_run: { run: string; read_until_ms: number };
}

const Failure = z.strictObject({ code: z.string(), detail: z.string() });
const LeftOutColumn = z.array(z.strictObject({ reason: z.string(), readings: z.number(), example: z.string() }));

/** A source of readings, and how far it was read. */
export interface StoredSource {
  readonly name: string;
  /** Its readings and prices carry it. */
  readonly id: string;
  readonly spec: GpuSourceSpec;
  /** Unix milliseconds. */
  readonly readUntil: number | null;
  readonly lastAt: number | null;
  readonly readings: number;
  readonly leftOut: readonly LeftOut[];
  readonly lastError: z.infer<typeof Failure> | null;
}

/** Sources by name; all of them for null. */
export async function findSources(sql: Sql, name: string | null = null): Promise<StoredSource[]> {
  let query = sql.tables<SourceTables>().selectFrom('gpu_source').selectAll().orderBy('name');
  if (name !== null) query = query.where('name', '=', name);
  return (await query.execute()).map((row) => ({
    name: row.name,
    id: row.id,
    spec: GpuSourceSpec.parse(JSON.parse(row.spec)),
    readUntil: row.read_until_ms === null ? null : Number(row.read_until_ms),
    lastAt: row.last_ms === null ? null : Number(row.last_ms),
    readings: Number(row.readings),
    leftOut: LeftOutColumn.parse(JSON.parse(row.left_out)),
    lastError: row.last_error === null ? null : Failure.parse(JSON.parse(row.last_error)),
  }));
}

/** Creates or updates a source; its readings stay. */
export async function saveSource(sql: Sql, name: string, spec: GpuSourceSpec): Promise<void> {
  const said = {
    spec: JSON.stringify(spec),
    price_amount: spec.price?.amount ?? null,
    price_currency: spec.price?.currency ?? null,
    resource: spec.resource ?? null,
  };
  const nothing = { read_until_ms: null, last_ms: null, readings: 0, left_out: '[]', last_error: null };
  await sql
    .tables<SourceTables>()
    .insertInto('gpu_source')
    .values({ name, id: `gs_${name}`, ...said, ...nothing })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(said))
    .execute();
}

export interface ReadFacts {
  readonly at: number;
  readonly readings: number;
  readonly leftOut: readonly LeftOut[];
  /** End of the queried time; left out for received readings. */
  readonly readUntil?: number;
}

/** Records readings as durable, so that they are counted and not queried again. Call it in a transaction. */
export async function saveRead(sql: Sql, name: string, { at, readings, leftOut, readUntil }: ReadFacts): Promise<void> {
  const [before] = await findSources(sql, name);
  if (before === undefined) return;
  await sql
    .tables<SourceTables>()
    .updateTable('gpu_source')
    .set({
      last_ms: at,
      readings: before.readings + readings,
      left_out: JSON.stringify(mergeLeftOut(before.leftOut, leftOut)),
      last_error: null,
      ...(readUntil === undefined ? {} : { read_until_ms: readUntil }),
    })
    .where('name', '=', name)
    .execute();
}

/** Records readings that were accepted but could not be stored, by the id of their source. */
export async function saveLeftOutById(sql: Sql, leftOut: ReadonlyMap<string, LeftOut>): Promise<void> {
  if (leftOut.size === 0) return;
  for (const { id, name, leftOut: before } of await findSources(sql)) {
    const more = leftOut.get(id);
    if (more === undefined) continue;
    const sums = JSON.stringify(mergeLeftOut(before, [more]));
    await sql
      .tables<SourceTables>()
      .updateTable('gpu_source')
      .set({ left_out: sums })
      .where('name', '=', name)
      .execute();
  }
}

function mergeLeftOut(before: readonly LeftOut[], more: readonly LeftOut[]): LeftOut[] {
  const sums = before.map((one) => ({ ...one }));
  for (const one of more) addLeftOut(sums, one.reason, one.readings, () => one.example);
  return sums;
}

export async function saveFailure(sql: Sql, name: string, failure: z.infer<typeof Failure>): Promise<void> {
  await sql
    .tables<SourceTables>()
    .updateTable('gpu_source')
    .set({ last_error: JSON.stringify(failure) })
    .where('name', '=', name)
    .execute();
}

/** Prices stated by sources, by the id in their readings. */
export async function findSourcePrices(sql: Sql) {
  const rows = await sql
    .tables<SourceTables>()
    .selectFrom('gpu_source')
    .select(['id', 'price_amount', 'price_currency', 'resource'])
    .orderBy('name')
    .execute();
  return rows.map(({ id, price_amount: amount, price_currency: currency, resource }) => ({
    id,
    stated: amount === null || currency === null ? null : { amount, currency },
    resource,
  }));
}

/** End of the metrics read from a run, Unix milliseconds; null before the first read. */
export async function readUntilOfRun(sql: Sql, run: string): Promise<number | null> {
  const row = await sql.tables<RunTables>().selectFrom('gpu_run').selectAll().where('run', '=', run).executeTakeFirst();
  return row === undefined ? null : Number(row.read_until_ms);
}

export async function saveReadUntilOfRun(sql: Sql, run: string, at: number): Promise<void> {
  await sql
    .tables<RunTables>()
    .insertInto('gpu_run')
    .values({ run, read_until_ms: at })
    .onConflict((conflict) => conflict.column('run').doUpdateSet({ read_until_ms: at }))
    .execute();
}
