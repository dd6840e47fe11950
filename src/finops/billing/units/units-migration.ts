import type { Generated, Kysely } from 'kysely';
import { type BillUnit, buildUnitPartition } from '../bill-rows.ts';

/** Schema of the tables at the time of this migration. */
export interface BeforeUnits {
  bill_delivery: { id: string; source: string; received_at: string; periods: string; rows_accepted: number };
  bill_unit: { partition_name: string; arrival: number };
  bill_delivery_unit: {
    sequence: Generated<number>;
    delivery_id: string;
    partition_name: string;
    source: string;
    export_name: string;
    dataset: string;
    scope: string;
    period: string;
    received_at: string;
    produced_at: string;
    lake_files: string;
    row_count: number;
    facts: string | null;
    ignored: number;
    remark: string | null;
  };
  lake_file: { id: string; table_name: string; partition_name: string; row_count: number; added_at: number };
}

/**
 * Fills rows for deliveries from before units had separate rows. Each made one swap of the lake's table, in order of
 * receipt, so its files are those added by the swap with its number. Their facts are computed on demand.
 */
export async function fillUnits(db: Kysely<BeforeUnits>): Promise<void> {
  const deliveries = await db
    .selectFrom('bill_delivery')
    .select(['id', 'source', 'received_at', 'periods'])
    .orderBy('received_at')
    .orderBy('id')
    .execute();
  for (const [index, delivery] of deliveries.entries()) {
    for (const period of JSON.parse(delivery.periods) as string[]) await fillUnit(db, delivery, index + 1, period);
  }
}

async function fillUnit(
  db: Kysely<BeforeUnits>,
  delivery: Pick<BeforeUnits['bill_delivery'], 'id' | 'source' | 'received_at'>,
  swap: number,
  period: string,
): Promise<void> {
  const unit = {
    ...{ source: delivery.source, exportName: 'default', dataset: 'CostAndUsage', scope: 'default', period },
  } satisfies BillUnit;
  const partition = buildUnitPartition(unit);
  const files = await db
    .selectFrom('lake_file')
    .select(['id', 'row_count'])
    .where('table_name', '=', 'bill_row')
    .where('partition_name', '=', partition)
    .where('added_at', '=', swap)
    .execute();
  const { sequence } = await db
    .insertInto('bill_delivery_unit')
    .values({
      delivery_id: delivery.id,
      partition_name: partition,
      source: unit.source,
      export_name: unit.exportName,
      dataset: unit.dataset,
      scope: unit.scope,
      period,
      received_at: delivery.received_at,
      produced_at: delivery.received_at,
      lake_files: JSON.stringify(files.map(({ id }) => id)),
      row_count: files.reduce((sum, file) => sum + Number(file.row_count), 0),
      facts: null,
      ignored: 0,
      remark: null,
    })
    .returning('sequence')
    .executeTakeFirstOrThrow();
  await db
    .updateTable('bill_unit')
    .set({ arrival: sequence })
    .where('partition_name', '=', partition)
    .where('arrival', '=', 0)
    .execute();
}
