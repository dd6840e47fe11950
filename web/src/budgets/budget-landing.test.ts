import { describe, expect, it } from 'vitest';
import type { LedgerForecast } from '../../../src/finops/forecasts/schema.ts';
import { findLanding, findStatus, findToDate, findUsedRatio } from './budget-landing.ts';

const window = { start: '2026-11-01T00:00:00.000Z', end: '2026-12-01T00:00:00.000Z' };
const usd = (amount: string) => ({ amount, currency: 'USD' });
const budget = { name: 'recs', period: window, limit: usd('100'), spent: usd('40') };
const forecast: LedgerForecast = {
  level: 'budget',
  key: 'recs',
  currency: 'USD',
  window,
  known: '40',
  forecast: { mean: '90', lo80: '80', hi80: '99', lo95: '70', hi95: '110' },
  reason: null,
  note: null,
  changes: '0',
  breach: { limit: '100', probability: 0.6, overRatio: -0.1, day: null, firstDay: null, lastDay: null },
  budget: 'recs',
  backtest: null,
};

describe('the forecast landing of a budget', () => {
  it('is the forecast of its own window and currency, with the probability for its own limit', () => {
    expect(findLanding(budget, [forecast])).toMatchObject({ mean: '90', breach: { probability: 0.6 } });
    expect(findLanding({ ...budget, limit: usd('120') }, [forecast])).toMatchObject({ mean: '90', breach: null });
    expect(findLanding(budget, [{ ...forecast, currency: 'EUR' }])).toBeNull();
    expect(findLanding(budget, [{ ...forecast, window: { ...window, start: window.end } }])).toBeNull();
    expect(findLanding(budget, [])).toBeNull();
  });
});

it('a budget is at risk near its limit, or when its forecast probably exceeds it', () => {
  const likely = findLanding(budget, [forecast]);
  expect(findStatus({ state: 'over' }, null)).toBe('exceeded');
  expect(findStatus({ state: 'warned' }, null)).toBe('risk');
  expect(findStatus({ state: 'ok' }, likely)).toBe('risk');
  expect(findStatus({ state: 'ok' }, null)).toBe('track');
  expect(findStatus({ state: 'unknown' }, likely)).toBe('unknown');
});

it('the used share is unknown without spend, and for a limit of zero', () => {
  expect(findUsedRatio(budget)).toBe(0.4);
  expect(findUsedRatio({ ...budget, spent: null })).toBeNull();
  expect(findUsedRatio({ ...budget, limit: usd('0') })).toBeNull();
});

it('the spend to date ends with the last whole day; usage that is ahead of the bill counts in full', () => {
  const toDate = { through: '2026-11-26', amount: '35', later: '5', behind: [] };
  expect(findToDate({ spent: usd('40'), billed: usd('40.0'), toDate })).toEqual({
    ...{ amount: '35', through: '2026-11-26', later: '5' },
  });
  expect(findToDate({ spent: usd('60'), billed: usd('40'), toDate })).toMatchObject({ amount: '60', through: null });
  expect(findToDate({ spent: usd('3'), billed: usd('3'), toDate: null })).toMatchObject({ amount: '3', through: null });
  expect(findToDate({ spent: null, billed: null, toDate: null })).toBeNull();
});
