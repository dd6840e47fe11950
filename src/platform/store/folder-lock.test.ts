import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockFolder, lockLakeCache, shareFolder, tryLockFolder } from './folder-lock.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'lock-'));

describe('the lock of a data folder', () => {
  it('is held by several servers that share the folder, and then by no server alone', () => {
    const folder = newFolder();
    const shares = [shareFolder(folder), shareFolder(folder)];
    expect(tryLockFolder(folder)).toBeNull();
    shares[0]?.[Symbol.dispose]();
    expect(() => lockFolder(folder)).toThrow(expect.objectContaining({ code: 'data_folder_in_use' }));
    shares[1]?.[Symbol.dispose]();
    lockFolder(folder)[Symbol.dispose]();
  });

  it('is refused to servers that share it while one server has it alone', () => {
    const folder = newFolder();
    using _alone = lockFolder(folder);
    expect(() => shareFolder(folder)).toThrow(expect.objectContaining({ code: 'data_folder_in_use' }));
  });
});

describe('the lock of a folder of lake copies', () => {
  it('is refused to a second server, and free again when the first has ended', () => {
    const folder = join(newFolder(), 'copies');
    {
      using _first = lockLakeCache(folder);
      expect(() => lockLakeCache(folder)).toThrow(expect.objectContaining({ code: 'lake_cache_in_use' }));
      expect(() => lockLakeCache(folder)).toThrow(`uses the folder ${folder} for its copies of lake files`);
    }
    lockLakeCache(folder)[Symbol.dispose]();
  });
});
