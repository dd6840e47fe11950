import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildTimeline, layerPrices, type StatedPrice } from './layers.ts';
import { type BookedPrice, splitAtPrices } from './timeline.ts';

const day = (index: number) => new Date(Date.UTC(2026, 0, 1 + index)).toISOString();
const price = (amount: string, from: number, to: number | null, more: Partial<BookedPrice> = {}): BookedPrice => ({
  resource: 'r',
  price: { amount, currency: 'USD' },
  effectiveFrom: day(from),
  effectiveTo: to === null ? null : day(to),
  origin: 'catalogue',
  region: 'us-east-1',
  source: amount,
  book: `b@${amount}`,
  asOf: day(from),
  ...more,
});
const shown = (prices: readonly BookedPrice[]) =>
  prices.map(({ price: { amount }, effectiveFrom, effectiveTo }) => [amount, effectiveFrom, effectiveTo]);

describe('layers of prices', () => {
  it('give at every instant the price of the first that has one', () => {
    const layers = [[price('3', 10, 20)], [price('2', 5, 15)], [price('1', 0, null)]];
    expect(shown(layerPrices(layers))).toEqual([
      ['1', day(0), day(5)],
      ['2', day(5), day(10)],
      ['3', day(10), day(20)],
      ['1', day(20), null],
    ]);
  });

  it('never mix currencies: that of the first which has any price counts', () => {
    const euros = price('9', 0, null, { price: { amount: '9', currency: 'EUR' } });
    expect(shown(layerPrices([[], [price('3', 10, 20)], [euros], [price('1', 12, null)]]))).toEqual([
      ['3', day(10), day(20)],
      ['1', day(20), null],
    ]);
  });

  it('are one timeline without overlaps that says what the first layer says', () => {
    const piece = fc.tuple(
      fc.integer({ min: 0, max: 20 }),
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 1, max: 9 }),
    );
    const layer = fc.array(piece, { maxLength: 4 }).map((pieces) => {
      let end = -1;
      return pieces
        .toSorted(([a], [b]) => a - b)
        .flatMap(([from, days, amount]) => {
          const start = Math.max(from, end);
          end = start + days;
          return [price(String(amount), start, end)];
        });
    });
    fc.assert(
      fc.property(fc.array(layer, { maxLength: 4 }), (layers) => {
        const found = layerPrices(layers);
        for (let index = 0; index < 60; index += 1) {
          const instant = Date.parse(day(index)) + 1;
          const expected = layers.flatMap(
            (one) =>
              splitAtPrices(
                one.filter((each) => covers(each, instant)),
                instant,
                instant + 1,
              ).stretches,
          )[0];
          const actual = splitAtPrices(found, instant, instant + 1).stretches;
          expect(actual.map((stretch) => stretch.price.price)).toEqual(
            expected === undefined ? [] : [expected.price.price],
          );
        }
      }),
    );
  });
});

function covers({ effectiveFrom, effectiveTo }: BookedPrice, instant: number): boolean {
  return Date.parse(effectiveFrom) <= instant && (effectiveTo === null || instant < Date.parse(effectiveTo));
}

describe('statements of one source', () => {
  const stated = (amount: string, from: number, seen: number, ends: number | null = null): StatedPrice => {
    const { effectiveTo: _to, asOf: _asOf, ...rest } = price(amount, from, null);
    return { ...rest, region: 'us-east-1', endsAt: ends === null ? null : day(ends), seenAt: day(seen) };
  };

  it('hold until the next begins, or until they say that they end', () => {
    expect(shown(buildTimeline([stated('2', 10, 11), stated('1', 0, 1), stated('3', 20, 21, 25)], true))).toEqual([
      ['1', day(0), day(10)],
      ['2', day(10), day(20)],
      ['3', day(20), day(25)],
    ]);
  });

  it('go on as one price while the amount is the same, as old as the last of them', () => {
    const found = buildTimeline([stated('1', 0, 1), stated('1', 10, 11), stated('2', 20, 21)], false);
    expect(shown(found)).toEqual([
      ['1', day(0), day(20)],
      ['2', day(20), null],
    ]);
    expect(found.map(({ asOf }) => asOf)).toEqual([day(11), day(21)]);
  });

  it.each([
    [true, day(10)],
    [false, day(1)],
  ])('are known to hold until the next one where the source dates its prices (%s)', (dated, asOf) => {
    expect(buildTimeline([stated('1', 0, 1), stated('2', 10, 11)], dated)[0]?.asOf).toBe(asOf);
  });
});
