import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../main.ts';
import { buildUrl } from '../../platform/contract/schema.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import { testApplication } from '../../testing/application.ts';
import { postSeriesFileForecast, type SeriesForecastReport } from './schema.ts';

let application: Application;
beforeAll(async () => {
  application = await testApplication();
});
afterAll(() => application[Symbol.asyncDispose]());

const days = (count: number, from = '2026-01-01') =>
  Array.from({ length: count }, (_, at) => new Date(Date.parse(from) + at * DAY_MS).toISOString().slice(0, 10));
const week = (count: number) =>
  Array.from({ length: count }, (_, at) => 100 + (at % 7 < 5 ? 40 : 0) + ((at * 7919) % 11));

async function forecast(body: Record<string, unknown>) {
  const answer = await application.http.inject({
    method: 'POST',
    url: '/api/v1/forecasts/series',
    headers: { host: 'localhost' },
    payload: { horizon: 3, ...body },
  });
  return {
    status: answer.statusCode,
    body: answer.json() as SeriesForecastReport & { code?: string; detail?: string },
  };
}
const times = ({ points }: SeriesForecastReport) => points.map(({ at }) => at);

describe('POST /api/v1/forecasts/series', () => {
  it('goes on by the calendar of the series, with its season, its error and its coverage', async () => {
    const { body } = await forecast({ times: days(120), values: week(120), horizon: 14 });
    expect(body).toMatchObject({
      method: 'combination',
      step: 'P1D',
      seasons: [7],
      values: 120,
      missing: 0,
      notes: [],
    });
    expect(times(body).slice(0, 2)).toEqual(['2026-05-01T00:00:00Z', '2026-05-02T00:00:00Z']);
    expect(body.points).toHaveLength(14);
    for (const { mean, lo80, hi80, lo95, hi95 } of body.points) {
      expect(lo95 <= lo80 && lo80 <= mean && mean <= hi80 && hi80 <= hi95).toBe(true);
    }
    expect(body.backtest).toMatchObject({ origins: 10, reason: null });
    expect(body.backtest.mase).toBeLessThan(1.5);
    expect(body.members.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
  });

  it.each<[string, string[], string, string[]]>([
    ['months', ['2025-09', '2025-10', '2025-11', '2025-12'], 'P1M', ['2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z']],
    [
      'ends of months',
      ['2025-10-31', '2025-11-30', '2025-12-31', '2026-01-31'],
      'P1M',
      ['2026-02-28T00:00:00Z', '2026-03-31T00:00:00Z'],
    ],
    ['quarters', ['2025-01', '2025-04', '2025-07', '2025-10'], 'P3M', ['2026-01-01T00:00:00Z', '2026-04-01T00:00:00Z']],
    [
      'weeks, with one left out',
      ['2026-01-05', '2026-01-12', '2026-01-26', '2026-02-02', '2026-02-09'],
      'P7D',
      ['2026-02-16T00:00:00Z', '2026-02-23T00:00:00Z'],
    ],
    [
      'hours',
      ['2026-01-01 21:00', '2026-01-01T22:00Z', '2026-01-01T23:00:00Z', '2026-01-02T01:00:00+01:00'],
      'PT1H',
      ['2026-01-02T01:00:00Z', '2026-01-02T02:00:00Z'],
    ],
    [
      'midnights of a clock that goes over to summer time',
      ['2026-03-27T00:00+01:00', '2026-03-28T00:00+01:00', '2026-03-29T00:00+01:00', '2026-03-30T00:00+02:00'],
      'P1D',
      ['2026-03-30T22:00:00Z', '2026-03-31T22:00:00Z'],
    ],
  ])('knows %s', async (_, written, step, wanted) => {
    const values = written.map((__, at) => 10 + ((at * 7) % 5));
    const { body } = await forecast({ times: written.toReversed(), values, horizon: 2 });
    expect({ step: body.step, at: times(body) }).toEqual({ step, at: wanted });
    expect(body.notes[0]).toBe('The rows were not in the order of time; they were put in order.');
  });

  it('says what was missing, and does not take it for zero', async () => {
    const values: (number | null)[] = week(60);
    values[17] = null;
    const [left, kept] = [days(60).filter((__, at) => at !== 30), values.filter((__, at) => at !== 30)];
    const { body } = await forecast({ times: left, values: kept });
    expect(body).toMatchObject({ values: 60, missing: 2 });
    expect(body.notes).toEqual(['2 of 60 values are missing; they were filled by season and neighbours.']);
    expect(Math.min(...body.points.map(({ lo95 }) => lo95))).toBeGreaterThan(50);
  });

  it('of one value all along is that value, and says that no error is known', async () => {
    for (const value of [0, 12.5, -4]) {
      const { body } = await forecast({ times: days(30), values: new Array(30).fill(value) });
      expect(body).toMatchObject({ method: 'constant', members: [] });
      expect(body.points[2]).toMatchObject({ mean: value, lo95: value, hi95: value });
      expect(body.backtest).toMatchObject({ mase: null, coverage95: null });
      expect(body.backtest.reason).toMatch(/^All values are the same/);
    }
  });

  it('of credits may be negative, of costs not', async () => {
    const credits = await forecast({ times: days(40), values: week(40).map((value) => -value) });
    expect(credits.body.points[0]?.mean).toBeLessThan(-50);
    const costs = await forecast({ times: days(40), values: week(40).map((_, at) => (at % 3 === 0 ? 50 : 0)) });
    expect(Math.min(...costs.body.points.map(({ lo95 }) => lo95))).toBeGreaterThanOrEqual(0);
  });

  it('of few values, and far beyond them, says that it guesses', async () => {
    const few = await forecast({ times: days(4), values: [3, 5, 4, 6] });
    expect(few.body.notes).toEqual(['Too short to be tried on itself: the intervals are a guess.']);
    expect(few.body.backtest).toMatchObject({ origins: 0, mase: null });
    const far = await forecast({ times: days(30), values: week(30), horizon: 10_000 });
    expect(far.body.points).toHaveLength(10_000);
    expect(
      far.body.points.every((point) =>
        Object.values(point).every((value) => typeof value === 'string' || Number.isFinite(value)),
      ),
    ).toBe(true);
    expect(far.body.notes).toEqual(['The horizon is longer than the history: far steps are a guess.']);
  });

  it.each<[Record<string, unknown>, number, string, RegExp]>([
    [{ times: [], values: [] }, 400, 'series_too_short', /^The series has 0 values; a forecast needs 4 at least\.$/],
    [{ times: days(1), values: [1] }, 400, 'series_too_short', /has 1 value;/],
    [{ times: days(6), values: [null, 1, null, 2, 3, null] }, 400, 'series_too_short', /has 3 values;/],
    [{ times: days(4), values: [1, 2, 3] }, 400, 'invalid_request', /as many/],
    [
      { times: ['2026-02-30', ...days(4)], values: [1, 2, 3, 4, 5] },
      400,
      'series_time_invalid',
      /"2026-02-30" is no time that exists/,
    ],
    [{ times: ['soon', ...days(4)], values: [1, 2, 3, 4, 5] }, 400, 'series_time_invalid', /"soon" is no time: write/],
    [{ times: ['2026-01-01T00:00+99:00', ...days(4)], values: [1, 2, 3, 4, 5] }, 400, 'series_time_invalid', /offset/],
    [
      { times: [...days(4), '2026-01-02'], values: [1, 2, 3, 4, 5] },
      400,
      'series_time_repeated',
      /2026-01-02 has more than one row/,
    ],
    [
      { times: [...days(5), '2026-01-06T05:00'], values: [1, 2, 3, 4, 5, 6] },
      400,
      'series_time_uneven',
      /mostly P1D apart, but from 2026-01-05 to 2026-01-06T05:00/,
    ],
    [
      { times: [...days(4), '2027-01-01'], values: [1, 2, 3, 4, 5] },
      400,
      'series_too_sparse',
      /Of 366 steps .* only 5/,
    ],
    [{ times: days(4), values: [1, 2, 3, 4], horizon: 0 }, 400, 'invalid_request', /horizon/],
    [{ times: days(4), values: [1, 2, 3, 4], horizon: 10_001 }, 400, 'invalid_request', /horizon/],
    [{ times: days(4), values: [1, 2, 3, 1e300] }, 400, 'invalid_request', /values/],
    [{ times: days(4), values: [1, 2, 3, 4], seasons: [1] }, 400, 'invalid_request', /seasons/],
  ])('refuses %j', async (asked, status, code, detail) => {
    const answer = await forecast(asked);
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
    expect(JSON.stringify(answer.body)).toMatch(
      new RegExp(detail.source.replaceAll('"', '\\\\"').replaceAll('^', '').replaceAll('$', '')),
    );
  });
});

describe('POST /api/v1/forecasts/series-files', () => {
  it('forecasts the columns of a file as it does the values that are sent', async () => {
    const rows = days(60).map((day, at) => `${at},${day},${at === 20 ? 'NaN' : week(60)[at]}`);
    const { statusCode, payload } = await application.http.inject({
      method: 'POST',
      url: buildUrl(postSeriesFileForecast, {
        query: { timeColumn: 'day', valueColumn: 'cost', horizon: 3, seasons: '7' },
      }),
      headers: { host: 'localhost', 'content-type': 'application/octet-stream' },
      payload: gzipSync(['n,day,cost', ...rows, ''].join('\n')),
    });
    expect(statusCode).toBe(200);
    const values = week(60).map((value, at) => (at === 20 ? null : value));
    const { body } = await forecast({ times: days(60), values, seasons: [7] });
    expect(JSON.parse(payload)).toEqual(body);
  });
});
