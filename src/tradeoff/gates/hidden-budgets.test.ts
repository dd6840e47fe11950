import { describe, expect, it } from 'vitest';
import { hideBudgetAmounts, hideBudgetText } from './hidden-budgets.ts';
import type { Check } from './schema.ts';

const isHidden = (budget: string) => budget === 'whole';
const REPLACED = 'The reason is a budget outside of your teams.';

describe('a text about a budget', () => {
  it.each([
    ['a refusal', 'Budget "whole" has too little left to begin this and stop it in time (11 s).', REPLACED],
    ['a remaining amount', 'The budget "whole" has 12.00 USD left.', REPLACED],
    ['a failed check', 'm v1: reject. Failed: budget whole (at demand) is 12 USD, required <= 5 USD.', REPLACED],
    ['the reason of a stopped step', 'budget whole', REPLACED],
    ['a budget of the team', 'Budget "search" has too little left.', null],
    ['the own limit of the work', 'budget its own limit', null],
    ['another reason', 'The command ended with exit code 1.', null],
  ])('is hidden with the budget: %s', (_, text, expected) => {
    expect(hideBudgetText(text, isHidden)).toBe(expected ?? text);
  });
});

describe('a verdict', () => {
  const check = (name: string): Check => ({
    ...{ name, side: 'cost', measured: '12', unit: 'USD per month', comparison: '<=', bound: '5' },
    ...{ holds: false, interval: null, source: `${name}: 5 USD left of 100 USD in 2026-11` },
  });
  const judged = (...checks: Check[]) => ({
    ...{ model: 'm', version: '1', verdict: 'reject' as const, checks },
    summary: 'm v1: reject. Failed: budget whole is 12 USD, required <= 5 USD.',
  });

  it('keeps the result of a check of a hidden budget, without its amounts', () => {
    const { checks, summary, verdict } = hideBudgetAmounts(judged(check('budget whole')), isHidden);
    expect([verdict, checks[0]?.holds, checks[0]?.measured, checks[0]?.bound]).toEqual(['reject', false, '12', null]);
    expect(JSON.stringify([checks, summary])).not.toMatch(/100 USD|5 USD|\$5/);
  });

  it('is unchanged without one', () => {
    const given = judged(check('budget search'), check('cost per month'));
    expect(hideBudgetAmounts(given, isHidden)).toBe(given);
  });
});
