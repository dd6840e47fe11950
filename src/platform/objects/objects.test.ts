import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Objects, openObjects } from './index.ts';
import { objectsSuite } from './suite.testing.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'objects-'));

objectsSuite(
  'a local folder',
  async () => {
    const root = newFolder();
    return { open: () => openObjects(root) };
  },
  { bigBytes: 96 * 1024 ** 2 },
);

describe('a local folder', () => {
  let root: string;
  let objects: Objects;
  beforeEach(async () => {
    root = newFolder();
    objects = await openObjects(root);
  });

  it('refuses the path of what is on its way in', async () => {
    await expect(objects.put('.incoming/x', 'x')).rejects.toMatchObject({ code: 'object_path_invalid' });
    await expect(objects.open('.incoming/x')).rejects.toMatchObject({ code: 'object_path_invalid' });
  });

  it('refuses to follow a link out of the root', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'outside-'));
    writeFileSync(join(outside, 'secret'), 's');
    symlinkSync(outside, join(root, 'link'));
    await expect(objects.open('link/secret')).rejects.toMatchObject({ code: 'object_path_invalid' });
    await expect(objects.put('link/new', 'x')).rejects.toMatchObject({ code: 'object_path_invalid' });
  });
});
