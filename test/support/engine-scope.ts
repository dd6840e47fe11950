import { isDeep } from '../../src/testing-deep.ts';

/**
 * Whether the suites of Docker and Kubernetes run whole: in the deep run, and with TEST_ENGINES=whole, which `.ci/run` sets
 * when files that they prove have changed. Otherwise their core runs; what is not core is not registered, so nothing is skipped.
 */
export const areEnginesWhole = isDeep || process.env.TEST_ENGINES === 'whole';
