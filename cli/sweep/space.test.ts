import { expect, it } from 'vitest';
import { parseSpace, sample } from './space.ts';

it('draws every trial from its space, the same for the same seed', () => {
  const space = parseSpace(['lr=log:1e-4..1e-1', 'depth=2,4,8', 'drop=0..0.5', 'layers=int:1..8', 'name=a']);
  const trials = Array.from({ length: 400 }, (_, trial) => sample(space, 7, trial));
  expect(trials[5]).toEqual(sample(space, 7, 5));
  expect(trials[5]).not.toEqual(sample(space, 8, 5));
  for (const { lr, depth, drop, layers, name } of trials) {
    expect(Number(lr)).toBeGreaterThanOrEqual(1e-4);
    expect(Number(lr)).toBeLessThanOrEqual(1e-1);
    expect(['2', '4', '8']).toContain(depth);
    expect(Number(drop)).toBeLessThan(0.5);
    expect(['1', '2', '3', '4', '5', '6', '7', '8']).toContain(layers);
    expect(name).toBe('a');
  }
  expect(new Set(trials.map(({ layers }) => layers)).size).toBe(8);
  // Half of a logarithmic range lies below its geometric middle.
  const low = trials.filter(({ lr }) => Number(lr) < Math.sqrt(1e-4 * 1e-1)).length;
  expect(low).toBeGreaterThan(150);
  expect(low).toBeLessThan(250);
});

it.each(['lr', '=1', 'lr=2..1', 'lr=log:0..1', '1x=2'])('refuses %s and says how', (word) => {
  expect(() => parseSpace([word])).toThrow(/--param/);
});
