import { expect, it } from 'vitest';
import { CallError } from '../client.ts';
import { placedProblems } from './problems.ts';

const problem = {
  type: '',
  title: '',
  status: 400,
  code: 'manifest_invalid',
  detail: 'rules.yaml:4:2: wrong',
  requestId: '',
};

it('lists every problem with its line', () => {
  const problems = [
    { line: 4, column: 2, message: 'expected text' },
    { line: 9, column: 1, message: 'no field here' },
  ];
  expect(placedProblems(new CallError({ ...problem, problems }))).toEqual([
    { line: 4, message: 'expected text' },
    { line: 9, message: 'no field here' },
  ]);
});

it('takes the place of the one problem, or none', () => {
  expect(placedProblems(new CallError({ ...problem, line: 4 }))).toEqual([
    { line: 4, message: 'rules.yaml:4:2: wrong' },
  ]);
  expect(placedProblems(new CallError(problem))).toEqual([{ line: null, message: 'rules.yaml:4:2: wrong' }]);
  expect(placedProblems(new Error('gone'))).toEqual([{ line: null, message: 'Error: gone' }]);
});
