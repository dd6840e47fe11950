import { expect, it } from 'vitest';
import { measureNouns } from './folder-sizes.ts';

const file = (path: string, lines: number) => ({ path, lines });

it('counts the files of a noun with those of its subfolders, and nouns inside of it apart', () => {
  const files = [
    file('src/a/index.ts', 1),
    file('src/a/deep/er/x.ts', 2),
    file('src/a/inner/schema.ts', 4),
    file('src/a/inner/y.ts', 8),
    file('src/b/z.ts', 16),
  ];
  expect(measureNouns(files)).toEqual([
    { folder: 'src/a', files: 2, lines: 3 },
    { folder: 'src/a/inner', files: 2, lines: 12 },
    { folder: 'src/b', files: 1, lines: 16 },
  ]);
});
