export { normalQuantile } from './normal.ts';
export { ascendingOf, lowerQuantileOf, meanOf, quantileOf } from './quantile.ts';
export { createRandom, type Random, seededRandom } from './random.ts';
