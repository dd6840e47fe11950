import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bill, type Ended, golden, normalised, type ServedFolder, serveFolder, temporaryFolder } from './testing.ts';

const folder = temporaryFolder();
let server: ServedFolder;
let firstDelivery = '';

const may = { periodStart: '2024-05-01T00:00:00Z', periodEnd: '2024-06-01T00:00:00Z' };
const on = (day: string) => ({ ...may, start: `${day}T00:00:00Z`, end: `${day}T12:00:00Z` });
const april = {
  ...{ periodStart: '2024-04-01T00:00:00Z', periodEnd: '2024-05-01T00:00:00Z' },
  ...{ start: '2024-04-03T00:00:00Z', end: '2024-04-04T00:00:00Z' },
};
const untagged = { tags: '' };

/** The bill with added pricing columns: a quantity, a unit and a SKU for each row. */
function priced(text: string, ...quantities: string[]): string {
  const [header, ...lines] = text.trim().split('\n');
  const rows = lines.map(
    (line, index) => `${line},${quantities[index]},${quantities[index] === '' ? '' : 'Hours'},SKU-A`,
  );
  return `${[`${header},PricingQuantity,PricingUnit,SkuId`, ...rows].join('\n')}\n`;
}

const RULES = `apiVersion: steelyard/v1
kind: AllocationRules
metadata: {name: rules}
spec:
  rules:
    - {name: support, match: {serviceName: Support}, split: {method: weights, to: [{subject: {team: search}, weight: '2'}, {subject: {team: ads}, weight: '1'}]}}
    - {name: tagged, match: {'tag:team': '*'}, subject: {team: '{tag:team}', project: 'ml-{tag:team}'}}
`;

function put(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function imported(name: string, content: string, period: string): Promise<string> {
  const words = ['--source', 'aws', '--period', period, '--json'];
  const { out, code, err } = await server.run('bill', 'import', put(name, content), ...words);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return (JSON.parse(out) as { delivery: string }).delivery;
}

beforeAll(async () => {
  server = await serveFolder();
  expect((await server.run('apply', '-f', put('rules.yaml', RULES))).code).toBe(0);
  await imported('april.csv', priced(bill({ ...april, billed: '4' }), '4'), '2024-04');
  firstDelivery = await imported('may-1.csv', bill({ ...on('2024-05-02'), billed: '9' }), '2024-05');
  const rows = [
    { ...on('2024-05-02'), billed: '9' },
    { ...on('2024-05-09'), billed: '3', service: 'Support', ...untagged },
    { ...on('2024-05-09'), billed: '-0.5', category: 'Credit' },
    { ...on('2024-05-10'), billed: '2', service: 'Amazon EC2', ...untagged },
  ];
  await imported('may-2.csv', priced(bill(...rows), '6', '', '', '20'), '2024-05');
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const today = new Date().toISOString().slice(0, 10);
function expectGolden(name: string, ended: Ended): void {
  const day = { ...ended, out: ended.out.replaceAll(today, '<today>').replaceAll(/al_[0-9a-f-]{36}/g, 'al_<id>') };
  const { actual, expected } = golden(name, normalised(day, [folder, server.data]));
  expect(actual).toBe(expected);
}
/** Each row has an effective cost of 1 in addition to its billed cost. */
const BILLED = ['--metric', 'billedCost'];
const rowsOf = async (...words: string[]) => {
  const { out, err } = await server.run('cost', 'summary', '--by', 'serviceName', '--json', ...words);
  if (out === '') throw new Error(err);
  const { rows } = JSON.parse(out) as { rows: { serviceName: string; amount: string }[] };
  return Object.fromEntries(rows.map(({ serviceName, amount }) => [serviceName, amount]));
};

describe('costs on the command line', () => {
  it('are those of exactly one delivery, although another counts now', async () => {
    const may = ['--period', '2024-05'];
    expect(await rowsOf(...may)).toEqual({ 'Amazon SageMaker': '2', Support: '1', 'Amazon EC2': '1' });
    expect(await rowsOf(...may, ...BILLED)).toEqual({ 'Amazon SageMaker': '8.5', Support: '3', 'Amazon EC2': '2' });
    expect(await rowsOf('--delivery', firstDelivery, ...BILLED)).toEqual({ 'Amazon SageMaker': '9' });
    const { err } = await server.run('cost', 'rows', '--delivery', `d_${'0'.repeat(20)}`);
    expect(err).toContain('steelyard bill deliveries');
  });

  it('are of a range of months or of days, and of no mixture', async () => {
    expect(await rowsOf('--from', '2024-05-09', '--to', '2024-05-09', ...BILLED)).toEqual({
      'Amazon SageMaker': '-0.5',
      Support: '3',
    });
    expect(await rowsOf('--from', '2024-04', '--to', '2024-04', ...BILLED)).toEqual({ 'Amazon SageMaker': '4' });
    expectGolden('cost-mixed-range', await server.run('cost', 'rows', '--from', '2024-04', '--to', '2024-05-09'));
    expectGolden('cost-reversed-range', await server.run('cost', 'rows', '--from', '2024-05', '--to', '2024-04'));
  });

  it('are filtered by several values, by others than one, and by a prefix', async () => {
    const period = ['--period', '2024-05', ...BILLED, '--filter'];
    expect(await rowsOf(...period, 'serviceName=Amazon*')).toEqual({ 'Amazon SageMaker': '8.5', 'Amazon EC2': '2' });
    expect(await rowsOf(...period, 'serviceName!=Support', '--filter', 'tag:team=')).toEqual({ 'Amazon EC2': '2' });
    expect(await rowsOf(...period, 'serviceName=Support', '--filter', 'serviceName=Amazon EC2')).toEqual({
      Support: '3',
      'Amazon EC2': '2',
    });
  });

  it('are explained', async () => {
    const words = ['cost', 'explain', '--from', '2024-04', '--to', '2024-05'];
    expectGolden('cost-explain', await server.run(...words));
    expectGolden('cost-explain-json', await server.run(...words, '--by', 'team', '--limit', '1', '--json'));
    expectGolden('cost-explain-no-bill', await server.run('cost', 'explain', '--from', '2023-01', '--to', '2024-05'));
  });

  it('are written as a FOCUS file', async () => {
    const file = join(folder, 'focus.parquet');
    const words = ['cost', 'export', '--format', 'focus', '--period', '2024-05'];
    const { out, code } = await server.run(...words, '--output', file, '--json');
    expect([code, JSON.parse(out)]).toEqual([
      0,
      expect.objectContaining({ file, version: '1.4', fileFormat: 'parquet' }),
    ]);
    expect(readFileSync(file).subarray(0, 4).toString()).toBe('PAR1');
    const { out: csv } = await server.run(...words, '--csv', '--version', '1.2');
    expect(csv.split('\n')[0]).toContain('ProviderName,PublisherName');
    expect(csv.trim().split('\n')).toHaveLength(1 + 5);
    expectGolden('cost-export-usage', await server.run(...words, '--json'));
  });
});

describe('statements on the command line', () => {
  it('are listed and shown as they stand', async () => {
    expectGolden('statement-list', await server.run('statement', 'list', '--period', '2024-05'));
    expectGolden('statement-show', await server.run('statement', 'show', 'search', '--period', '2024-05'));
    expectGolden(
      'statement-show-unallocated',
      await server.run('statement', 'show', '-', '--period', '2024-05', '--csv'),
    );
    expectGolden('statement-usage', await server.run('statement', 'show', 'search'));
  });

  it('are issued once, and read again by their number', async () => {
    expectGolden('statement-none-issued', await server.run('statement', 'list', '--issued'));
    expectGolden('statement-issue', await server.run('statement', 'issue', '--period', '2024-05', '--why', 'May'));
    expectGolden('statement-issue-again', await server.run('statement', 'issue', '--period', '2024-05'));
    expectGolden('statement-list-issued', await server.run('statement', 'list', '--issued'));
    expectGolden('statement-show-issued', await server.run('statement', 'show', '--number', '2'));
    const page = join(folder, 'search.html');
    expect((await server.run('statement', 'show', '--number', '2', '--html', page)).code).toBe(0);
    expect(readFileSync(page, 'utf8')).toContain('<h1>search</h1>');
  });
});
