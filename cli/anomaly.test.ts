import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS } from '../src/platform/units/durations.ts';
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

const cost = (day: number): number => (day % 7 < 5 ? 100 : 60) + ((day * 37) % 11) - 5;
/** A hundred days of costs; half as much again on three of them, nothing on the last four. */
const COSTS = [
  'date,cost',
  ...Array.from({ length: 100 }, (_, day) => {
    const value = day >= 96 ? 0 : cost(day) * (day >= 70 && day < 73 ? 1.5 : 1);
    return `${new Date(Date.UTC(2026, 5, 1) + day * DAY_MS).toISOString().slice(0, 10)},${value}`;
  }),
].join('\n');
const named = ['--time', 'date', '--value', 'cost'];

describe('steelyard anomaly detect', () => {
  it('shows the episodes of a series', async () => {
    const ended = await server.run('anomaly', 'detect', put('costs.csv', COSTS), ...named);
    const { actual, expected } = golden('anomaly-detect', normalised(ended, [folder]));
    expect(actual).toBe(expected);
  });

  it('answers every point and the episodes as JSON', async () => {
    const { code, out } = await server.run('anomaly', 'detect', put('costs.csv', COSTS), ...named, '--json');
    const { points, episodes } = JSON.parse(out);
    expect(code).toBe(0);
    expect(points).toHaveLength(100);
    expect(points[70].score).toBeGreaterThan(0.5);
    expect(episodes).toMatchObject([
      { kind: 'spike', start: '2026-08-10T00:00:00.000Z', end: '2026-08-12T00:00:00.000Z' },
      { kind: 'zero', start: '2026-09-05T00:00:00.000Z', open: true },
    ]);
  });

  it('answers every point as CSV', async () => {
    const { out } = await server.run('anomaly', 'detect', put('costs.csv', COSTS), ...named, '--csv');
    const lines = out.split('\r\n');
    expect(lines).toHaveLength(102);
    expect(lines[0]).toBe('at,value,score,expected');
    expect(lines[1]).toBe('2026-06-01T00:00:00.000Z,95,,');
  });

  it.each<[string, string, string[], string]>([
    ['a column that is not there', 'a,b\n1,2\n', [], 'series_column_missing'],
    ['a value that is no number', 'date,cost\n2026-01-01,x\n', named, 'series_value_invalid'],
    ['two formats at once', COSTS, ['--csv'], 'usage'],
  ])('refuses %s', async (_, text, words, code) => {
    const { out, code: exit } = await server.run('anomaly', 'detect', put('refused.csv', text), ...words, '--json');
    expect(JSON.parse(out)).toMatchObject({ code });
    expect(exit).toBeGreaterThan(0);
  });

  it('says when there is no such file, and when a series is too short', async () => {
    const { err } = await server.run('anomaly', 'detect', join(folder, 'nothing.csv'));
    expect(err).toContain('error[file_not_found]');
    const short = await server.run('anomaly', 'detect', put('short.csv', 'timestamp,value\n2026-01-01,4\n'));
    expect(short.out).toBe('0 of 1 point judged.\n');
    expect(short.err).toContain('Nothing is judged');
  });
});
