import { isDeep } from '../../src/testing/deep.ts';

/**
 * True where the suites of Docker and Kubernetes run completely: in the deep run, and with TEST_ENGINES=whole, which
 * `.ci/run` sets when files that they prove have changed. Otherwise only their core is registered, so no test is
 * skipped.
 */
export const areEnginesWhole = isDeep || process.env.TEST_ENGINES === 'whole';

/** Suites of engines without a core: only a run of whole suites has them. */
export const suitesWithoutCore = [
  'test/deploy/compose-up.test.ts',
  'test/deploy/image-onnx.test.ts',
  'test/executors/docker.test.ts',
  'test/executors/kubernetes.test.ts',
  'test/executors/kueue.test.ts',
];
