import { expect, it } from 'vitest';
import { stepNamed } from './pipelines.testing.ts';
import { formatStepResult, groupStatesText, stepsText } from './words.ts';

it('says how far a matrix is', () => {
  const steps = (['succeeded', 'cached', 'running', 'failed', 'waiting'] as const).map((state, n) =>
    stepNamed(`t[n=${n}]`, { state }),
  );
  expect(groupStatesText(steps)).toBe('2 of 5 done, 1 running, 1 unsuccessful');
});

it('says how many steps of a run are done, and what became of the others', () => {
  expect(stepsText({ waiting: 1, running: 1, good: 5, bad: 0, skipped: 0 })).toBe('5 of 7; 1 running');
  expect(stepsText({ waiting: 0, running: 0, good: 4, bad: 1, skipped: 2 })).toBe('4 of 7; 1 unsuccessful, 2 skipped');
});

it('says in a line what a built-in step says', () => {
  const summary = 'bc v2: promote. 2 of 2 quality checks pass.';
  expect(formatStepResult({ verdict: 'promote', summary })).toBe(summary);
  expect(formatStepResult({ model: 'ranker', version: '3', run: 'r' })).toBe('ranker version 3');
  expect(formatStepResult({ step: 'train[lr=0.7]', value: '0.7' })).toBe('the best is train[lr=0.7], 0.7');
  expect(formatStepResult({ rows: '3' })).toBeNull();
});
