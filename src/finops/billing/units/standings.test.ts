import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computePeriodState } from '../period-state.ts';
import { type Overlap, resolveShadows, type UnitClaim } from './standings.ts';

const unit = (partition: string, arrival: number): UnitClaim => ({ partition, arrival });
const overlap = (one: string, other: string, winner: string | null = null): Overlap => ({
  ...{ one, other, winner, reason: `${one}=${other}` },
  undecided: false,
});
const counted = (units: readonly UnitClaim[], overlaps: readonly Overlap[]) =>
  [...resolveShadows(units, overlaps)]
    .filter(([, shadow]) => shadow === null)
    .map(([partition]) => partition)
    .toSorted();

describe('which of the units that overlap is counted', () => {
  it.each([
    ['both without an overlap', [unit('a', 1), unit('b', 2)], [], ['a', 'b']],
    ['the first by name, whenever it came', [unit('a', 2), unit('b', 1)], [overlap('a', 'b')], ['a']],
    [
      'the first come while it is undecided',
      [unit('a', 2), unit('b', 1)],
      [{ ...overlap('a', 'b'), undecided: true }],
      ['b'],
    ],
    ['the winner, whenever it came', [unit('a', 1), unit('b', 2)], [overlap('a', 'b', 'b')], ['b']],
    [
      'the winner over a winner',
      [unit('a', 1), unit('b', 2), unit('c', 3)],
      [overlap('a', 'b', 'b'), overlap('b', 'c', 'c'), overlap('a', 'c', 'c')],
      ['c'],
    ],
    [
      'the first by name of a circle',
      [unit('c', 1), unit('b', 2), unit('a', 3)],
      [overlap('a', 'b', 'a'), overlap('b', 'c', 'b'), overlap('a', 'c', 'c')],
      ['a'],
    ],
    [
      'children of a parent that is itself shadowed',
      [unit('a', 1), unit('b', 2), unit('c', 3)],
      [overlap('a', 'b'), overlap('b', 'c')],
      ['a', 'c'],
    ],
  ] as const)('is %s', (_what, units, overlaps, expected) => {
    expect(counted(units, overlaps)).toEqual([...expected]);
  });

  it('never two that overlap, and whatever is not counted is named by one that is', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const claims = fc.constant(names.map((partition, index) => unit(partition, index)));
    const pairs = fc.uniqueArray(
      fc
        .tuple(fc.subarray(names, { minLength: 2, maxLength: 2 }), fc.constantFrom(0, 1, null))
        .map(([[one = '', other = ''], wins]) => overlap(one, other, wins === null ? null : [one, other][wins])),
      { selector: ({ reason }) => reason },
    );
    fc.assert(
      fc.property(claims, pairs, (units, overlaps) => {
        const shadows = resolveShadows(units, overlaps);
        const isCounted = (partition: string) => shadows.get(partition) === null;
        expect(overlaps.filter(({ one, other }) => isCounted(one) && isCounted(other))).toEqual([]);
        for (const [partition, shadow] of shadows) {
          if (shadow === null) continue;
          expect(isCounted(shadow.by)).toBe(true);
          expect(overlaps.map(({ one, other }) => [one, other].toSorted().join())).toContain(
            [partition, shadow.by].toSorted().join(),
          );
        }
        expect(resolveShadows(units.toReversed(), overlaps.toReversed())).toEqual(shadows);
      }),
    );
  });
});

describe('the state of a billing period', () => {
  it.each([
    ['2026-12', 14, '2026-12-31T23:59:59Z', 'open'],
    ['2026-12', 14, '2027-01-01T00:00:00Z', 'provisional'],
    ['2026-12', 14, '2027-01-14T23:59:59Z', 'provisional'],
    ['2026-12', 14, '2027-01-15T00:00:00Z', 'closed'],
    ['2026-12', 0, '2027-01-01T00:00:00Z', 'closed'],
    ['2024-02', 1, '2024-02-29T12:00:00Z', 'open'],
    ['2024-02', 1, '2024-03-01T12:00:00Z', 'provisional'],
  ])('of %s with %i provisional days at %s is %s', (period, days, at, state) => {
    expect(computePeriodState(period, days, Date.parse(at))).toBe(state);
  });
});
