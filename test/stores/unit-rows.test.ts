import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStore } from '../../src/platform/store/index.ts';
import { returnMigrations } from '../../src/tradeoff/returns/index.ts';
import { UnitDatasetSpec } from '../../src/tradeoff/returns/units/schema.ts';
import {
  findUnitRows,
  listDatasets,
  putUnitDataset,
  replaceDays,
  sumUnits,
} from '../../src/tradeoff/returns/units/store.ts';
import { onEachStore } from '../support/stores.ts';

const row = (day: string, quantity: string, dimensions: object = {}) => ({ day, quantity, dimensions });
const [ONE, TWO] = ['2026-11-01', '2026-11-02'] as const;

onEachStore(({ newDatabase }) => {
  it('replaces the rows of a day whole, and sums units exactly by day and dimension', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'steelyard-units-'));
    await using store = await openStore({ database: await newDatabase(), folder });
    await store.migrate(returnMigrations);
    const spec = UnitDatasetSpec.parse({ unit: 'order' });
    const replace = (days: readonly string[], ...rows: readonly ReturnType<typeof row>[]) =>
      store.transaction((sql) => replaceDays(sql, 'orders', { days, rows, now: 1 }));
    await store.transaction((sql) => putUnitDataset(sql, 'orders', spec));
    await replace(
      [ONE, TWO],
      row(ONE, '1000000000', { model: 'a', customer: 'x' }),
      row(ONE, '0.000001', { model: 'a' }),
      row(ONE, '2.5', { model: 'b' }),
      row(TWO, '7'),
    );
    const range = { start: ONE, end: '2026-11-03' };
    expect(await sumUnits(store, 'orders', { ...range, by: null })).toEqual([
      { day: ONE, key: null, quantity: '1000000002.500001' },
      { day: TWO, key: null, quantity: '7' },
    ]);
    const byModel = await sumUnits(store, 'orders', { ...range, end: TWO, by: 'model' });
    expect(byModel.toSorted((a, b) => (a.key ?? '').localeCompare(b.key ?? ''))).toEqual([
      { day: ONE, key: 'a', quantity: '1000000000.000001' },
      { day: ONE, key: 'b', quantity: '2.5' },
    ]);
    await replace([ONE], row(ONE, '3', { customer: 'y' }));
    expect(await findUnitRows(store, 'orders', [ONE])).toEqual([
      { day: ONE, quantity: '3', dimensions: { customer: 'y' } },
    ]);
    expect(await listDatasets(store)).toMatchObject([{ dataset: 'orders', days: 2, firstDay: ONE, lastDay: TWO }]);
  });
});
