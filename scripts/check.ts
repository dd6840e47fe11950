import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Every gate that reads code rather than runs it, the longest first: two run at a time. */
const gates: readonly (readonly [name: string, command: string, ...words: string[]])[] = [
  ['types of the server, the command line and the tests', ...compileTypes('tsconfig.json', 'server')],
  ['types of the browser tests', ...compileTypes('test/e2e/tsconfig.json', 'browser-tests')],
  ['types of the web app', ...compileTypes('web/tsconfig.json', 'web')],
  ['format and lint', 'biome', 'check', '--error-on-warnings', '.'],
  ['unused code', 'knip'],
  ['direction of imports', 'node', 'scripts/check-imports.ts'],
  ['language', 'node', 'scripts/check-language.ts'],
  ['generated documents', 'node', 'scripts/write-docs.ts', '--check'],
  ['sizes of files and functions', 'node', 'scripts/check-sizes.ts'],
];

/** Files whose types cannot have changed since the last run are not checked again: an unchanged tree takes a fifth of the time. */
function compileTypes(project: string, name: string): [command: string, ...words: string[]] {
  const compiler = 'node_modules/typescript-7/bin/tsc';
  return [
    'node',
    compiler,
    '-p',
    project,
    '--incremental',
    '--tsBuildInfoFile',
    `node_modules/.cache/types/${name}.tsbuildinfo`,
  ];
}

const AT_A_TIME = 2;
const root = fileURLToPath(new URL('..', import.meta.url));

/** Prints the output of a gate after its end, so that two gates do not mix their lines. Returns whether it passed. */
function runGate([name, command, ...words]: (typeof gates)[number]): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(command, words, { cwd: root, maxBuffer: 256 * 1024 * 1024 }, (failure, stdout, stderr) => {
      process.stdout.write(`${stdout}${stderr}${failure === null ? 'ok     ' : 'FAILED '} ${name}\n`);
      resolve(failure === null);
    });
  });
}

let next = 0;
let failed = 0;
async function runGates(): Promise<void> {
  for (let gate = gates[next++]; gate !== undefined; gate = gates[next++]) if (!(await runGate(gate))) failed += 1;
}

await Promise.all(Array.from({ length: AT_A_TIME }, runGates));
if (failed > 0) process.exit(1);
