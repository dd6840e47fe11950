import { expect, it } from 'vitest';
import type { Budget } from '../../../src/finops/budgets/schema.ts';
import { budgetsText, isOver } from './budget-state.ts';

const budget = (state: Budget['state']): Pick<Budget, 'state'> => ({ state });

it('is over only when more is spent than allowed, and says nothing where nothing is known', () => {
  const states = ['over', 'exhausted', 'warned', 'ok', 'unknown'] as const;
  expect(states.map((state) => isOver({ state }))).toEqual([true, false, false, false, null]);
});

it('says how many budgets are over', () => {
  expect(budgetsText([budget('over'), budget('ok')])).toBe('1 of 2 budgets exceeded');
  expect(budgetsText([budget('ok'), budget('unknown')])).toBe('none of 2 budgets exceeded; 1 unknown');
});
