import { expect, it } from 'vitest';
import { tipPlace } from './tip-place.ts';

const tip = { width: 100, height: 24 };
const at = (left: number, top: number) => ({ left, top, bottom: top + 20, width: 40, height: 20 });

it('stands above the middle of its source', () => {
  expect(tipPlace(at(200, 100), tip, { innerWidth: 1000 })).toEqual({ left: 170, top: 70 });
});

it('stays inside the window, below where there is no room above', () => {
  expect(tipPlace(at(0, 10), tip, { innerWidth: 1000 })).toEqual({ left: 8, top: 36 });
  expect(tipPlace(at(980, 100), tip, { innerWidth: 1000 }).left).toBe(892);
});
