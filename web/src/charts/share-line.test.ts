import { expect, it } from 'vitest';
import { amountBounds, scaleStacks } from './share-line.ts';

it.each([
  [[[295_000, -4_000]], { top: 320_000, step: 80_000, below: 0.05 }],
  [[[60, 40], [10]], { top: 100, step: 25, below: 0 }],
  [[[100], [-12]], { top: 100, step: 25, below: 0.15000000000000002 }],
  [[[0.9]], { top: 1, step: 0.25, below: 0 }],
  [[[-5], []], null],
])('scales the stacks %o in four steps', (stacks, scale) => expect(scaleStacks(stacks)).toEqual(scale));

it('leaves the axis to the chart where nothing is above zero', () => expect(amountBounds(null)).toEqual({}));
