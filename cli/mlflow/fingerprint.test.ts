import { describe, expect, it } from 'vitest';
import { computeFingerprint } from './fingerprint.ts';
import { everyItem, forEachConcurrently, inGroups } from './paging.ts';

describe('a fingerprint', () => {
  it('is the same whatever the order of fields and lists, and another for another content', () => {
    const a = computeFingerprint({
      tags: [
        { key: 'a', value: '1' },
        { key: 'b', value: '2' },
      ],
      id: 'x',
      end: undefined,
    });
    expect(
      computeFingerprint({
        id: 'x',
        tags: [
          { value: '2', key: 'b' },
          { key: 'a', value: '1' },
        ],
      }),
    ).toBe(a);
    expect(
      computeFingerprint({
        id: 'x',
        tags: [
          { key: 'a', value: '2' },
          { key: 'b', value: '1' },
        ],
      }),
    ).not.toBe(a);
    expect(computeFingerprint(['a,b'])).not.toBe(computeFingerprint(['a', 'b']));
  });
});

describe('pages', () => {
  it('are read to the last, and grouped', async () => {
    const pages: Record<string, { items: number[]; next: string }> = {
      '': { items: [1, 2], next: 'a' },
      a: { items: [], next: 'b' },
      b: { items: [3], next: '' },
    };
    const items = everyItem(async (token) => pages[token] ?? { items: [], next: '' });
    const groups: number[][] = [];
    for await (const group of inGroups(items, 2)) groups.push(group);
    expect(groups).toEqual([[1, 2], [3]]);
  });

  it('are worked on several at a time, each once, to the first failure', async () => {
    const seen: number[] = [];
    await forEachConcurrently([1, 2, 3, 4, 5], 2, async (item) => void seen.push(item));
    expect(seen.toSorted()).toEqual([1, 2, 3, 4, 5]);
    await expect(
      forEachConcurrently([1, 2, 3], 1, async (item) => {
        if (item === 2) throw new Error('two');
      }),
    ).rejects.toThrow('two');
  });
});
