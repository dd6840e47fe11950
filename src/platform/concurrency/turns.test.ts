import { describe, expect, it } from 'vitest';
import { createTurns } from './turns.ts';

describe('turns', () => {
  it('are taken in order for a key, also after one that failed, while another key does not wait', async () => {
    const inTurn = createTurns();
    const ended: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = inTurn('a', async () => {
      await gate.promise;
      ended.push('a1');
      throw new Error('a1 failed');
    });
    const second = inTurn('a', async () => ended.push('a2'));
    await inTurn('b', async () => ended.push('b1'));
    expect(ended).toEqual(['b1']);
    gate.resolve();
    await expect(first).rejects.toThrow('a1 failed');
    await second;
    expect(ended).toEqual(['b1', 'a1', 'a2']);
  });
});
