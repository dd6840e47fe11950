import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lakeMigrations } from '../../../platform/lake/index.ts';
import { openStore } from '../../../platform/store/index.ts';
import { billingMigrations } from '../migrations.ts';
import { findDeliveriesOfUnit, findDeliveryUnitPage } from '../store.ts';
import { findStandingUnits } from './unit-store.ts';

interface Tables {
  bill_delivery: Record<string, string | number>;
  bill_unit: Record<string, string>;
  lake_file: Record<string, string | number | null>;
}

it('deliveries from before units were told apart keep their rows and stand where they stood', async () => {
  await using store = await openStore({ database: 'sqlite', folder: mkdtempSync(join(tmpdir(), 'units-')) });
  const first = (name: 'lake/001-manifest' | 'billing/001-deliveries') => ({
    [name]: { ...lakeMigrations, ...billingMigrations }[name] ?? { up: async () => undefined },
  });
  await store.migrate({ ...first('lake/001-manifest'), ...first('billing/001-deliveries') });
  const db = store.tables<Tables>();
  const october = 'aws/default/CostAndUsage/default/2026-10';
  const november = 'aws/default/CostAndUsage/default/2026-11';
  const delivery = (id: string, at: string, periods: string[], rows: number) => ({
    ...{ id, source: 'aws', received_at: at, periods: JSON.stringify(periods), files: '[]', rows_accepted: rows },
    ...{ rows_rejected: 0, rejected: '[]', totals: '[]', replaced: '[]' },
  });
  const file = (id: string, partition: string, rows: number, added: number, removed: number | null) => ({
    ...{ id, table_name: 'bill_row', partition_name: partition, path: `bill_row/${id}.parquet`, row_count: rows },
    ...{ size_bytes: 1, added_at: added, removed_at: removed },
  });
  await db
    .insertInto('bill_delivery')
    .values([
      delivery('d_one', '2026-11-01T00:00:00.000Z', ['2026-10', '2026-11'], 5),
      delivery('d_none', '2026-11-02T00:00:00.000Z', [], 0),
      delivery('d_two', '2026-11-03T00:00:00.000Z', ['2026-11'], 7),
    ])
    .execute();
  await db
    .insertInto('bill_unit')
    .values([
      { partition_name: october, source: 'aws', period: '2026-10', delivery_id: 'd_one' },
      { partition_name: november, source: 'aws', period: '2026-11', delivery_id: 'd_two' },
    ])
    .execute();
  await db
    .insertInto('lake_file')
    .values([file('f1', october, 2, 1, null), file('f2', november, 3, 1, 3), file('f3', november, 7, 3, null)])
    .execute();

  await store.migrate({ ...lakeMigrations, ...billingMigrations });

  const units = await findDeliveryUnitPage(store, { source: null, period: null, after: null, units: null, limit: 10 });
  expect(units.map(({ delivery: id, period, rows, lakeFiles, facts }) => [id, period, rows, lakeFiles, facts])).toEqual(
    [
      ['d_one', '2026-10', 2, ['f1'], null],
      ['d_one', '2026-11', 3, ['f2'], null],
      ['d_two', '2026-11', 7, ['f3'], null],
    ],
  );
  expect((await findDeliveriesOfUnit(store, november)).map(({ delivery: id }) => id)).toEqual(['d_one', 'd_two']);
  expect(
    (await findStandingUnits(store)).map(({ partition, delivery: id, shadowedBy }) => [partition, id, shadowedBy]),
  ).toEqual([
    [october, 'd_one', null],
    [november, 'd_two', null],
  ]);
});
