import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { suitesWithoutCore } from '../test/support/engine-scope.ts';
import { findDeepTests, readBelow } from './deep-tests.ts';

/**
 * `npm run test:deep`: every test that differs in a deep run, with all draws, client versions and engine suites. The others are
 * the same in `.ci/run`. When all pass, the commit is recorded in `.ci/engines-proven`. Arguments go to Vitest.
 */
const git = (...words: string[]) => execFileSync('git', words, { encoding: 'utf8', maxBuffer: 1 << 26 }).trim();

const tests = [...findDeepTests(git('ls-files').split('\n'), readBelow('.')), ...suitesWithoutCore];
process.stdout.write(`${tests.length} test files differ in a deep run.\n`);
const { status } = spawnSync('node_modules/.bin/vitest', ['run', ...tests, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, TEST_DEEP: '1' },
});
if (status === 0) writeFileSync('.ci/engines-proven', `${git('rev-parse', 'HEAD')}\n`);
process.exitCode = status ?? 1;
