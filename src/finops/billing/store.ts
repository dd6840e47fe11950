import type { Sql } from '../../platform/store/index.ts';
import { type BillUnit, unitPartition } from './bill-rows.ts';
import type { MetricTotal, RejectedRow } from './schema.ts';

interface BillingTables {
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
  };
  bill_unit: { partition_name: string; source: string; period: string; delivery_id: string };
}

export interface DeliveryFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface StoredDelivery {
  readonly id: string;
  readonly source: string;
  readonly receivedAt: string;
  readonly periods: readonly string[];
  readonly files: readonly DeliveryFile[];
  readonly acceptedRows: number;
  readonly rejectedRows: number;
  readonly rejected: readonly RejectedRow[];
  readonly totals: readonly MetricTotal[];
  readonly replaced: readonly string[];
}

export async function insertDelivery(sql: Sql, delivery: StoredDelivery): Promise<void> {
  await sql
    .tables<BillingTables>()
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
    })
    .execute();
}

export async function findDelivery(sql: Sql, id: string): Promise<StoredDelivery | null> {
  const row = await sql
    .tables<BillingTables>()
    .selectFrom('bill_delivery')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : deliveryOf(row);
}

/** Newest first, after the given one. */
export async function pageDeliveries(
  sql: Sql,
  page: { readonly source: string | null; readonly after: { at: string; id: string } | null; readonly limit: number },
): Promise<StoredDelivery[]> {
  let query = sql
    .tables<BillingTables>()
    .selectFrom('bill_delivery')
    .selectAll()
    .orderBy('received_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit);
  const { source, after } = page;
  if (source !== null) query = query.where('source', '=', source);
  if (after !== null) {
    query = query.where((eb) =>
      eb.or([eb('received_at', '<', after.at), eb.and([eb('received_at', '=', after.at), eb('id', '<', after.id)])]),
    );
  }
  return (await query.execute()).map(deliveryOf);
}

/** Makes the delivery stand for its units; answers the deliveries that stood there before. */
export async function takeUnits(sql: Sql, delivery: string, units: readonly BillUnit[]): Promise<string[]> {
  const db = sql.tables<BillingTables>();
  const replaced = new Set<string>();
  for (const unit of units) {
    const partition = unitPartition(unit);
    const before = await db
      .selectFrom('bill_unit')
      .select('delivery_id')
      .where('partition_name', '=', partition)
      .executeTakeFirst();
    if (before !== undefined) replaced.add(before.delivery_id);
    await db
      .insertInto('bill_unit')
      .values({ partition_name: partition, source: unit.source, period: unit.period, delivery_id: delivery })
      .onConflict((conflict) => conflict.column('partition_name').doUpdateSet({ delivery_id: delivery }))
      .execute();
  }
  return [...replaced].toSorted();
}

export async function currentUnits(
  sql: Sql,
): Promise<{ partition: string; source: string; period: string; delivery: string }[]> {
  const rows = await sql
    .tables<BillingTables>()
    .selectFrom('bill_unit')
    .selectAll()
    .orderBy('period')
    .orderBy('source')
    .execute();
  return rows.map((row) => ({
    partition: row.partition_name,
    source: row.source,
    period: row.period,
    delivery: row.delivery_id,
  }));
}

function deliveryOf(row: BillingTables['bill_delivery']): StoredDelivery {
  return {
    id: row.id,
    source: row.source,
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
