import { expect, it } from 'vitest';
import type { Budget } from '../../../src/finops/budgets/schema.ts';
import { budgetsText, isOver, spentOf } from './budget-state.ts';

const usd = (amount: string) => ({ amount, currency: 'USD' });
const budget = (remaining: string | null): Budget => ({
  name: 'b',
  subject: {},
  limit: usd('100'),
  period: { start: '2026-11-01T00:00:00Z', end: '2026-12-01T00:00:00Z' },
  billed: null,
  metered: null,
  remaining,
});

it('counts the larger of billed and metered as spent', () => {
  expect(spentOf({ billed: usd('9'), metered: usd('10') })).toEqual(usd('10'));
  expect(spentOf({ billed: usd('9'), metered: null })).toEqual(usd('9'));
  expect(spentOf({ billed: null, metered: null })).toBeNull();
});

it('is over only when more is spent than allowed, and says nothing where nothing is known', () => {
  expect([isOver(budget('-0.01')), isOver(budget('0')), isOver(budget(null))]).toEqual([true, false, null]);
});

it('says how many budgets are over', () => {
  expect(budgetsText([budget('-1'), budget('1')])).toBe('1 of 2 budgets is over');
  expect(budgetsText([budget('1'), budget(null)])).toBe('none of 2 budgets is over; nothing is known yet of 1');
});
