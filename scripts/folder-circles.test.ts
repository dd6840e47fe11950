import { describe, expect, it } from 'vitest';
import { findFolderCircles } from './folder-circles.ts';

const imports = (...pairs: readonly `${string} ${string}`[]) =>
  pairs.map((pair) => {
    const [from = '', to = ''] = pair.split(' ');
    return { from, to };
  });

describe('circles of sibling folders', () => {
  it.each([
    ['one direction', imports('a/b/x.ts a/c/y.ts', 'a/b/z.ts a/c/y.ts')],
    ['files of one folder', imports('a/b/x.ts a/b/y.ts', 'a/b/y.ts a/b/x.ts')],
    ['a folder and the files next to it', imports('a/index.ts a/b/x.ts', 'a/b/x.ts a/types.ts')],
    ['folders of two parents', imports('a/b/x.ts c/b/x.ts', 'a/d/x.ts c/b/x.ts')],
  ])('%s: none', (_name, given) => {
    expect(findFolderCircles(given)).toEqual([]);
  });

  it('finds two folders that import each other, at any depth', () => {
    const given = imports(
      'src/a/b/c/x.ts src/a/b/d/y.ts',
      'src/a/b/d/deep/z.ts src/a/b/c/x.ts',
      'src/a/x.ts src/e/x.ts',
    );
    expect(findFolderCircles(given)).toEqual([{ parent: 'src/a/b', folders: ['c', 'd'], imports: given.slice(0, 2) }]);
  });

  it('finds a circle over a third folder, and leaves out the folder that only uses it', () => {
    const given = imports('a/x.ts b/x.ts', 'b/x.ts c/x.ts', 'c/x.ts a/x.ts', 'd/x.ts a/x.ts');
    expect(findFolderCircles(given).map(({ folders }) => folders)).toEqual([['a', 'b', 'c']]);
  });
});
