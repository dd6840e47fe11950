import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal } from '../../../platform/units/index.ts';
import { jointSaving, type SavingPart, savingAlone } from './joint-saving.ts';

const START = '2026-11-01T00:00:00.000Z';
const HOURS = 48;

const held = (item: string, perHour: string | null, hours = HOURS) => ({
  ...{ item, what: item, currency: 'USD', start: START },
  costs: Array.from({ length: hours }, () => perHour),
});
const part = (
  key: string,
  keep: Record<string, readonly number[]>,
  costs: Record<string, string> = {},
): SavingPart => ({
  key,
  items: Object.keys({ ...keep, ...costs }).map((item) => held(item, costs[item] ?? '1')),
  effects: Object.entries(keep).map(([item, all]) => ({ item, keep: [...all] })),
  pins: [],
});
const monthly = (...parts: SavingPart[]) => jointSaving(parts)[0]?.saving.monthly?.amount;
const halfOfTheTime = Array.from({ length: HOURS }, (_, hour) => (hour % 2 === 0 ? 0 : 1));
const otherHalf = halfOfTheTime.map((keep) => 1 - keep);

describe('what recommendations save together', () => {
  it.each<[string, SavingPart[], string | undefined]>([
    ['of none is nothing', [], undefined],
    ['of one is what it saves alone', [part('a', { x: [0.5] })], '365'],
    [
      'counts an hour once that two would stop',
      [part('a', { x: halfOfTheTime }), part('b', { x: halfOfTheTime })],
      '365',
    ],
    ['adds hours up that are not the same', [part('a', { x: halfOfTheTime }), part('b', { x: otherHalf })], '730'],
    ['takes a share of what is left', [part('a', { x: halfOfTheTime }), part('b', { x: [0.5] })], '547.5'],
    ['adds up what has nothing to do with each other', [part('a', { x: [0.5] }), part('b', { y: [0] })], '1095'],
    ['leaves out what has no price', [part('a', { x: [0] }), { ...part('b', {}), items: [held('y', null)] }], '730'],
  ])('%s', (_, parts, expected) => {
    expect(monthly(...parts)).toBe(expected);
  });

  it('moves work to nothing that is stopped: the pair that saves more stands', () => {
    const stop = part('stop', { two: [0] }, { two: '1' });
    const pack: SavingPart = { ...part('pack', { one: [0] }, { one: '3', two: '1' }), pins: ['two'] };
    expect(monthly(stop, pack)).toBe('2190');
    expect(
      monthly(part('stop', { two: [0] }, { two: '5' }), { ...pack, items: [held('one', '3'), held('two', '5')] }),
    ).toBe('3650');
  });

  it('is computed for each currency, and not known without one', () => {
    const euro = { ...part('e', { y: [0] }), items: [{ ...held('y', '1'), currency: 'EUR' }] };
    expect(jointSaving([part('a', { x: [0] }), euro]).map(({ currency }) => currency)).toEqual(['EUR', 'USD']);
    expect(savingAlone({ ...euro, items: [{ ...held('y', null), currency: null }] })).toMatchObject({ monthly: null });
  });

  const keeps = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: HOURS, maxLength: HOURS });
  const anyPart = fc.record({
    keep: fc.dictionary(fc.constantFrom('x', 'y', 'z'), keeps, { minKeys: 1 }),
    pins: fc.uniqueArray(fc.constantFrom('x', 'y', 'z'), { maxLength: 1 }),
  });

  it('is never more than the sum of each alone, nor than the cost, whatever their order', () => {
    fc.assert(
      fc.property(fc.array(anyPart, { minLength: 1, maxLength: 5 }), fc.nat(), (all, seed) => {
        const parts = all.map(({ keep, pins }, index) => ({
          ...part(`p${index}`, keep, { x: '0.1', y: '1', z: '7.25' }),
          pins: pins.filter((item) => !(item in keep)),
        }));
        const [joint] = jointSaving(parts);
        const amount = decimal(joint?.saving.monthly?.amount ?? '0');
        const sum = parts.reduce((total, one) => total.plus(savingAlone(one).monthly?.amount ?? '0'), decimal(0));
        expect(amount.lessThanOrEqualTo(sum.plus('0.00001'))).toBe(true);
        expect(amount.lessThanOrEqualTo(joint?.saving.cost?.amount ?? '0')).toBe(true);
        const turned = [...parts.slice(seed % parts.length), ...parts.slice(0, seed % parts.length)].toReversed();
        expect(jointSaving(turned)).toEqual([joint]);
      }),
      { numRuns: 60 },
    );
  });
});
