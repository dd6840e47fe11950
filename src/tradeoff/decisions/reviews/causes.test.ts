import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Change, describeChanges, isConcerned, readChanges, type Standing } from './causes.ts';

const BEFORE = '2026-11-01T00:00:00.000Z';
const AT = '2026-11-02T00:00:00.000Z';
const AFTER = '2026-11-03T00:00:00.000Z';
const standing: Standing = {
  ...{ decision: 'dec_1', at: AT, policy: 'affordable', policyVersion: 2 },
  ...{
    bills: new Set(['d_1']),
    priceBooks: ['own@2', 'aws-price-list@2026-11-01', 'bill@2026-10'],
    runs: new Set(['run-1']),
  },
};
const bill = (before: string | null, after: string | null, at = AFTER): Change => ({
  ...{ kind: 'bill', at, unit: 'u', act: 'imported', source: 'aws', period: '2026-11', before, after },
});
const prices = (book: string, version: number | null, at = AFTER): Change => ({ kind: 'prices', at, book, version });

describe('a change', () => {
  it.each<[string, Change, boolean]>([
    ['that restates a named bill', bill('d_1', 'd_2'), true],
    ['that restates a later delivery of the same unit', bill('d_2', 'd_3'), true],
    ['that brings a named bill back', bill('d_2', 'd_1'), true],
    ['that imported a named bill before the decision', bill(null, 'd_1', BEFORE), false],
    ['of a newer version of a named price book', prices('own', 3, BEFORE), true],
    ['of the same version of a named price book', prices('own', 2), false],
    ['of a price list that is read again', prices('aws-price-list', null), true],
    ['of a price list before the decision', prices('aws-price-list', null, BEFORE), false],
    ['of prices learned from a bill', prices('bill@2026-10', null), true],
    ['of another price book', prices('other', 9), false],
    ['of a newer policy', { kind: 'policy', at: AFTER, policy: 'affordable', version: 3 }, true],
    ['of the same policy', { kind: 'policy', at: AFTER, policy: 'affordable', version: 2 }, false],
    ['of the cost of its run', { kind: 'runCost', at: AFTER, run: 'run-1' }, true],
    ['of the cost of another run', { kind: 'runCost', at: AFTER, run: 'run-2' }, false],
    ['of its quality evidence', { kind: 'quality', at: AFTER, decision: 'dec_1', versions: [] }, true],
    [
      'of the quality evidence of another decision',
      { kind: 'quality', at: AFTER, decision: 'dec_2', versions: [] },
      false,
    ],
  ])('%s: whether it concerns the decision', (_name, change, expected) => {
    expect(isConcerned(standing, change, new Set(['d_1', 'd_2']))).toBe(expected);
  });

  it('of a unit without a named bill does not concern the decision', () => {
    expect(isConcerned(standing, bill('d_8', 'd_9'), new Set(['d_8', 'd_9']))).toBe(false);
  });

  it('is read from each event, and from no event of an older version', () => {
    const read = (type: string, payload: unknown) => readChanges({ type, at: AT, payload });
    const unit = { source: 'aws', export: 'e', dataset: 'd', scope: 's', period: '2026-11', state: 'open' };
    expect(read('bill.reverted', { changes: [{ ...unit, before: 'd_1', after: null }] })).toMatchObject([
      { kind: 'bill', act: 'reverted', before: 'd_1', after: null },
    ]);
    expect(read('bill.imported', { delivery: 'd_1' })).toEqual([]);
    expect(read('prices.applied', { book: 'own', version: 3 })).toMatchObject([{ book: 'own', version: 3 }]);
    expect(read('prices.applied', { cloud: 'azure', regions: [] })).toMatchObject([{ book: 'azure-retail-prices' }]);
    expect(read('prices.applied', { period: '2026-10', prices: 4 })).toMatchObject([{ book: 'bill@2026-10' }]);
    expect(read('run.cost_changed', { runId: 'r', total: null })).toMatchObject([{ kind: 'runCost', run: 'r' }]);
  });

  it('gives the same causes in any order of arrival, each once', () => {
    const change = fc.oneof(
      fc.constantFrom(bill('d_1', 'd_2'), bill('d_2', 'd_3'), prices('own', 3), prices('own', 4)),
      fc.constantFrom<Change>(
        { kind: 'runCost', at: AFTER, run: 'run-1' },
        { kind: 'runCost', at: AT, run: 'run-1' },
        { kind: 'policy', at: AFTER, policy: 'affordable', version: 3 },
      ),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), fc.infiniteStream(fc.nat()), (changes, keys) => {
        const shuffled = changes
          .map((one) => ({ one, key: keys.next().value ?? 0 }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ one }) => one);
        expect(describeChanges(shuffled)).toEqual(describeChanges(changes));
        const history = new Set(['d_1', 'd_2', 'd_3']);
        const concerned = (list: readonly Change[]) => list.filter((one) => isConcerned(standing, one, history)).length;
        expect(concerned(shuffled)).toBe(concerned(changes));
      }),
    );
  });
});
