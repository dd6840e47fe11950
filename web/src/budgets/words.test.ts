import { expect, it } from 'vitest';
import { answerText, describeWorst } from './words.ts';

const soft = { state: 'ok', enforcement: 'soft' } as const;

it('says how many budgets are at risk, and nothing of it where none is', () => {
  expect(answerText([soft, soft], 0)).toBe('None of 2 budgets exceeded. No budget has a hard limit.');
  expect(answerText([soft, { ...soft, state: 'over' }], 1)).toBe(
    '1 of 2 budgets exceeded, 1 at risk. No budget has a hard limit.',
  );
});

it('names the budget with the largest forecast excess', () => {
  const usd = (amount: string) => ({ amount, currency: 'USD' });
  const landed = [
    { budget: { name: 'everything', limit: usd('250000') }, landing: { mean: '290279' } },
    { budget: { name: 'assistant', limit: usd('140000') }, landing: { mean: '173394.4' } },
    { budget: { name: 'search', limit: usd('60000') }, landing: { mean: '45880' } },
    { budget: { name: 'fraud', limit: usd('10') }, landing: null },
  ];
  const worst = describeWorst(landed);
  expect(worst).toBe('assistant is forecast at $173,394, 24\u00a0% over its $140,000');
  expect(describeWorst(landed.slice(2))).toBeNull();
  expect(answerText([soft, soft], 1, worst)).toBe(
    `None of 2 budgets exceeded, 1 at risk; ${worst}. No budget has a hard limit.`,
  );
});
