import { expect, it } from 'vitest';
import type { PipelineRun } from '../../../src/mlops/pipelines/schema.ts';
import { budgetNamed, findRefusal } from './budget-named.ts';

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

const REASON = 'Budget "sweep" has too little left to begin this and stop it in time (1 s).';
const step = (name: string, attempts: number, reason: string | null) =>
  ({ step: name, attempts: Array.from({ length: attempts }), reason }) as PipelineRun['stepList'][number];

it('finds the step that a budget refused where nothing has started', () => {
  const stepList = [step('train', 0, REASON), step('report', 0, 'train was stopped')];
  expect(findRefusal({ state: 'stopped', stepList })).toEqual({ step: 'train', reason: REASON });
  expect(findRefusal({ state: 'stopped', stepList: [step('prepare', 1, null), ...stepList] })).toBeNull();
  expect(findRefusal({ state: 'stopped', stepList: [step('train', 0, 'by ada')] })).toBeNull();
});
