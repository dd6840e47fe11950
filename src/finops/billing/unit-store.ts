import type { Sql } from '../../platform/store/index.ts';
import type { BillUnit } from './bill-rows.ts';
import { BillDataset } from './schema.ts';
import type { UnitClaim } from './standings.ts';

interface UnitTables {
  bill_unit: {
    partition_name: string;
    source: string;
    export_name: string;
    dataset: string;
    scope: string;
    period: string;
    delivery_id: string;
    arrival: number;
    preference: number | null;
    beside: number;
    shadowed_by: string | null;
    shadow_reason: string | null;
  };
  bill_overlap: { one: string; other: string; period: string; reason: string };
  bill_source: { source: string; provisional_days: number };
}

/** A unit and the delivery that stands for it. */
export interface StandingUnit extends BillUnit, UnitClaim {
  readonly delivery: string;
  /** Partition of the unit that is counted instead; null while this one counts. */
  readonly shadowedBy: string | null;
  readonly shadowReason: string | null;
}

/** Every unit, by period, then source. */
export async function standingUnits(sql: Sql): Promise<StandingUnit[]> {
  const rows = await sql
    .tables<UnitTables>()
    .selectFrom('bill_unit')
    .selectAll()
    .orderBy('period')
    .orderBy('source')
    .orderBy('partition_name')
    .execute();
  return rows.map((row) => ({
    partition: row.partition_name,
    source: row.source,
    exportName: row.export_name,
    dataset: BillDataset.parse(row.dataset),
    scope: row.scope,
    period: row.period,
    delivery: row.delivery_id,
    arrival: row.arrival,
    preference: row.preference,
    beside: row.beside === 1,
    shadowedBy: row.shadowed_by,
    shadowReason: row.shadow_reason,
  }));
}

export async function saveUnit(sql: Sql, unit: StandingUnit): Promise<void> {
  const state = {
    delivery_id: unit.delivery,
    preference: unit.preference,
    beside: unit.beside ? 1 : 0,
    shadowed_by: unit.shadowedBy,
    shadow_reason: unit.shadowReason,
  };
  await sql
    .tables<UnitTables>()
    .insertInto('bill_unit')
    .values({
      partition_name: unit.partition,
      source: unit.source,
      export_name: unit.exportName,
      dataset: unit.dataset,
      scope: unit.scope,
      period: unit.period,
      arrival: unit.arrival,
      ...state,
    })
    .onConflict((conflict) => conflict.column('partition_name').doUpdateSet(state))
    .execute();
}

export async function removeUnit(sql: Sql, partition: string): Promise<void> {
  await sql.tables<UnitTables>().deleteFrom('bill_unit').where('partition_name', '=', partition).execute();
}

/** Two exports that were found to describe the same charges in a billing period; `one` is the smaller text. */
export interface StoredOverlap {
  readonly one: string;
  readonly other: string;
  readonly period: string;
  readonly reason: string;
}

export async function findOverlaps(sql: Sql): Promise<StoredOverlap[]> {
  return sql.tables<UnitTables>().selectFrom('bill_overlap').selectAll().orderBy('period').execute();
}

/** Puts what a comparison found in the place of what was known about the compared pairs. */
export async function replaceOverlaps(
  sql: Sql,
  compared: readonly Omit<StoredOverlap, 'reason'>[],
  found: readonly StoredOverlap[],
): Promise<void> {
  const db = sql.tables<UnitTables>();
  for (const { one, other, period } of compared) {
    await db
      .deleteFrom('bill_overlap')
      .where('one', '=', one)
      .where('other', '=', other)
      .where('period', '=', period)
      .execute();
  }
  for (const overlap of found) {
    await db
      .insertInto('bill_overlap')
      .values({ ...overlap })
      .execute();
  }
}

/** Days that a month of a source stays provisional, where somebody set them. */
export async function provisionalDaysBySource(sql: Sql): Promise<ReadonlyMap<string, number>> {
  const rows = await sql.tables<UnitTables>().selectFrom('bill_source').selectAll().execute();
  return new Map(rows.map((row) => [row.source, row.provisional_days]));
}

export async function saveProvisionalDays(sql: Sql, source: string, days: number): Promise<void> {
  await sql
    .tables<UnitTables>()
    .insertInto('bill_source')
    .values({ source, provisional_days: days })
    .onConflict((conflict) => conflict.column('source').doUpdateSet({ provisional_days: days }))
    .execute();
}
