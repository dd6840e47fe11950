import { expect, it } from 'vitest';
import { movedColumn, toggledColumn } from './column-choice.ts';

it('shows, hides and moves columns', () => {
  expect(toggledColumn(['a', 'b'], 'c')).toEqual(['a', 'b', 'c']);
  expect(toggledColumn(['a', 'b'], 'a')).toEqual(['b']);
  expect(movedColumn(['a', 'b', 'c'], 'c')).toEqual(['a', 'c', 'b']);
  expect(movedColumn(['a', 'b'], 'a')).toEqual(['a', 'b']);
});
