import { createSeededRandom } from '../platform/numbers/index.ts';

/** Numbers in 0..1 that a seed determines: the same on every machine. */
export const seeded = createSeededRandom;

/** One of a standard normal distribution, from two of these numbers (Box and Muller). */
export const normal = (next: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
