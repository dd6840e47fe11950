import { z } from 'zod';
import type { Sql } from '../../../platform/store/index.ts';
import type { BillUnit } from '../bill-rows.ts';
import { DEFAULT_PROVISIONAL_DAYS } from '../period-state.ts';
import { BillDataset, DateFormat, NumberFormat } from '../schema.ts';
import type { UnitClaim } from './standings.ts';

const OverlapKind = z.enum(['same', 'unclear', 'amounts']);

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
    shadowed_by: string | null;
    shadow_reason: string | null;
    held: number;
  };
  bill_overlap: { one: string; other: string; period: string; reason: string; kind: string; larger: string | null };
  bill_overlap_decision: { one: string; other: string; period: string; counts: string };
  bill_source: {
    source: string;
    provisional_days: number;
    date_format: string | null;
    number_format: string | null;
  };
}

/** A unit and its active delivery. */
export interface StandingUnit extends BillUnit, UnitClaim {
  readonly delivery: string;
  /** Partition of the unit that is counted instead; null while this one counts. */
  readonly shadowedBy: string | null;
  readonly shadowReason: string | null;
  /** Waits for a decision whether its charges are those of `shadowedBy`. */
  readonly held: boolean;
}

/** Every unit, by period, then source. */
export async function findStandingUnits(sql: Sql): Promise<StandingUnit[]> {
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
    shadowedBy: row.shadowed_by,
    shadowReason: row.shadow_reason,
    held: row.held === 1,
  }));
}

export async function saveUnit(sql: Sql, unit: StandingUnit): Promise<void> {
  const state = {
    delivery_id: unit.delivery,
    shadowed_by: unit.shadowedBy,
    shadow_reason: unit.shadowReason,
    held: unit.held ? 1 : 0,
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

/** Two exports in a billing period, as `unitExport` writes them; `one` is the smaller text. */
export interface ExportPair {
  readonly one: string;
  readonly other: string;
  /** YYYY-MM */
  readonly period: string;
}

/** Two exports whose charges in a billing period are the same, or may be the same. */
export interface StoredOverlap extends ExportPair {
  readonly reason: string;
  /** `amounts`: found by a version that compared daily amounts; compared again when the billing period changes. */
  readonly kind: z.infer<typeof OverlapKind>;
  /** The export with more charges; null where both have the same number, or where it is unclear. */
  readonly larger: string | null;
}

/** Decision of a person about two exports, valid from a billing period on: one of them counts, or both do. */
export interface OverlapDecision extends ExportPair {
  /** `both`, or an export as `unitExport` writes it. */
  readonly counts: string;
}

export async function findOverlaps(sql: Sql): Promise<StoredOverlap[]> {
  const rows = await sql.tables<UnitTables>().selectFrom('bill_overlap').selectAll().orderBy('period').execute();
  return rows.map((row) => ({ ...row, kind: OverlapKind.parse(row.kind) }));
}

/** Replaces the stored overlaps of the compared pairs with those found. */
export async function replaceOverlaps(
  sql: Sql,
  compared: readonly ExportPair[],
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

export async function findOverlapDecisions(sql: Sql): Promise<OverlapDecision[]> {
  return sql.tables<UnitTables>().selectFrom('bill_overlap_decision').selectAll().orderBy('period').execute();
}

export async function saveOverlapDecisions(sql: Sql, decisions: readonly OverlapDecision[]): Promise<void> {
  for (const { counts, ...pair } of decisions) {
    await sql
      .tables<UnitTables>()
      .insertInto('bill_overlap_decision')
      .values({ ...pair, counts })
      .onConflict((conflict) => conflict.columns(['one', 'other', 'period']).doUpdateSet({ counts }))
      .execute();
  }
}

/** Provisional days of sources that set them. */
export async function findProvisionalDays(sql: Sql): Promise<ReadonlyMap<string, number>> {
  const rows = await sql.tables<UnitTables>().selectFrom('bill_source').selectAll().execute();
  return new Map(rows.map((row) => [row.source, row.provisional_days]));
}

export async function saveProvisionalDays(sql: Sql, source: string, days: number): Promise<void> {
  await sql
    .tables<UnitTables>()
    .insertInto('bill_source')
    .values({ source, provisional_days: days, date_format: null, number_format: null })
    .onConflict((conflict) => conflict.column('source').doUpdateSet({ provisional_days: days }))
    .execute();
}

/** Declared date and number formats of a source; null where not declared. */
export interface SourceFormats {
  readonly dateFormat: DateFormat | null;
  readonly numberFormat: NumberFormat | null;
}

export async function findSourceFormats(sql: Sql, source: string): Promise<SourceFormats> {
  const row = await sql
    .tables<UnitTables>()
    .selectFrom('bill_source')
    .select(['date_format', 'number_format'])
    .where('source', '=', source)
    .executeTakeFirst();
  return {
    dateFormat: DateFormat.nullable().parse(row?.date_format ?? null),
    numberFormat: NumberFormat.nullable().parse(row?.number_format ?? null),
  };
}

export async function saveFormatsOfSource(sql: Sql, source: string, formats: SourceFormats): Promise<void> {
  const { dateFormat: date_format, numberFormat: number_format } = formats;
  if (date_format === null && number_format === null) return;
  await sql
    .tables<UnitTables>()
    .insertInto('bill_source')
    .values({ source, provisional_days: DEFAULT_PROVISIONAL_DAYS, date_format, number_format })
    .onConflict((conflict) => conflict.column('source').doUpdateSet({ date_format, number_format }))
    .execute();
}
