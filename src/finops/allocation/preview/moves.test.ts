import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, sumDecimals } from '../../../platform/units/index.ts';
import { findMoves, mergeMoves } from './moves.ts';

describe('moves', () => {
  it('lets those who have less give to those who have more, and moves nothing that stays', () => {
    const changes = [
      { holder: 'a', before: '60', after: '50' },
      { holder: 'b', before: '40', after: '0' },
      { holder: 'c', before: '0', after: '50' },
      { holder: 'd', before: '7', after: '7' },
    ];
    expect(findMoves(changes)).toEqual([
      { from: 'b', to: 'c', amount: '40' },
      { from: 'a', to: 'c', amount: '10' },
    ]);
  });

  it('sets off what goes both ways', () => {
    const moves = [
      { from: 'a', to: 'b', amount: '10' },
      { from: 'b', to: 'a', amount: '12' },
      { from: 'c', to: 'a', amount: '1' },
      { from: 'a', to: 'c', amount: '1' },
    ];
    expect(mergeMoves(moves)).toEqual([{ from: 'b', to: 'a', amount: '2' }]);
  });

  it('moves exactly the difference of every holder', () => {
    const units = fc
      .bigInt(-(10n ** 12n), 10n ** 12n)
      .map((value) => decimal(String(value)).dividedBy('1e9').toFixed());
    fc.assert(
      fc.property(fc.array(fc.tuple(units, units), { minLength: 2, maxLength: 8 }), (pairs) => {
        const total = decimal(sumDecimals(pairs.map(([before]) => before))).minus(
          sumDecimals(pairs.map(([, after]) => after)),
        );
        const changes = pairs.map(([before, after], index) => ({
          holder: String(index),
          before,
          after: index === 0 ? decimal(after).plus(total).toFixed() : after,
        }));
        const moves = findMoves(changes);
        for (const { holder, before, after } of changes) {
          const taken = sumDecimals(moves.filter(({ to }) => to === holder).map(({ amount }) => amount));
          const given = sumDecimals(moves.filter(({ from }) => from === holder).map(({ amount }) => amount));
          expect(decimal(taken).minus(given).toFixed()).toBe(decimal(after).minus(before).toFixed());
        }
      }),
    );
  });
});
