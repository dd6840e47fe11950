export { computeNormalQuantile } from './normal.ts';
export { averageValues, computeLowerQuantile, computeQuantile, sortAscending } from './quantile.ts';
export { createRandom, createSeededRandom, type Random } from './random.ts';
