import { expect, it } from 'vitest';
import { readConfidence } from './confidence.ts';
import { isMet } from './router.ts';

it.each<[string, unknown[], string | null, number | null]>([
  ['a lone number', [0.7], null, 0.7],
  ['the largest of the probabilities of classes', [[0.1, 0.7, 0.2]], null, 0.7],
  ['a field', [{ label: 'a', p: 0.4 }], 'p', 0.4],
  ['a field with a dot in its name', [{ 'a.b': 0.3 }], 'a.b', 0.3],
  ['a nested field of a list', [{ choices: [{ p: 0.6 }] }], 'choices.0.p', 0.6],
  ['the least confident row', [{ p: 0.9 }, { p: [0.2, 0.8] }], 'p', 0.8],
  ['no row', [], null, null],
  ['a missing field', [{ q: 1 }], 'p', null],
  ['one row without the field', [{ p: 0.9 }, { q: 0.9 }], 'p', null],
  ['a number above 1', [1.01], null, null],
  ['a negative number', [-0.1], null, null],
  ['a number that JSON lacks', [null], null, null],
  ['a text', ['0.9'], null, null],
  ['an empty list', [[]], null, null],
  ['a list with a number above 1', [[0.5, 2]], null, null],
  ['a field that every object has', [{}], 'constructor', null],
])('the confidence of %s', (_what, outputs, path, confidence) => {
  expect(readConfidence(outputs, path)).toBe(confidence);
});

it.each<[unknown, object, boolean]>([
  ['free', { equals: 'free' }, true],
  [7, { equals: '7' }, true],
  [true, { equals: true }, true],
  [undefined, { equals: 'undefined' }, false],
  [null, { in: ['null'] }, false],
  ['b', { in: ['a', 'b'] }, true],
  [['a'], { in: ['a'] }, false],
  [4, { below: 5 }, true],
  [5, { below: 5 }, false],
  ['4.5', { below: 5 }, true],
  ['', { below: 5 }, false],
  ['four', { below: 5 }, false],
  [Number.NaN, { below: 5 }, false],
  [5, { atLeast: 5 }, true],
  [4.9, { atLeast: 5 }, false],
  [null, { atLeast: -1 }, false],
  ['abcd', { longerThan: 3 }, true],
  ['😀😀😀', { longerThan: 3 }, false],
  [[1, 2], { longerThan: 1 }, true],
  [12_345, { longerThan: 0 }, false],
])('%j meets %j: %s', (value, test, expected) => {
  expect(isMet(value, { input: 'x', ...test })).toBe(expected);
});
