import { expect, it } from 'vitest';
import { answerText } from './words.ts';

const soft = { state: 'ok', enforcement: 'soft' } as const;

it('says how many budgets are at risk, and nothing of it where none is', () => {
  expect(answerText([soft, soft], 0)).toBe('None of 2 budgets exceeded. No budget has a hard limit.');
  expect(answerText([soft, { ...soft, state: 'over' }], 1)).toBe(
    '1 of 2 budgets exceeded, 1 at risk. No budget has a hard limit.',
  );
});
