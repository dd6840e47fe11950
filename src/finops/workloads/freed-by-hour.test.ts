import { expect, it } from 'vitest';
import { HOUR_MS } from '../../platform/units/durations.ts';
import { computeFreedByHour } from './freed-by-hour.ts';

const MANY = Array.from({ length: 10 }, (_, index) => index);
const nodes = (hour: number, count: number) =>
  MANY.slice(0, count).map((index) => ({ source: 's', node: `n${index}`, hourMs: hour * HOUR_MS }));
const asks = (hour: number, cpus: number, more: object = {}) => {
  return { source: 's', node: 'n0', hourMs: hour * HOUR_MS, cpus, memoryBytes: 0, gpus: 0, ...more };
};

it('what could have been given back in an hour is no more than now, less where more was asked for, and not known where nothing was told', () => {
  const hours = computeFreedByHour({
    own: [...nodes(0, 8), ...nodes(1, 8), ...nodes(2, 10), ...nodes(4, 10), ...nodes(5, 10), ...nodes(6, 10)],
    // A node of another group with all of its requests does not count.
    asked: [
      asks(0, 58),
      asks(1, 8),
      asks(2, 30, { memoryBytes: 640 }),
      asks(3, 1),
      asks(5, 40, { gpus: 1 }),
      asks(6, 45),
      { ...asks(6, 900), node: 'other' },
    ],
    within: { start: 0, end: 7 * HOUR_MS },
    freedNow: 4,
    has: [10, 100, 0],
  });
  expect(hours).toEqual([
    { nodes: 8, freed: 0 },
    { nodes: 8, freed: 2 },
    { nodes: 10, freed: 2 },
    null,
    null,
    { nodes: 10, freed: 0 },
    { nodes: 10, freed: 4 },
  ]);
});

it('nodes that are filled further now are taken to be so then', () => {
  const own = [...nodes(0, 10), ...nodes(1, 10)];
  const hours = computeFreedByHour({
    own,
    asked: [asks(0, 60), asks(1, 57)],
    within: { start: 0, end: 2 * HOUR_MS },
    freedNow: 4,
    has: [10, 1, 1],
  });
  expect(hours).toEqual([
    { nodes: 10, freed: 3 },
    { nodes: 10, freed: 4 },
  ]);
});
