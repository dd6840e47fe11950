import { expect, it } from 'vitest';
import { budgetNamed } from './budget-named.ts';

it.each([
  ['budget team-ml', 'team-ml'],
  ['Budget "sweep" has too little left to begin this and stop it in time (1 s). Raise it.', 'sweep'],
  ['budget its own limit', null],
  ['Its own limit has too little left to begin this.', null],
  ['exit code 3', null],
  ['by ada', null],
  [null, null],
])('finds the budget that %j names: %j', (reason, budget) => {
  expect(budgetNamed(reason)).toBe(budget);
});
