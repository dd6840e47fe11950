import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../main.ts';
import { buildUrl } from '../../platform/contract/schema.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import { testApplication } from '../../testing/application.ts';
import { type DetectionReport, detectAnomalies } from './schema.ts';
import { createCostSeries, FIRST_DAY } from './seeded-costs.testing.ts';

let application: Application;
beforeAll(async () => {
  application = await testApplication();
});
afterAll(() => application?.[Symbol.asyncDispose]());

async function detected(payload: string | Buffer, query: Record<string, unknown> = {}) {
  const answer = await application.http.inject({
    method: 'POST',
    url: buildUrl(detectAnomalies, { query }),
    headers: { host: 'localhost', 'content-type': 'application/octet-stream' },
    payload,
  });
  return { status: answer.statusCode, body: answer.json() as DetectionReport & { code?: string; detail?: string } };
}

const { values, change } = createCostSeries(3, 'spike');
const date = (day: number): string => new Date(FIRST_DAY + day * DAY_MS).toISOString().slice(0, 10);
const lines = values.map((value, day) => `${date(day)},${value}`);
const COSTS = ['date,cost', ...lines, ''].join('\n');
const named = { timeColumn: 'date', valueColumn: 'cost' };

describe('POST /api/v1/anomaly-detections', () => {
  it.each<[string, string | Buffer]>([
    ['CSV', COSTS],
    ['CSV packed by gzip', gzipSync(COSTS)],
  ])('judges the daily costs of %s and finds what changed', async (_, payload) => {
    const { status, body } = await detected(payload, named);
    expect(status).toBe(200);
    expect(body.points).toHaveLength(values.length);
    expect(body).toMatchObject({ method: 'changes', remarks: [] });
    const from = date(change?.from ?? 0);
    expect(body.episodes.find(({ start }) => start.startsWith(from))).toMatchObject({ kind: 'spike', points: 3 });
  });

  it('says what was odd about a series, and judges it all the same', async () => {
    const odd = [...lines.slice(1), lines[0], lines[5], `${date(values.length)},NaN`, `${date(values.length + 1)},`];
    const { body } = await detected(['date,cost', ...odd].join('\n'), named);
    expect(body.points).toHaveLength(odd.length);
    expect(body.points.at(-1)).toMatchObject({ value: null, score: null });
    expect(body.remarks).toEqual([
      '2 rows without a value: gaps, not zeros.',
      '1 row earlier than the row before: judged in the order of time.',
      '1 row with the time of another: each is judged.',
    ]);
  });

  it('says of a series that is too short that nothing was judged', async () => {
    const { status, body } = await detected('timestamp,value\n2026-11-01,5\n');
    expect(status).toBe(200);
    expect(body).toMatchObject({ method: null, episodes: [], points: [{ value: 5, score: null, expected: null }] });
    expect(body.remarks[0]).toMatch(/^Nothing is judged/);
  });

  it('judges what a counter rises by, with its resets as gaps', async () => {
    let total = 0;
    const counted = values.map((value, day) => {
      total = day === 40 ? value : total + value;
      return `${date(day)},${total}`;
    });
    const payload = ['date,cost', ...counted].join('\n');
    const plain = await detected(payload, named);
    expect(plain.body.remarks).toContain('The values hardly ever fall: if they are a counter, say so.');
    const { body } = await detected(payload, { ...named, counter: 'true' });
    expect(body.points[40]?.value).toBeNull();
    expect(body.points[41]?.value).toBeCloseTo(values[41] ?? 0, 6);
    expect(body.episodes.some(({ start }) => start.startsWith(date(change?.from ?? 0)))).toBe(true);
  });

  it.each<[string, string | Buffer, string, RegExp]>([
    ['nothing', '', 'series_empty', /has no values/],
    ['a header alone', 'timestamp,value\n', 'series_empty', /has no values/],
    ['no such column', 'when,value\n1,2\n', 'series_column_missing', /has no column timestamp.*It has when, value/],
    ['no time', 'timestamp,value\nyesterday,2\n', 'series_time_invalid', /Line 2 .*"yesterday" is no time/],
    ['a day that does not exist', 'timestamp,value\n2026-02-30,2\n', 'series_time_invalid', /is no date that exists/],
    ['no number', 'timestamp,value\n2026-02-03,much\n', 'series_value_invalid', /"much" is not a number/],
    ['infinity', 'timestamp,value\n2026-02-03,1e999\n', 'series_value_invalid', /is beyond 1e15/],
    ['bytes that are no text', Buffer.from([0x61, 0xff, 0x0a]), 'file_not_utf8', /UTF-8/],
    ['a row that was cut off', 'timestamp,value\n2026-02-03\n', 'csv_malformed', /number of fields differs/],
    ['half of a gzip file', gzipSync(COSTS).subarray(0, 800), 'file_truncated', /truncated or damaged gzip file/],
    [
      'more than is judged',
      `timestamp,value\n${'2026-02-03,1\n'.repeat(200_001)}`,
      'series_too_long',
      /200,000 values/,
    ],
  ])('refuses %s', async (_, payload, code, detail) => {
    const { body } = await detected(payload);
    expect(body.code).toBe(code);
    expect(body.detail).toMatch(detail);
  });
});
