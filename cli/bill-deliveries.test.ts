import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

function expectGolden(name: string, ended: Ended): void {
  const { actual, expected } = golden(name, normalised(ended, [folder, server.data]));
  expect(actual).toBe(expected);
}

/** Imports a file of that name; returns the id of the delivery. */
async function imported(name: string, content: string, ...options: string[]): Promise<string> {
  const path = join(folder, name);
  writeFileSync(path, content);
  const { out, err } = await server.run('bill', 'import', path, '--json', ...options);
  expect(err).toBe('');
  return (JSON.parse(out) as { delivery: string }).delivery;
}

const tagged = (team: string) => `"{""team"": ""${team}""}"`;

describe('deliveries on the command line', () => {
  it('that may hold the charges of another export are asked about, and counted as the answer says', async () => {
    await using own = await serveFolder();
    const path = join(folder, 'seats.csv');
    writeFileSync(path, bill({ billed: '10', service: 'Seats' }));
    const importAs = (source: string, ...options: string[]) =>
      own.run('bill', 'import', path, '--source', source, ...options);
    expect(await importAs('sales')).toMatchObject({ code: 0 });
    const asked = await importAs('support');
    expect(asked).toMatchObject({ code: 5, out: '' });
    expect(asked.err).toContain('error[bill_overlap_unclear]: ');
    expect(asked.err).toContain('Import again with --counts-beside');
    expect(await importAs('support', '--counts-beside', '--replaces')).toMatchObject({ code: 2 });
    expect(await importAs('support', '--counts-beside')).toMatchObject({ code: 0 });
    expect((await own.run('cost', 'summary', '--by', 'serviceName', '--metric', 'billedCost')).out).toContain('20');
    expect((await importAs('again', '--replaces')).out).not.toContain('Not counted');
    expect((await own.run('cost', 'summary', '--by', 'serviceName', '--metric', 'billedCost')).out).toContain('10');
  });

  it('with rows that break a rule of FOCUS say so, and list them', async () => {
    await using own = await serveFolder();
    const path = join(folder, 'quality.csv');
    writeFileSync(path, bill({ billed: '10' }).replace('Usage', 'Blah'));
    const { out } = await own.run('bill', 'import', path, '--source', 'aws');
    const command = /Data quality: 1 finding\. steelyard (bill quality d_\w+)/.exec(out)?.[1] ?? '';
    expect((await own.run(...command.split(' '))).out).toContain('CAU-ChargeCategory-C-003-M');
  });

  it('show what differs between two of them, and go back', async () => {
    const first = await imported(
      'first.csv',
      bill({ billed: '10' }, { billed: '5', service: 'Amazon EC2' }, { billed: '2.5', service: 'AWS Lambda' }),
      ...['--source', 'aws'],
    );
    const second = await imported(
      'second.csv',
      bill(
        { billed: '10' },
        { billed: '6.25', service: 'Amazon EC2', tags: tagged('ads') },
        { billed: '1', service: 'S3' },
      ),
      ...['--source', 'aws'],
    );
    const diff = await server.run('bill', 'diff', first, second, '--by', 'serviceName');
    // Columns are as wide as the name of the temporary folder.
    expectGolden('bill-diff', { ...diff, out: diff.out.replaceAll(/ {2,}/g, '  ') });
    const { out } = await server.run('bill', 'diff', first, second, '--json');
    expect(Object.keys(JSON.parse(out) as object)).toEqual(
      expect.arrayContaining(['added', 'removed', 'changed', 'totals', 'counts']),
    );
    expectGolden('bill-revert', await server.run('bill', 'revert', second, '--why', 'credits twice'));
    const again = await server.run('bill', 'revert', second, '--json');
    expect(JSON.parse(again.out)).toMatchObject({ changes: [{ before: first, after: second, state: 'closed' }] });
    expectGolden('bill-restatements', await server.run('bill', 'restatements'));
  });

  it('are listed oldest first, with what does not count and why', async () => {
    await using own = await serveFolder();
    const rows = bill({ billed: '10' }, { billed: '5', service: 'Amazon EC2' }).replaceAll(
      /^BilledCost|^(?=\d)/gm,
      (start) => (start === '' ? '123456789012,i-1,' : 'SubAccountId,ResourceId,BilledCost'),
    );
    const path = join(folder, 'account.csv');
    for (const name of ['daily', 'monthly']) {
      writeFileSync(path, rows);
      await own.run('bill', 'import', path, '--source', 'aws', '--export', name);
    }
    const listed = await own.run('bill', 'deliveries');
    const { actual, expected } = golden('bill-deliveries-shadowed', normalised(listed, [folder, own.data]));
    expect(actual).toBe(expected);
    const { deliveries } = JSON.parse((await own.run('bill', 'deliveries', '--json')).out) as {
      deliveries: { delivery: string; current: boolean; state: string }[];
    };
    expect(deliveries.map(({ current }) => current)).toEqual([true, false]);
    const preferred = await own.run('bill', 'prefer', deliveries[1]?.delivery ?? '', '--json');
    expect(JSON.parse(preferred.out)).toMatchObject({ changes: [{ after: null }, { before: null }] });
    expect((await own.run('bill', 'provisional', 'aws', '--days', '20')).out).toContain('20 days');
  });

  it('are deleted when that is confirmed, and listed as deleted', async () => {
    const [older, newer] = [
      await imported('older.csv', bill({ billed: '3' }), '--source', 'doomed'),
      await imported('newer.csv', bill({ billed: '4' }), '--source', 'doomed'),
    ];
    const unsaid = await server.run('bill', 'delete', newer);
    expect([unsaid.code, unsaid.out]).toEqual([2, '']);
    expect(unsaid.err).toMatch(
      new RegExp(`1 row in \\d files .* and 1 raw file[^]*${older} counts again[^]*--confirm`),
    );
    const done = await server.run('bill', 'delete', newer, '--why', 'sent twice', '--confirm');
    expect([done.code, done.out]).toEqual([0, expect.stringContaining(`Deleted delivery ${newer}`)]);
    expect((await server.run('bill', 'delete', newer, '--confirm')).code).toBe(4);
    const source = await server.run('source', 'delete', 'doomed', '--confirm');
    expect([source.code, source.out]).toEqual([0, expect.stringContaining('Syncs of doomed end.')]);
    const listed = await server.run('bill', 'deletions', '--source', 'doomed');
    expect(listed.out).toMatch(new RegExp(`${older} +doomed[^]*source, local[^]*${newer} +doomed[^]*sent twice`));
  });

  it('lead to the row as it came', async () => {
    const delivery = await imported('raw.csv', bill({ billed: '0.50' }), '--source', 'raw');
    const ended = await server.run('bill', 'row', delivery, join(folder, 'raw.csv'), '1');
    expectGolden('bill-row', ended);
    expect(await server.run('bill', 'row', delivery, 'other.csv', '1')).toMatchObject({ code: 4 });
  });

  it('refuse to shrink a month by stray rows, and say how to insist', async () => {
    const month = Array.from({ length: 12 }, (_, index) => ({ start: `2026-10-${10 + index}T00:00:00Z` }));
    await imported(
      'month.csv',
      bill(...month.map((row) => ({ ...row, end: '2026-10-31T00:00:00Z' }))),
      '--source',
      'stray',
    );
    const next = { periodStart: '2026-11-01T00:00:00Z', periodEnd: '2026-12-01T00:00:00Z' };
    const november = { ...next, start: '2026-11-02T00:00:00Z', end: '2026-11-03T00:00:00Z' };
    const path = join(folder, 'stray.csv');
    writeFileSync(path, bill({}, november, november, november));
    const refused = await server.run('bill', 'import', path, '--source', 'stray');
    expectGolden('bill-shrinks', refused);
    expect(await server.run('bill', 'import', path, '--source', 'stray', '--allow-shrink')).toMatchObject({ code: 0 });
  });
});
