import { expect, it } from 'vitest';
import { budgetPerDay } from './budget-per-day.ts';

const limit = (amount: string, currency = 'USD') => ({ amount, currency });
const budgets = [
  { subject: {}, every: 'month' as const, limit: limit('3000') },
  { subject: { team: 'search' }, every: 'month' as const, limit: limit('600') },
  { subject: { team: 'search', model: 'ranker' }, every: 'month' as const, limit: limit('60') },
];
const asked = { month: '2026-11', team: undefined, currency: 'USD' };

it.each([
  [asked, '100.00'],
  [{ ...asked, month: '2026-02', team: 'search' }, '21.43'],
  [{ ...asked, team: 'fraud' }, undefined],
  [{ ...asked, currency: 'EUR' }, undefined],
])('gives the day of %o: %s', (wanted, amount) => expect(budgetPerDay(budgets, wanted)?.amount).toBe(amount));
