import { expect, it } from 'vitest';
import { givenFrom, typedFrom } from './params-typed.ts';

const DEFAULTS = { rows: 3, lr: 0.1, name: 'a', quick: false };
const typed = (changes: Record<string, string | boolean>) =>
  givenFrom(DEFAULTS, { ...typedFrom(DEFAULTS), ...changes });

it('gives nothing where nothing was changed', () => {
  expect(typed({})).toEqual({ params: {}, problems: {} });
});

it('gives what was changed, each of the type that it had', () => {
  expect(typed({ rows: ' 40 ', lr: '1e-3', name: '7', quick: true }).params).toEqual({
    rows: 40,
    lr: 0.001,
    name: '7',
    quick: true,
  });
});

it('takes an empty text as one, and nothing but a number as a number', () => {
  expect(typed({ name: '' }).params).toEqual({ name: '' });
  expect(typed({ rows: '' })).toEqual({ params: {}, problems: { rows: 'A number, such as 0.01.' } });
  expect(Object.keys(typed({ rows: 'many', lr: 'Infinity' }).problems)).toEqual(['rows', 'lr']);
});
