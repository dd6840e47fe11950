import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { golden, normalised, type ServedFolder, serveFolder, temporaryFolder } from './testing.ts';

let server: ServedFolder;
const folder = temporaryFolder();
const put = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
beforeAll(async () => {
  server = await serveFolder();
});
afterAll(() => server?.[Symbol.asyncDispose]());

/** Every four minutes 60 requests within half a second, for an hour. */
const BURSTS = `seconds\n${Array.from({ length: 15 * 60 }, (_, index) => `${Math.floor(index / 60) * 240 + (index % 60) / 120}\n`).join('')}`;

describe('steelyard scale replay', () => {
  it('compares the policies and the best constant in a table, with what was assumed', async () => {
    const ended = await server.run('scale', 'replay', put('bursts.csv', BURSTS), '--service-time', '1.5');
    const { actual, expected } = golden('scale-replay', normalised(ended, [folder]));
    expect(actual).toBe(expected);
  });

  it('shows the curve of cost against waiting below the table', async () => {
    const words = ['--service-time', '1.5', '--policy', 'kpa', '--curve'];
    const { out } = await server.run('scale', 'replay', put('bursts.csv', BURSTS), ...words);
    expect(out.match(/^kpa +target \d+\.0 %/gm)).toHaveLength(5);
  });

  it('answers the decisions of one policy, and what they cost, as JSON', async () => {
    const words = ['--service-time', '1.5', '--price', '2USD/h', '--miss-price', '0.01USD', '--json'];
    const { code, out } = await server.run('scale', 'replay', put('bursts.csv', BURSTS), ...words);
    const document = JSON.parse(out);
    expect(code).toBe(0);
    expect(document).toMatchObject({
      policy: 'slo',
      requests: 900,
      decisions: [[0, 2], ...document.decisions.slice(1)],
    });
    const { replicaHours, waitingShare, replicaCost, missCost, cost } = document;
    expect(Number(replicaCost.amount)).toBeCloseTo(2 * replicaHours, 9);
    expect(Number(missCost.amount)).toBeCloseTo(0.01 * 900 * waitingShare, 9);
    expect(Number(cost.amount)).toBeCloseTo(Number(replicaCost.amount) + Number(missCost.amount), 9);
    const hpa = await server.run('scale', 'replay', put('bursts.csv', BURSTS), ...words, '--policy', 'hpa');
    expect(JSON.parse(hpa.out)).toMatchObject({ policy: 'hpa' });
  });

  it.each<[string, string, string[], string]>([
    ['a header that does not fit, of a long file', `when\n${'1\n'.repeat(500_000)}`, [], 'trace_column_missing'],
    ['rows that are not sorted', 'time\n2\n1\n', ['--service-time', '1'], 'trace_not_sorted'],
    ['two currencies', 'time\n1\n', ['--miss-price', '1EUR'], 'currency_mismatch'],
    ['a ratio that is none', 'time\n1\n', ['--slo', '5'], 'usage'],
  ])('refuses %s', async (_, text, words, code) => {
    const { out, code: exit } = await server.run('scale', 'replay', put('refused.csv', text), ...words, '--json');
    expect(JSON.parse(out)).toMatchObject({ code });
    expect(exit).toBeGreaterThan(0);
  });

  it('says when there is no such file', async () => {
    const { err } = await server.run('scale', 'replay', join(folder, 'nothing.csv'));
    expect(err).toContain('error[file_not_found]');
  });
});
