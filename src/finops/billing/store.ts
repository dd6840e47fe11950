import type { Generated } from 'kysely';
import { isAmong, type Sql } from '../../platform/store/index.ts';
import type { BillUnit } from './bill-rows.ts';
import { UnitFacts } from './facts.ts';
import { BillDataset, DateFormat, type MetricTotal, NumberFormat, type RejectedRow } from './schema.ts';

interface DeliveryTables {
  bill_delivery: {
    id: string;
    source: string;
    received_at: string;
    periods: string;
    files: string;
    rows_accepted: number;
    rows_rejected: number;
    rejected: string;
    totals: string;
    replaced: string;
    producer_id: string | null;
    raw_deleted_at: string | null;
    date_format: string | null;
    number_format: string | null;
  };
  bill_delivery_unit: {
    sequence: Generated<number>;
    delivery_id: string;
    partition_name: string;
    source: string;
    export_name: string;
    dataset: string;
    scope: string;
    period: string | null;
    received_at: string;
    produced_at: string;
    lake_files: string;
    row_count: number;
    facts: string | null;
    ignored: number;
    remark: string | null;
  };
}

export interface DeliveryFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** A delivery as imported; never changed afterwards. */
export interface StoredDelivery {
  readonly id: string;
  readonly source: string;
  readonly producerId: string | null;
  /** UTC, ISO 8601 with milliseconds, like `producedAt`, so that both compare as text. */
  readonly receivedAt: string;
  readonly periods: readonly string[];
  readonly files: readonly DeliveryFile[];
  readonly acceptedRows: number;
  readonly rejectedRows: number;
  readonly rejected: readonly RejectedRow[];
  readonly totals: readonly MetricTotal[];
  readonly replaced: readonly string[];
  /** Time at which retention deleted its raw files; null while they are kept. */
  readonly rawDeletedAt: string | null;
  /** Declared date and number formats of its files; null where not declared. */
  readonly dateFormat: DateFormat | null;
  readonly numberFormat: NumberFormat | null;
}

/** Part of a delivery that belongs to one unit. */
export interface NewDeliveryUnit extends Omit<BillUnit, 'period'> {
  readonly delivery: string;
  /** Lake partition of the unit; empty where no period is known. */
  readonly partition: string;
  /** YYYY-MM; null for a delivery without rows that declares none. */
  readonly period: string | null;
  readonly receivedAt: string;
  readonly producedAt: string;
  readonly lakeFiles: readonly string[];
  readonly rows: number;
  /** Null for units stored before facts existed; their facts are computed from the rows on demand. */
  readonly facts: UnitFacts | null;
  /** Older than an earlier arrival, so it never became active automatically. */
  readonly ignored: boolean;
  /** Notable fact about the unit; null when there is none. */
  readonly remark: string | null;
}

export interface DeliveryUnit extends NewDeliveryUnit {
  /** Grows with every unit that arrives. */
  readonly sequence: number;
}

export async function insertDelivery(sql: Sql, delivery: StoredDelivery): Promise<void> {
  await sql
    .tables<DeliveryTables>()
    .insertInto('bill_delivery')
    .values({
      id: delivery.id,
      source: delivery.source,
      received_at: delivery.receivedAt,
      periods: JSON.stringify(delivery.periods),
      files: JSON.stringify(delivery.files),
      rows_accepted: delivery.acceptedRows,
      rows_rejected: delivery.rejectedRows,
      rejected: JSON.stringify(delivery.rejected),
      totals: JSON.stringify(delivery.totals),
      replaced: JSON.stringify(delivery.replaced),
      producer_id: delivery.producerId,
      raw_deleted_at: delivery.rawDeletedAt,
      date_format: delivery.dateFormat,
      number_format: delivery.numberFormat,
    })
    .execute();
}

export async function findDelivery(sql: Sql, id: string): Promise<StoredDelivery | null> {
  const row = await sql
    .tables<DeliveryTables>()
    .selectFrom('bill_delivery')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : rowToDelivery(row);
}

export async function findDeliveries(sql: Sql, ids: readonly string[]): Promise<ReadonlyMap<string, StoredDelivery>> {
  if (ids.length === 0) return new Map();
  const rows = await sql
    .tables<DeliveryTables>()
    .selectFrom('bill_delivery')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute();
  return new Map(rows.map((row) => [row.id, rowToDelivery(row)]));
}

/** Every delivery, oldest first. */
export async function findAllDeliveries(sql: Sql): Promise<StoredDelivery[]> {
  const rows = await sql
    .tables<DeliveryTables>()
    .selectFrom('bill_delivery')
    .selectAll()
    .orderBy('received_at')
    .orderBy('id')
    .execute();
  return rows.map(rowToDelivery);
}

/** Returns the sequence number of the unit. */
export async function insertDeliveryUnit(sql: Sql, unit: NewDeliveryUnit): Promise<number> {
  const { sequence } = await sql
    .tables<DeliveryTables>()
    .insertInto('bill_delivery_unit')
    .values({
      delivery_id: unit.delivery,
      partition_name: unit.partition,
      source: unit.source,
      export_name: unit.exportName,
      dataset: unit.dataset,
      scope: unit.scope,
      period: unit.period,
      received_at: unit.receivedAt,
      produced_at: unit.producedAt,
      lake_files: JSON.stringify(unit.lakeFiles),
      row_count: unit.rows,
      facts: unit.facts === null ? null : JSON.stringify(unit.facts),
      ignored: unit.ignored ? 1 : 0,
      remark: unit.remark,
    })
    .returning('sequence')
    .executeTakeFirstOrThrow();
  return sequence;
}

/** The units of a delivery, in order of arrival. */
export async function findUnitsOfDelivery(sql: Sql, delivery: string): Promise<DeliveryUnit[]> {
  const rows = await sql
    .tables<DeliveryTables>()
    .selectFrom('bill_delivery_unit')
    .selectAll()
    .where('delivery_id', '=', delivery)
    .orderBy('sequence')
    .execute();
  return rows.map(rowToUnit);
}

/** The unit of the rows in a lake file; null for a file without a delivery. */
export async function findUnitOfLakeFile(sql: Sql, file: string): Promise<DeliveryUnit | null> {
  const row = await sql
    .tables<DeliveryTables>()
    .selectFrom('bill_delivery_unit')
    .selectAll()
    // Ids have a fixed length and contain no LIKE wildcard.
    .where('lake_files', 'like', `%"${file}"%`)
    .executeTakeFirst();
  return row === undefined ? null : rowToUnit(row);
}

/** All deliveries of one unit, oldest first: by production time, then by arrival. */
export async function findDeliveriesOfUnit(sql: Sql, partition: string): Promise<DeliveryUnit[]> {
  const rows = await sql
    .tables<DeliveryTables>()
    .selectFrom('bill_delivery_unit')
    .selectAll()
    .where('partition_name', '=', partition)
    .orderBy('produced_at')
    .orderBy('sequence')
    .execute();
  return rows.map(rowToUnit);
}

export interface DeliveryPage {
  /** Only units of these partitions and deliveries; null: all units. */
  readonly units: { readonly partitions: readonly string[]; readonly deliveries: readonly string[] } | null;
  readonly source: string | null;
  readonly period: string | null;
  /** Sequence of the last entry of the previous page; null for the first page. */
  readonly after: number | null;
  readonly limit: number;
}

/** Oldest first. */
export async function findDeliveryUnitPage(sql: Sql, page: DeliveryPage): Promise<DeliveryUnit[]> {
  let query = sql
    .tables<DeliveryTables>()
    .selectFrom('bill_delivery_unit')
    .selectAll()
    .orderBy('sequence')
    .limit(page.limit);
  const { source, period, after, units } = page;
  if (units !== null) {
    query = query.where(isAmong(sql, 'partition_name', units.partitions));
    query = query.where(isAmong(sql, 'delivery_id', units.deliveries));
  }
  if (source !== null) query = query.where('source', '=', source);
  if (period !== null) query = query.where('period', '=', period);
  if (after !== null) query = query.where('sequence', '>', after);
  return (await query.execute()).map(rowToUnit);
}

export async function saveFacts(sql: Sql, sequence: number, facts: UnitFacts): Promise<void> {
  await sql
    .tables<DeliveryTables>()
    .updateTable('bill_delivery_unit')
    .set({ facts: JSON.stringify(facts) })
    .where('sequence', '=', sequence)
    .execute();
}

function rowToUnit(row: Omit<DeliveryTables['bill_delivery_unit'], 'sequence'> & { sequence: number }): DeliveryUnit {
  return {
    sequence: row.sequence,
    delivery: row.delivery_id,
    partition: row.partition_name,
    source: row.source,
    exportName: row.export_name,
    dataset: BillDataset.parse(row.dataset),
    scope: row.scope,
    period: row.period,
    receivedAt: row.received_at,
    producedAt: row.produced_at,
    lakeFiles: JSON.parse(row.lake_files) as string[],
    rows: row.row_count,
    facts: row.facts === null ? null : UnitFacts.parse(JSON.parse(row.facts)),
    ignored: row.ignored === 1,
    remark: row.remark,
  };
}

function rowToDelivery(row: DeliveryTables['bill_delivery']): StoredDelivery {
  return {
    id: row.id,
    source: row.source,
    producerId: row.producer_id,
    rawDeletedAt: row.raw_deleted_at,
    dateFormat: row.date_format === null ? null : DateFormat.parse(row.date_format),
    numberFormat: row.number_format === null ? null : NumberFormat.parse(row.number_format),
    receivedAt: row.received_at,
    periods: JSON.parse(row.periods) as string[],
    files: JSON.parse(row.files) as DeliveryFile[],
    acceptedRows: row.rows_accepted,
    rejectedRows: row.rows_rejected,
    rejected: JSON.parse(row.rejected) as RejectedRow[],
    totals: JSON.parse(row.totals) as MetricTotal[],
    replaced: JSON.parse(row.replaced) as string[],
  };
}
