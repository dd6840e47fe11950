import { expect, it } from 'vitest';
import type { LedgerForecast } from '../../../src/finops/forecasts/schema.ts';
import { describeLanding, findForecast } from './landing.ts';

const base: LedgerForecast = {
  ...{ level: 'total', key: null, currency: 'USD', known: '50', reason: null, note: null, changes: '0' },
  window: { start: '2026-11-01T00:00:00.000Z', end: '2026-12-01T00:00:00.000Z' },
  forecast: { mean: '90', lo80: '80', hi80: '100', lo95: '70', hi95: '110' },
  ...{ breach: null, budget: null, backtest: null },
};
const breach = { limit: '100', probability: 0.1, overRatio: -0.1, day: null, firstDay: null, lastDay: null };

it.each([
  [base, 'No budget', null],
  [{ ...base, breach }, 'Within budget', 'Budget $100, 10\u00a0% likely to be exceeded'],
  [{ ...base, breach: { ...breach, probability: 0.3 } }, 'At risk', 'Budget $100, 30\u00a0% likely to be exceeded'],
  [{ ...base, breach: { ...breach, probability: 0.9 } }, 'Likely over', 'Budget $100, 90\u00a0% likely to be exceeded'],
  [{ ...base, known: '101', breach: { ...breach, probability: 1 } }, 'Over budget', 'Budget $100, exceeded'],
])('says how a month lands', (forecast, word, budget) => {
  const landing = describeLanding(forecast);
  expect([landing.status.word, landing.budget]).toEqual([word, budget]);
});

it('takes the forecast of the team in view', () => {
  const search = { ...base, level: 'team' as const, key: 'search' };
  const answer = { forecasts: [base, search], standing: null, working: null, reason: null, changes: [] };
  expect(findForecast(answer, undefined)).toBe(base);
  expect(findForecast(answer, 'search')).toBe(search);
  expect(findForecast(answer, 'fraud')).toBeUndefined();
});
