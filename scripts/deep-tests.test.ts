import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { findDeepTests, readBelow } from './deep-tests.ts';

const ROOT = new URL('..', import.meta.url).pathname;
const files = execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 26 })
  .trim()
  .split('\n');

it('finds tests that reach the switch themselves or through a helper, and no others', () => {
  const sources = new Map([
    ['src/testing/deep.ts', 'export const isDeep = true;'],
    ['src/a/a.test.ts', "import { draws } from '../testing/deep.ts';"],
    ['test/support/stores.ts', "import { isDeep } from '../../src/testing/deep.ts';"],
    ['test/b.test.ts', "import { stores } from './support/stores.ts';"],
    ['src/c/c.test.ts', "import { c } from './c.ts';"],
    ['src/c/c.ts', "import { join } from 'node:path';"],
  ]);
  const read = (path: string) => sources.get(path) ?? '';
  expect(findDeepTests([...sources.keys()], read)).toEqual(['src/a/a.test.ts', 'test/b.test.ts']);
});

it('finds in this repository each test that names the switch', () => {
  const read = readBelow(ROOT);
  const named = files.filter(
    (file) =>
      !file.startsWith('scripts/') && /\.test\.tsx?$/.test(file) && /from '[./]+\/testing\/deep\.ts'/.test(read(file)),
  );
  expect(named.length).toBeGreaterThan(40);
  expect(findDeepTests(files, read)).toEqual(expect.arrayContaining(named));
});
