import { describe, expect, it } from 'vitest';
import { findSuccessor } from './successor.ts';

const known = ['a', 'b', 'c', 'd'].map((delivery) => ({ delivery }));
const all = () => true;

describe('the delivery that counts after a deletion', () => {
  it.each([
    ['the one before, by when it was made', 'd', ['d'], all, { kind: 'counts', delivery: 'c' }],
    ['the next before that is not deleted too', 'd', ['d', 'c'], all, { kind: 'counts', delivery: 'b' }],
    ['the one before, and not a newer one that was reverted', 'b', ['b'], all, { kind: 'counts', delivery: 'a' }],
    ['none, when only newer ones are left', 'a', ['a'], all, { kind: 'only_newer', delivery: 'b' }],
    ['none, when all are deleted', 'b', ['a', 'b', 'c', 'd'], all, { kind: 'none' }],
    ['none, when its raw bill is gone', 'd', ['d'], (id: string) => id !== 'c', { kind: 'raw_deleted', delivery: 'c' }],
  ])('is %s', (_what, deleted, gone, keepsRaw, successor) => {
    expect(findSuccessor(known, deleted, new Set(gone), keepsRaw)).toEqual(successor);
  });
});
