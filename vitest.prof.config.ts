import { defineConfig } from 'vitest/config';

const unit = ['{src,cli,web,examples,bench,scripts}/**/*.test.{ts,tsx}'];
/** These change the environment of the process, so each has a process of its own. */
const touchEnvironment = [
  'src/platform/processes/processes.test.ts',
  'src/finops/gpus/sources/prometheus.test.ts',
  'src/mlops/executors/*.test.ts',
  'src/mlops/pipelines/runs/runs.test.ts',
  'cli/pipeline/taken.test.ts',
];

const withServers = { testTimeout: 180_000, hookTimeout: 180_000 };
/** Chromium drops what it asks for when networks come and go, as they do with containers and pods: it has a time without these. */
const browser = ['test/e2e/**/*.test.ts'];
/** What is held to a second: one file after another, with the machine to itself. */
const timed = ['test/executors/{hard-budgets,pipelines,process}.test.ts', 'test/serving/scaling.test.ts'];

/** `npm test` runs on npm alone; suites that need a real server beside it live in test/ and run with `npm run test:all`. */
export default defineConfig({
  test: {
    // Ends what hangs; a slow machine takes many times what a fast one does. What must be fast is asserted where it is.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // A poll ends when what it waits for is there: the limit is for a busy machine, and one second is none.
    expect: { poll: { timeout: 15_000 } },
    unstubEnvs: true, setupFiles: ['./cpu-setup.ts'],
    globalSetup: 'test/support/global-setup.ts',
    projects: [
      {
        extends: true,
        // One module graph a worker: loading it for each file took longer than most files.
        test: { name: 'unit', include: unit, exclude: touchEnvironment, isolate: false },
      },
      {
        extends: true,
        test: { name: 'unit-isolated', include: touchEnvironment },
      },
      {
        extends: true,
        test: {
          ...withServers,
          name: 'browser',
          include: browser,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          ...withServers,
          name: 'servers',
          include: ['test/**/*.test.ts'],
          exclude: [...browser, ...timed],
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
          include: timed,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
