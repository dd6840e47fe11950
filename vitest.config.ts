import { defineConfig } from 'vitest/config';
import { isDeep } from './src/testing/deep.ts';
import { areEnginesWhole, suitesWithoutCore } from './test/support/engine-scope.ts';

const unit = ['{src,cli,web,examples,bench,scripts}/**/*.test.{ts,tsx}'];
/** These change the environment of the process, so each file runs in a separate process. */
const touchEnvironment = [
  'src/platform/processes/processes.test.ts',
  'src/finops/gpu-telemetry/sources/prometheus.test.ts',
  'src/mlops/executors/*.test.ts',
  'src/mlops/pipeline-runs/runs.test.ts',
  'cli/pipeline/taken.test.ts',
];

/** A fifth of the time of unit tests is waiting: three kept two cores 78 % busy. */
const UNIT_WORKERS = 4;
/** First of the global setups: what the others make lies in its folder. */
const temporaryFiles = 'test/support/global-setup.ts';
/** The deep run draws ten times as much in one test. */
const testTimeout = isDeep ? 900_000 : 90_000;
const withServers = { testTimeout: Math.max(testTimeout, 180_000), hookTimeout: 180_000 };
/** Chromium drops its requests when networks change, as they do with containers and pods: the browser tests run without these. */
const browser = ['test/e2e/**/*.test.ts'];
/** Suites of engines that run whole fill the machine and hold times to a second: last, one file after another. Their core mostly waits. */
const alone = areEnginesWhole
  ? [
      'test/deploy/{compose-up,image-onnx}.test.ts',
      'test/executors/{hard-budgets,kubernetes,kueue,pipelines,process}.test.ts',
      'test/faults/killed-{pipelines,sweep}.test.ts',
      'test/serving/{kubernetes,scaling}.test.ts',
    ]
  : [];
const beyondCore = areEnginesWhole ? [] : suitesWithoutCore;
/** Pictures for the docs assert nothing. */
const pictures = isDeep || process.env.SCREENSHOTS === '1' ? [] : ['test/e2e/screenshots.test.ts'];

/** `npm test` runs on npm alone; suites that also need a real server are in test/ and run with `npm run test:all`. */
export default defineConfig({
  test: {
    // Ends a hanging test, also on a slow machine. Tests of speed assert their own limits.
    testTimeout,
    hookTimeout: 90_000,
    // A poll ends when its condition holds. The limit is for a busy machine; the default of one second is too short.
    expect: { poll: { timeout: 40_000 } },
    unstubEnvs: true,
    globalSetup: temporaryFiles,
    projects: [
      {
        extends: true,
        // One module graph a worker: loading it for each file took longer than most files.
        test: { name: 'unit', include: unit, exclude: touchEnvironment, isolate: false, maxWorkers: UNIT_WORKERS },
      },
      {
        extends: true,
        test: { name: 'unit-isolated', include: touchEnvironment, maxWorkers: UNIT_WORKERS },
      },
      {
        extends: true,
        test: {
          ...withServers,
          name: 'browser',
          include: browser,
          exclude: pictures,
          globalSetup: [temporaryFiles, 'test/support/browser-setup.ts'],
          // A page waits for its answers a quarter of the time.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          ...withServers,
          name: 'servers',
          include: ['test/**/*.test.ts'],
          exclude: [...browser, ...alone, ...beyondCore],
          globalSetup: [temporaryFiles, 'test/support/servers-setup.ts'],
          // Half of these wait most of the time, for an engine that is away or a container: so more than there are cores.
          maxWorkers: 3,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          ...withServers,
          name: 'servers-alone',
          include: alone,
          exclude: beyondCore,
          globalSetup: [temporaryFiles, 'test/support/servers-setup.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
