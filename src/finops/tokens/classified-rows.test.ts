import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { identifier, type Lake, lakeMigrations, literal, openLake } from '../../platform/lake/index.ts';
import { openStore, type Store } from '../../platform/store/index.ts';
import { billRows } from '../billing/index.ts';
import { meterColumns } from './bill-meters.ts';
import { loadCatalogue } from './catalogue.ts';
import { classifiedRowsSql } from './classified-rows.ts';

const catalogue = await loadCatalogue();
let store: Store;
let lake: Lake;
beforeEach(async () => {
  const root = mkdtempSync(join(tmpdir(), 'tokens-'));
  store = await openStore({ database: 'sqlite', folder: root });
  await store.migrate(lakeMigrations);
  lake = await openLake({ root: join(root, 'lake'), readable: [], memory: '256MB', threads: 1 });
  onTestFinished(async () => {
    await lake[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });
});

/** A bill in the lake; columns that a row does not name are null. */
async function bill(...rows: Readonly<Record<string, string>>[]): Promise<string> {
  const selects = rows.map((row) => {
    const values = Object.entries(billRows.columns).map(([name, type]) => {
      const value = row[name];
      return `${value === undefined ? 'NULL' : literal(value)}::${type} AS ${identifier(name)}`;
    });
    return `SELECT ${values.join(', ')}`;
  });
  const staged = await lake.session((session) => session.stage(billRows, 'unit', selects.join(' UNION ALL ')));
  await store.transaction((sql) => lake.swap(sql, billRows, { remove: [], add: [staged] }));
  return lake.relation(store, billRows, { rowIds: true, others: meterColumns });
}

it('joins model, direction and exact tokens to the rows of a bill, and leaves out what is none', async () => {
  const relation = await bill(
    { ServiceName: 'Amazon EC2', PricingQuantity: '1', PricingUnit: 'Hrs' },
    {
      ServiceName: 'Amazon Bedrock',
      SkuMeter: 'USE1-NovaLite-input-tokens',
      PricingUnit: '1K tokens',
      PricingQuantity: '0.00000000000000000001',
    },
    {
      ServiceName: 'Amazon Bedrock',
      SkuMeter: 'USE1-NovaLite-input-tokens',
      PricingUnit: '1K tokens',
      PricingQuantity: '2.5',
    },
    {
      ServiceName: "Bedrock's own",
      SkuMeter: 'USE1-House-output-tokens',
      PricingUnit: '1M tokens',
      PricingQuantity: '3',
    },
    { ServiceName: 'Amazon Bedrock', SkuMeter: 'USE1-Guardrail', PricingUnit: 'Units', PricingQuantity: '3' },
  );
  const rows = await lake.query(
    `SELECT file_row_number::INTEGER AS row, model, catalogue_model, direction, tokens::VARCHAR AS tokens
      FROM ${await classifiedRowsSql(lake, relation, catalogue)} ORDER BY row`,
  );
  expect(rows.map((row) => ({ ...row, tokens: Number(row.tokens) }))).toEqual([
    { row: 1, model: 'NovaLite', catalogue_model: 'amazon.nova-lite-v1:0', direction: 'input', tokens: 1e-17 },
    { row: 2, model: 'NovaLite', catalogue_model: 'amazon.nova-lite-v1:0', direction: 'input', tokens: 2_500 },
    { row: 3, model: 'House', catalogue_model: null, direction: 'output', tokens: 3_000_000 },
  ]);
});

it('is empty, with its columns, for a bill without tokens', async () => {
  const relation = await bill({ ServiceName: 'Amazon EC2' });
  expect(await lake.query(`SELECT * FROM ${await classifiedRowsSql(lake, relation, catalogue)}`)).toEqual([]);
});
