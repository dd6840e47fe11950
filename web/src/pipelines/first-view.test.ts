import { expect, it } from 'vitest';
import { firstView } from './first-view.ts';

const BOX = { width: 1000, height: 400 };

it('shows a small picture as it is, in the middle', () => {
  expect(firstView({ width: 400, height: 200 }, BOX, 20)).toEqual({ x: 300, y: 100, zoom: 1 });
});

it('makes one that is a little too wide smaller until it fits', () => {
  expect(firstView({ width: 1200, height: 100 }, BOX, 20)).toEqual({ x: 20, y: 160, zoom: 0.8 });
});

it('shows one that could not be read whole from its beginning', () => {
  expect(firstView({ width: 9000, height: 100 }, BOX, 20)).toEqual({ x: 20, y: 165, zoom: 0.7 });
});
