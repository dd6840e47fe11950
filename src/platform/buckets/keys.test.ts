import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareKeys, computeListingPrefix, toFolderPrefix } from './keys.ts';

describe('keys of buckets', () => {
  it('are ordered by their bytes in UTF-8, and not by UTF-16', () => {
    expect(['\u{1F600}', '\uFF01', 'a/b', 'a-b', 'a'].toSorted(compareKeys)).toEqual([
      'a',
      'a-b',
      'a/b',
      '\uFF01',
      '\u{1F600}',
    ]);
  });

  it.each([
    [undefined, ''],
    ['', ''],
    ['/', ''],
    ['exports', 'exports/'],
    ['/exports/finance//', 'exports/finance/'],
  ])('takes the prefix %j as the folder %j', (prefix, folder) => {
    expect(toFolderPrefix(prefix)).toBe(folder);
  });

  it('asks for exactly the keys that both the folder and the wanted prefix select', () => {
    const short = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 4 });
    fc.assert(
      fc.property(short, short, short, (configured, wanted, key) => {
        const folder = toFolderPrefix(configured);
        const asked = computeListingPrefix(folder, wanted);
        const selected = key.startsWith(folder) && key.startsWith(wanted);
        expect(asked !== null && key.startsWith(asked)).toBe(selected);
      }),
    );
  });
});
