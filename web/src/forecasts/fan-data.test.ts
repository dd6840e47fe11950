import { describe, expect, it } from 'vitest';
import type { ForecastDetail } from '../../../src/finops/forecasts/schema.ts';
import { buildFan } from './fan-data.ts';

const ends = { mean: 10, lo80: 9, hi80: 11, lo95: 8, hi95: 12 };
const running = (mean: number) => ({ mean, lo80: mean - 1, hi80: mean + 1, lo95: mean - 2, hi95: mean + 2 });
const estimate = { mean: '50', lo80: '49', hi80: '51', lo95: '48', hi95: '52' };

const detail: ForecastDetail = {
  standing: {
    ...{ madeAt: '2026-11-04T00:00:00Z', month: '2026-11', through: '2026-11-02', billedThrough: '2026-11-02' },
    ...{ sources: [], behind: [], deliveries: ['d2'], isCurrent: true },
  },
  forecast: {
    ...{ level: 'budget', key: 'all', currency: 'USD', known: '120.5', forecast: estimate, reason: null, note: null },
    window: { start: '2026-10-31T00:00:00Z', end: '2026-11-05T00:00:00Z' },
    ...{ changes: '5', budget: 'all', backtest: null },
    breach: {
      ...{
        limit: '145',
        probability: 0.4,
        overRatio: 0.1,
        day: '2026-11-04',
        firstDay: '2026-11-03',
        lastDay: '2026-11-04',
      },
    },
  },
  history: [
    { day: '2026-11-01', amount: '10.25', isWhole: true },
    { day: '2026-11-02', amount: '10.25', isWhole: true },
    { day: '2026-11-03', amount: '3', isWhole: false },
  ],
  days: [
    { day: '2026-11-03', ...ends, changes: 0, running: running(131) },
    { day: '2026-11-04', ...ends, changes: 5, running: running(146) },
  ],
  changes: [
    {
      ...{ change: 'fc_1', subject: {}, from: '2026-11-04', until: '2027-01-01', dailyAmount: '5', currency: 'USD' },
      ...{ what: 'endpoint', addedAt: '2026-11-01T00:00:00Z', addedBy: 'local' },
      ...{ factor: null, commitment: null, origin: 'stated', isOn: true },
    },
  ],
  earlier: [
    {
      madeAt: '2026-11-03T12:00:00Z',
      through: '2026-11-02',
      deliveries: ['d1'],
      forecast: estimate,
      probability: null,
    },
    {
      madeAt: '2026-11-03T00:00:00Z',
      through: '2026-11-02',
      deliveries: ['d0'],
      forecast: estimate,
      probability: null,
    },
  ],
};

describe('the fan', () => {
  it('runs on from what is known of the window, also of days that are not listed', () => {
    const { points, limit } = buildFan(detail, 'running');
    expect(points.map(({ day, known, knownText }) => [day, known, knownText])).toEqual([
      ['2026-11-01', 110.25, '110.25'],
      ['2026-11-02', 120.5, '120.5'],
      ['2026-11-03', null, null],
      ['2026-11-04', null, null],
    ]);
    expect(points.map(({ expected }) => expected?.hi80)).toEqual([undefined, 120.5, 132, 147]);
    expect(points.map(({ without }) => without)).toEqual([null, 120.5, 131, 141]);
    expect(limit).toEqual({ value: 145, label: 'budget $145' });
  });

  it('shows days by themselves, without a limit, and marks what happens where it is drawn', () => {
    const { points, limit, marks } = buildFan(detail, 'days');
    expect(points.map(({ known, expected }) => [known, expected?.mean])).toEqual([
      [10.25, undefined],
      [10.25, 10.25],
      [null, 10],
      [null, 10],
    ]);
    expect(limit).toBeNull();
    expect(marks.map(({ day, kind }) => [day, kind])).toEqual([
      ['2026-11-03', 'chance'],
      ['2026-11-04', 'change'],
      ['2026-11-02', 'restated'],
    ]);
  });

  it('has no line without changes where there are none', () => {
    const quiet = { ...detail, changes: [], days: detail.days.map((day) => ({ ...day, changes: 0 })) };
    expect(buildFan(quiet, 'running').points.every(({ without }) => without === null)).toBe(true);
  });
});
