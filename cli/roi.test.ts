import { afterAll, beforeAll, expect, it } from 'vitest';
import { bill, inMonth } from '../src/finops/testing/costs.ts';
import { registerModel, type ServedFolder, serveFolder, temporaryFolder, writeLines } from './testing.ts';

const folder = temporaryFolder();
let server: ServedFolder;

const MONTH = '2026-10';
const WINDOW = ['--start', '2026-10-01', '--end', '2026-11-01'];

beforeAll(async () => {
  server = await serveFolder();
  await registerModel(server, 'ranker');
  const rules = write('rules.yaml', [
    'apiVersion: steelyard/v1',
    'kind: AllocationRules',
    'metadata: {name: rules}',
    "spec: {rules: [{name: tagged, match: {'tag:team': '*'}, subject: {team: '{tag:team}', model: '{tag:model}', purpose: '{tag:purpose}'}}]}",
    '---',
    'apiVersion: steelyard/v1',
    'kind: UnitDataset',
    'metadata: {name: orders}',
    'spec: {unit: order, cost: {subject: {model: ranker}}}',
  ]);
  expect(await server.run('apply', '-f', rules)).toMatchObject({ code: 0 });
  const charge = (day: string, cost: string, purpose: string) => ({
    ...inMonth(MONTH, cost),
    ...{ ChargePeriodStart: `${day}T00:00:00Z`, ChargePeriodEnd: `${day}T01:00:00Z` },
    Tags: JSON.stringify({ team: 'feed', model: 'ranker', purpose }),
  });
  const rows = bill([
    charge('2026-10-01', '100', 'training'),
    charge('2026-10-02', '10', 'inference'),
    charge('2026-10-03', '10', 'inference'),
  ]);
  expect(await server.run('bill', 'import', write('bill.csv', [rows]), '--source', 'aws')).toMatchObject({ code: 0 });
  const events = write('sales.csv', [
    'id,at,amount,version,customer,feature',
    'a,2026-10-02T10:00:00Z,150,1,acme,list',
    'b,2026-10-03T10:00:00Z,30.5,1,,list',
  ]);
  const terms = ['--model', 'ranker', '--currency', 'USD'];
  expect(await server.run('value', 'import', events, ...terms)).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const write = (name: string, lines: readonly string[]) => writeLines(folder, name, lines);

it('shows the return of a model with its payback, as text, CSV and JSON', async () => {
  const { code, out } = await server.run('roi', '--by', 'model', ...WINDOW);
  expect(code).toBe(0);
  expect(out).toMatch(
    /ranker\s+\$100\.00\s+\$20\.00\s+\$180\.50\s+\$160\.50\s+\$60\.50\s+88\.9 %\s+2026-10-02\s+\$10\.00\s+allocated/,
  );
  expect(out).toContain('Total in USD: to make 100.00, to run 20.00, value 180.50, contribution 160.50.');
  const csv = (await server.run('roi', '--csv', ...WINDOW)).out.split('\r\n');
  expect(csv[0]).toContain('by,key,model,start,end,making');
  expect(csv[1]).toContain('model,ranker,,2026-10-01,2026-11-01,100,USD,allocated,20,USD,allocated,180.5');
  const json = JSON.parse((await server.run('roi', '--by', 'version', '--model', 'ranker', '--json')).out);
  expect(json).toMatchObject({ by: 'version', rows: [{ key: '1', model: 'ranker' }], retraining: { rounds: [] } });
});

it('shows experiments with their cost per point, and features with the reason of an unknown cost', async () => {
  const experiments = await server.run('roi', '--by', 'experiment', '--metric', 'accuracy');
  expect(experiments.out).toMatch(/Default\s+1\s+ranker 1\s+—\s+accuracy\s+—\s+—\s+no run has logged accuracy/);
  const features = await server.run('roi', '--by', 'feature', ...WINDOW);
  expect(features.out).toContain('no prediction of ranker is logged');
  expect(features.out).toContain('Value without cost:\n  list: $180.50');
});

it('imports business units by whole days, and shows the cost per unit and what is left out', async () => {
  const orders = write('orders.csv', ['date,quantity,customer', '2026-10-02,3,a', '2026-10-02,1,b', '2026-10-04,8,']);
  const imported = await server.run('unit', 'import', orders, '--dataset', 'orders');
  expect(imported).toMatchObject({ code: 0, out: 'Imported 2 days.\n' });
  expect(await server.run('unit', 'import', orders, '--dataset', 'orders')).toMatchObject({
    out: 'Imported 0 days. 2 days unchanged.\n',
  });
  const lines = write('orders.ndjson', [
    '{"date":"2026-10-02","quantity":"4"}',
    '{"date":"2026-10-04","quantity":"8"}',
  ]);
  expect(await server.run('unit', 'import', lines, '--dataset', 'orders')).toMatchObject({
    out: 'Imported 1 day. 1 day unchanged.\n',
  });
  const shown = await server.run('unit', 'show', 'orders', ...WINDOW);
  expect(shown.out).toMatch(/2026-10\s+\$10\.00\s+4\s+\$2\.50/);
  expect(shown.out).toContain('Total: $2.50 per order over 1 day.');
  expect(shown.out).toContain('Left out: 2 days with $110.00 and no order.');
  expect(shown.out).toContain('Left out: 1 day with 8 units and no cost.');
  expect((await server.run('unit', 'list')).out).toMatch(/orders\s+order\s+2\s+2026-10-02\s+2026-10-04\s+model ranker/);
});

it('refuses an unsorted file and an unknown column, and names rejected rows', async () => {
  const unsorted = write('unsorted.csv', ['date,quantity', '2026-10-05,1', '2026-10-06,1', '2026-10-05,1']);
  const refused = await server.run('unit', 'import', unsorted, '--dataset', 'orders');
  expect(refused.code).toBe(2);
  expect(refused.err).toContain('2026-10-05 appears again after another day');
  const columns = write('columns.csv', ['date,quantity,colour', '2026-10-05,1,red']);
  expect((await server.run('unit', 'import', columns, '--dataset', 'orders')).err).toContain('unknown column colour');
  const bad = write('bad.csv', ['date,quantity', '2026-10-05,-1']);
  const rejected = await server.run('unit', 'import', bad, '--dataset', 'orders');
  expect(rejected).toMatchObject({ code: 1, out: expect.stringContaining('line 2: quantity: not negative') });
  expect(await server.run('unit', 'show', 'nothing')).toMatchObject({ code: 4 });
});
