import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Every gate that reads code rather than runs it, in the order in which a failure is cheapest to mend. */
const gates: readonly (readonly [name: string, command: string, ...words: string[]])[] = [
  ['format and lint', 'biome', 'check', '--error-on-warnings', '.'],
  ['types of the server, the command line and the tests', 'tsc', '-p', 'tsconfig.json'],
  ['types of the web app', 'tsc', '-p', 'web/tsconfig.json'],
  ['types of the browser tests', 'tsc', '-p', 'test/e2e/tsconfig.json'],
  ['direction of imports', 'node', 'scripts/check-imports.ts'],
  ['unused code', 'knip'],
  ['generated documents', 'node', 'scripts/write-docs.ts', '--check'],
  ['sizes of files and functions', 'node', 'scripts/check-sizes.ts'],
];

const root = fileURLToPath(new URL('..', import.meta.url));
const failed = gates.filter(([name, command, ...words]) => {
  const { status } = spawnSync(command, words, { cwd: root, stdio: 'inherit' });
  console.log(`${status === 0 ? 'ok     ' : 'FAILED '} ${name}`);
  return status !== 0;
});
if (failed.length > 0) process.exit(1);
