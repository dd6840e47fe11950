import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS } from '../src/platform/units/durations.ts';
import { golden, normalised, type ServedFolder, serveFolder, temporaryFolder } from './testing.ts';

let server: ServedFolder;
const folder = temporaryFolder();
const put = (name: string, content: string | Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
beforeAll(async () => {
  server = await serveFolder();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const day = (at: number) => new Date(Date.UTC(2026, 0, 1) + at * DAY_MS).toISOString().slice(0, 10);
const rows = Array.from(
  { length: 84 },
  (_, at) => `${day(at)},${at === 40 ? '' : 100 + 40 * Number(at % 7 < 5) + ((at * 7919) % 11)}`,
);
const DAILY = `day,cost\n${rows.join('\n')}\n`;
const words = (path: string, ...more: string[]) =>
  ['forecast', 'series', path, '--time', 'day', '--value', 'cost', ...more] as const;

describe('steelyard forecast series', () => {
  it('is a table with what such forecasts did before', async () => {
    const ended = await server.run(...words(put('daily.csv', DAILY), '--horizon', '3', '--season', '7'));
    // the last digits of fitted values may differ between processors
    const steady = {
      ...ended,
      out: ended.out
        .replaceAll(/\d+\.\d+/g, 'N')
        .replaceAll(/\d+ %/g, 'N %')
        .replaceAll(/^method.*$/gm, 'method  …')
        .replaceAll(/ +/g, ' '),
    };
    const { actual, expected } = golden('forecast-series', normalised(steady, [folder]));
    expect(actual).toBe(expected);
  });

  it('answers JSON with the same points as CSV, of a packed file with other delimiters too', async () => {
    const json = await server.run(...words(put('daily.csv', DAILY), '--horizon', '2', '--json'));
    const document = JSON.parse(json.out);
    expect(document.points[0].at).toBe('2026-03-26T00:00:00Z');
    expect(document).toMatchObject({ seasons: [7], missing: 1, values: 84 });
    const packed = put('daily.csv.gz', gzipSync(DAILY.replaceAll(',', ';')));
    const csv = await server.run(...words(packed, '--horizon', '2', '--csv'));
    const [head, first] = csv.out.split('\r\n');
    expect(head).toBe('at,mean,lo80,hi80,lo95,hi95');
    expect(first).toBe(Object.values(document.points[0]).join(','));
  });

  it.each<[string, string, string[], string]>([
    ['a column that is not there', 'when,cost\n2026-01-01,1\n', [], 'series_column_missing'],
    ['a value that is none', 'day,cost\n2026-01-01,"1,5"\n', [], 'series_value_invalid'],
    ['a value beyond all money', 'day,cost\n2026-01-01,1e99\n', [], 'series_value_invalid'],
    ['one point', 'day,cost\n2026-01-01,1\n', [], 'series_too_short'],
    ['two values of a day', `${DAILY}2026-01-02,1\n`, [], 'series_time_repeated'],
    ['an empty file', '', [], 'series_empty'],
    ['a time that is none', 'day,cost\nsoon,1\n2026-01-02,1\n2026-01-03,1\n2026-01-04,1\n', [], 'series_time_invalid'],
    ['a row of too many fields', 'day,cost\n2026-01-01,1,2\n', [], 'csv_malformed'],
    ['a horizon of none', DAILY, ['--horizon', '0'], 'usage'],
    ['a horizon beyond all plans', DAILY, ['--horizon', '1000000'], 'usage'],
    ['a season of one', DAILY, ['--season', '1'], 'usage'],
    ['two formats', DAILY, ['--csv'], 'usage'],
  ])('refuses %s', async (_, text, more, code) => {
    const horizon = more.includes('--horizon') ? [] : ['--horizon', '3'];
    const { out, code: exit } = await server.run(...words(put('refused.csv', text), ...horizon, ...more, '--json'));
    expect(JSON.parse(out)).toMatchObject({ code });
    expect(exit).toBeGreaterThan(0);
  });

  it('says when there is no such file', async () => {
    const { err } = await server.run(...words(join(folder, 'nothing.csv'), '--horizon', '1'));
    expect(err).toContain('error[file_not_found]');
  });
});
