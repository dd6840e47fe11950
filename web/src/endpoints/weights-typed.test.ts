import { expect, it } from 'vitest';
import { computeShare, typedShares, weightsTyped } from './weights-typed.ts';

it.each([
  [
    { main: '90', canary: '10' },
    { main: 90, canary: 10 },
  ],
  [
    { main: '0', canary: ' 0.5 ' },
    { main: 0, canary: 0.5 },
  ],
  [{ main: '', canary: '1' }, null],
  [{ main: '-1', canary: '1' }, null],
  [{ main: 'much' }, null],
  [{ main: '0', canary: '0' }, null],
  [{ main: '1e7' }, null],
])('reads %j', (typed, weights) => {
  expect(weightsTyped(typed)).toEqual(weights);
});

it('says the share that a weight comes to', () => {
  expect(computeShare({ main: 9, canary: 1 }, 'canary')).toBe('10\u00a0%');
});

it('writes shares as parts of a hundred', () => {
  expect(
    typedShares([
      { variant: 'main', weight: 0.9 },
      { variant: 'canary', weight: 0.1 },
    ]),
  ).toEqual({
    main: '90',
    canary: '10',
  });
});
