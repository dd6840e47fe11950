import { describe, expect, it } from 'vitest';
import { chooseShare, heldOutSql } from './hold-out.ts';

describe('the share that is held out', () => {
  it.each([
    ['is the stated one with many rows', 0.2, 50_000, 0.2],
    ['is larger for a test set of 1,000 rows', 0.2, 2_500, 0.4],
    ['is at most a half', 0.2, 300, 0.5],
    ['is smaller for a test set of at most 100,000 rows', 0.2, 2_000_000, 0.05],
    ['is the stated one without rows', 0.2, 0, 0.2],
  ])('%s', (_what, stated, labelled, share) => {
    expect(chooseShare(stated, labelled)).toBeCloseTo(share, 12);
  });

  it('is a bound on the first digits of a hash of the entity', () => {
    expect(heldOutSql(0.2)).toBe(`substr(sha256('hold-out ' || coalesce(entity, prediction)), 1, 8) < '33333333'`);
    expect([heldOutSql(0), heldOutSql(1)]).toEqual(['false', 'true']);
  });
});
