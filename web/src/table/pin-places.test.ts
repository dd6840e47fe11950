import { expect, it } from 'vitest';
import { pinPlaces } from './pin-places.ts';

it('puts pinned columns side by side behind the first', () => {
  expect([...pinPlaces({ id: 'name', width: 280 }, ['a', 'b'], 120)]).toEqual([
    ['name', { left: 0, width: 280 }],
    ['a', { left: 280, width: 120 }],
    ['b', { left: 400, width: 120 }],
  ]);
});
