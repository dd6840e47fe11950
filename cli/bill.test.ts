import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bill, type Ended, golden, normalised, type ServedFolder, serveFolder, temporaryFolder } from './testing.ts';

const folder = temporaryFolder();
let server: ServedFolder;
beforeAll(async () => {
  server = await serveFolder();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function put(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function expectGolden(name: string, ended: Ended): void {
  const { actual, expected } = golden(name, normalised(ended, [folder, server.data]));
  expect(actual).toBe(expected);
}

const totals = async () =>
  JSON.parse((await server.run('cost', 'summary', '--by', 'serviceName', '--json')).out) as object;

describe('bills on the command line', () => {
  it('says what to do first when there is none', async () => {
    await using empty = await serveFolder();
    for (const words of [
      ['bill', 'deliveries'],
      ['cost', 'summary', '--by', 'day'],
      ['cost', 'rows'],
      ['cost', 'dimensions'],
    ]) {
      expect((await empty.run(...words)).err).toContain('No bill yet. steelyard bill import PATH… --source NAME');
    }
  });

  it('imports a file, then finds the same file unchanged', async () => {
    const path = put(
      'october.csv',
      bill({}, { billed: '1200.5', service: 'Amazon EC2' }, { billed: '-0.00012', service: 'NULL' }),
    );
    expectGolden('bill-import', await server.run('bill', 'import', path, '--source', 'aws'));
    expectGolden('bill-import-again', await server.run('bill', 'import', path, '--source', 'aws', '--json'));
    expectGolden('bill-deliveries', await server.run('bill', 'deliveries'));
    expectGolden('cost-summary', await server.run('cost', 'summary', '--by', 'serviceName,tag:team'));
    expectGolden('cost-summary-json', await server.run('cost', 'summary', '--by', 'serviceName', '--json'));
    expectGolden('cost-summary-csv', await server.run('cost', 'summary', '--by', 'serviceName', '--csv'));
    expectGolden('cost-rows', await server.run('cost', 'rows', '--limit', '2'));
    expectGolden('cost-dimensions', await server.run('cost', 'dimensions'));
  });

  it('imports a folder with everything below it', async () => {
    const nested = join(folder, 'exports');
    mkdirSync(join(nested, '2026-11'), { recursive: true });
    writeFileSync(join(nested, 'a.csv'), bill({}));
    writeFileSync(join(nested, '2026-11', 'b.csv.gz'), gzipSync(bill({ billed: '2' })));
    writeFileSync(join(nested, 'README.txt'), 'no bill');
    const { out, code } = await server.run('bill', 'import', nested, '--source', 'nested', '--json');
    expect({ code, ...(JSON.parse(out) as object) }).toMatchObject({ code: 0, rows: 2, accepted: 2 });
  });

  it('lists every row that cannot be accepted and stores nothing', async () => {
    const before = await totals();
    const path = put('bad.csv', bill({}, { billed: 'abc' }, { currency: 'dollar' }, { start: '2026-10-05T00:00:00Z' }));
    expectGolden('bill-rejected', await server.run('bill', 'import', path, '--source', 'bad'));
    expectGolden('bill-rejected-json', await server.run('bill', 'import', path, '--source', 'bad', '--json'));
    expect(await totals()).toEqual(before);
  });

  it('cuts a long list of rejected rows', async () => {
    const path = put('worse.csv', bill(...Array.from({ length: 23 }, () => ({ billed: 'abc' }))));
    const { err } = await server.run('bill', 'import', path, '--source', 'bad');
    expect(err.split('\n').filter((line) => line.includes('BilledCost:'))).toHaveLength(20);
    expect(err).toContain('… and 3 more');
  });

  it('leaves out as many rows as it was told and counts them', async () => {
    const path = put('partly.csv', bill({ service: 'Kept' }, { billed: 'abc' }));
    expectGolden(
      'bill-allow-rejected',
      await server.run('bill', 'import', path, '--source', 'partly', '--allow-rejected', '1'),
    );
    const { out } = await server.run('cost', 'summary', '--by', 'serviceName', '--filter', 'serviceName=Kept');
    expect(out).toContain('Left out: 1 row that could not be accepted.');
  });
});

describe('bad input on the command line', () => {
  const compressed = gzipSync(bill({}, { billed: '2' }));
  const cases: readonly (readonly [what: string, name: string, content: string | Buffer | null, code: string])[] = [
    ['a missing file', 'missing.csv', null, 'file_not_found'],
    ['an empty file', 'empty.csv', '', 'file_empty'],
    ['a truncated gzip', 'cut.csv.gz', compressed.subarray(0, compressed.length - 12), 'file_truncated'],
    ['UTF-16 text', 'wide.csv', Buffer.from(`\uFEFF${bill({})}`, 'utf16le'), 'file_not_utf8'],
    ['a workbook', 'book.csv', Buffer.from('504b0304', 'hex'), 'file_format_unknown'],
    ['a cell of the wrong type', 'type.csv', bill({ billed: '12,5' }), 'bill_rows_rejected'],
    ['an unknown currency', 'currency.csv', bill({ currency: 'us dollars' }), 'bill_rows_rejected'],
    ['a negative period', 'period.csv', bill({ start: '2026-10-05T00:00:00Z' }), 'bill_rows_rejected'],
  ];

  it.each(cases)(
    'refuses %s with exit 1, one sentence that names the file, and nothing changed',
    async (_what, name, content, code) => {
      const before = await totals();
      const path = content === null ? join(folder, name) : put(name, content);
      const ended = await server.run('bill', 'import', path, '--source', 'bad', '--json');
      expect({ exit: ended.code, ...(JSON.parse(ended.out) as object) }).toMatchObject({ exit: 1, code });
      expect(ended.err).toMatch(new RegExp(`^error\\[${code}\\]: [^\\n]*${name}`));
      expect(await totals()).toEqual(before);
    },
  );

  it('refuses a folder without a bill', async () => {
    const ended = await server.run('bill', 'import', temporaryFolder(), '--source', 'x');
    expect(ended).toMatchObject({ code: 1, out: '', err: expect.stringContaining('error[bill_no_files]') });
  });

  it('refuses an unknown dimension', async () => {
    const ended = await server.run('cost', 'summary', '--by', 'servicename');
    expect(ended).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^error\[dimension_unknown\]: .*"servicename".*\nhint: steelyard cost dimensions/),
    });
  });

  it('refuses --csv together with --json', async () => {
    expect(await server.run('cost', 'rows', '--csv', '--json')).toMatchObject({ code: 2 });
  });
});
