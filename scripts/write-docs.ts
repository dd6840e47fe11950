import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { errorsPage } from './errors-page.ts';

/**
 * `npm run docs` writes every document that is made from the code; with `--check` nothing is written, each stale file is
 * named, and the exit code is 1 when there is one.
 */
const check = process.argv.includes('--check');
const root = fileURLToPath(new URL('..', import.meta.url));

/** Documents that the command line makes of itself: docs/cli.md, docs/configuration.md, docs/openapi.json. */
const ofCommandLine: readonly (readonly string[])[] = [['cli', 'docs'], ['config', 'docs'], ['openapi']];

function errorsAreUpToDate(): boolean {
  const path = `${root}docs/errors.md`;
  const text = errorsPage();
  const upToDate = contentOf(path) === text;
  if (!check && !upToDate) writeFileSync(path, text);
  const stale = check ? 'not up to date. Run: npm run docs' : 'written';
  console.log(`docs/errors.md: ${upToDate ? 'up to date' : stale}`);
  return upToDate || !check;
}

function contentOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null; // not written yet, which is stale
  }
}

function commandLineAgrees(words: readonly string[]): boolean {
  const mode = check ? '--check' : '--write';
  const { status } = spawnSync(process.execPath, ['cli/main.ts', ...words, mode], { cwd: root, stdio: 'inherit' });
  return status === 0;
}

const outcomes = [errorsAreUpToDate(), ...ofCommandLine.map(commandLineAgrees)];
if (outcomes.includes(false)) process.exit(1);
