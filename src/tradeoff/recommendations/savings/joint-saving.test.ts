import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, sumDecimals } from '../../../platform/units/index.ts';
import { computeJointSaving, computeSavingAlone } from './joint-saving.ts';
import type { SavingPart } from './saving-part.ts';

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
const monthly = (...parts: SavingPart[]) => computeJointSaving(parts)[0]?.saving.monthly?.amount;
const everyOtherHour = Array.from({ length: HOURS }, (_, hour) => (hour % 2 === 0 ? 0 : 1));
const otherHalf = everyOtherHour.map((keep) => 1 - keep);

describe('what recommendations save together', () => {
  it.each<[string, SavingPart[], string | undefined]>([
    ['of none is nothing', [], undefined],
    ['of one is what it saves alone', [part('a', { x: [0.5] })], '365'],
    [
      'counts an hour once that two would stop',
      [part('a', { x: everyOtherHour }), part('b', { x: everyOtherHour })],
      '365',
    ],
    ['adds hours up that are not the same', [part('a', { x: everyOtherHour }), part('b', { x: otherHalf })], '730'],
    ['takes a share of what is left', [part('a', { x: everyOtherHour }), part('b', { x: [0.5] })], '547.5'],
    ['adds up what has nothing to do with each other', [part('a', { x: [0.5] }), part('b', { y: [0] })], '1095'],
    ['leaves out what has no price', [part('a', { x: [0] }), { ...part('b', {}), items: [held('y', null)] }], '730'],
  ])('%s', (_, parts, expected) => {
    expect(monthly(...parts)).toBe(expected);
  });

  it('has its amount on whole days alone', () => {
    const late = { ...held('x', '1', 60), start: '2026-11-01T06:00:00.000Z' };
    const [joint] = computeJointSaving([{ ...part('a', { x: [0.5] }), items: [late] }]);
    expect(joint?.byDay).toEqual([{ day: '2026-11-02', amount: '12' }]);
    const [both] = computeJointSaving([part('a', { x: everyOtherHour }), part('b', { x: everyOtherHour })]);
    expect(both?.byDay).toEqual([
      { day: '2026-11-01', amount: '12' },
      { day: '2026-11-02', amount: '12' },
    ]);
  });

  it('moves work to nothing that is stopped: the pair that saves more stands', () => {
    const stop = part('stop', { two: [0] }, { two: '1' });
    const pack: SavingPart = { ...part('pack', { one: [0] }, { one: '3', two: '1' }), pins: ['two'] };
    expect(monthly(stop, pack)).toBe('2190');
    expect(
      monthly(part('stop', { two: [0] }, { two: '5' }), { ...pack, items: [held('one', '3'), held('two', '5')] }),
    ).toBe('3650');
  });

  const whole = (item: string, costs: readonly string[], rest: object = {}) => ({
    ...{ item, what: item, currency: 'USD', start: START, costs: [...costs] },
    ...rest,
  });
  const everyHour = (cost: string) => Array.from({ length: HOURS }, () => cost);
  const commit = (quantity: string, costs: readonly string[]): SavingPart => ({
    key: 'commit',
    items: [whole('resource:g5', costs)],
    effects: [],
    commitments: [{ item: 'resource:g5', quantity, onDemandPerHour: '1', committedPerHour: '0.6' }],
    pins: [],
  });
  const spot = (cost: string, keep: number): SavingPart => ({
    key: 'spot',
    items: [whole('steps:train@g5', everyHour(cost), { within: ['resource:g5'] })],
    effects: [
      { item: 'steps:train@g5', keep: [keep], range: { least: keep - 0.1, most: keep + 0.1 }, isElsewhere: true },
    ],
    pins: [],
  });

  it('counts a commitment on the hours that others leave on demand, and leaves out what is better not done', () => {
    // Half of the hours want 4 and half 2: 2 are always used, and save 2 x 0.4.
    const demand = everyOtherHour.map((one) => (one === 0 ? '2' : '4'));
    expect(computeSavingAlone(commit('2', demand))).toMatchObject({
      monthly: { amount: '584' },
      cost: { amount: '2190' },
    });
    // With 4 two are idle half of the time: 3 covered of 4 paid for at 0.6.
    expect(computeSavingAlone(commit('4', demand)).monthly?.amount).toBe('438');
    // Spot takes one of the two that are always there: 1 and 3 are left, of which 2 at 1.2 cover 1 and 2. Both stand.
    const [both] = computeJointSaving([commit('2', demand), spot('1', 0.2)]);
    expect(both).toMatchObject({ saving: { monthly: { amount: '803' }, cost: { amount: '2190' } }, leftOut: [] });
    // If spot takes all hours, the commitment would be idle: only the one with the larger saving is counted.
    const [spotWins] = computeJointSaving([commit('2', everyHour('2')), spot('2', 0.4)]);
    expect(spotWins).toMatchObject({ saving: { monthly: { amount: '876' } }, leftOut: ['commit'] });
    const [boughtWins] = computeJointSaving([commit('2', everyHour('2')), spot('2', 0.9)]);
    expect(boughtWins).toMatchObject({ saving: { monthly: { amount: '584' } }, leftOut: ['spot'] });
  });

  it('may lose with a commitment: its interval ends where nothing uses it', () => {
    expect(computeSavingAlone(commit('2', everyHour('2')))).toMatchObject({
      monthly: { amount: '584' },
      lower: { amount: '-876' },
    });
    expect(computeJointSaving([commit('2', ['4', '0', '0', '0'])])[0]).toMatchObject({
      ...{ saving: { monthly: { amount: '0' } }, leftOut: ['commit'] },
    });
  });

  it('widens by how far what is left is an estimate itself', () => {
    const days = Array.from({ length: 14 * 24 }, () => '1');
    const part_ = { ...spot('1', 0.5), items: [whole('steps:train@g5', days)] };
    expect(computeSavingAlone(part_)).toMatchObject({ monthly: { amount: '365' }, upper: { amount: '438' } });
    expect(Number(computeSavingAlone(part_).lower?.amount)).toBeCloseTo(365 * (1 - 3 / 14) - 73, 3);
  });

  it('knows a GPU that another item holds: it is freed once, at the lower of its two prices', () => {
    const gpus = (cost: string) => ['a', 'b', 'c'].map((name) => whole(`gpu:${name}`, everyHour(cost)));
    const run: SavingPart = {
      key: 'stop_run:run:1',
      items: [whole('run:1', ['2.5'], { gpus: ['b', 'z'] })],
      effects: [{ item: 'run:1', keep: [0] }],
      pins: [],
    };
    const share = (cost: string): SavingPart => ({
      key: 'gpu_share:gpus:H100',
      items: gpus(cost),
      effects: [
        { item: 'gpu:b', keep: [0] },
        { item: 'gpu:c', keep: [0] },
      ],
      pins: ['gpu:a'],
    });
    expect([run, share('2')].map((one) => computeSavingAlone(one).monthly?.amount)).toEqual(['1825', '2920']);
    // The run holds b: stopping it saves 2.5, and sharing frees only c in addition.
    expect(monthly(run, share('2'))).toBe(String(730 * 4.5));
    expect(monthly(run, share('1'))).toBe(String(730 * 3.5));
    // A resource that the plan pins must not be stopped: only the one with the larger saving is counted.
    const onTarget = { ...run, items: [whole('run:1', ['2.5'], { gpus: ['a'] })] };
    expect(computeJointSaving([onTarget, share('2')])[0]).toMatchObject({
      saving: { monthly: { amount: '2920' } },
      leftOut: ['stop_run:run:1'],
    });
  });

  it('is computed for each currency, and not known without one', () => {
    const euro = { ...part('e', { y: [0] }), items: [{ ...held('y', '1'), currency: 'EUR' }] };
    expect(computeJointSaving([part('a', { x: [0] }), euro]).map(({ currency }) => currency)).toEqual(['EUR', 'USD']);
    expect(computeSavingAlone({ ...euro, items: [{ ...held('y', null), currency: null }] })).toMatchObject({
      monthly: null,
    });
  });

  const FEW = 24;
  const keeps = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: FEW, maxLength: FEW });
  const anyPart = fc.record({
    keep: fc.dictionary(fc.constantFrom('x', 'y', 'z'), keeps, { minKeys: 1 }),
    pins: fc.uniqueArray(fc.constantFrom('x', 'y', 'z'), { maxLength: 1 }),
    bought: fc.option(fc.integer({ min: 1, max: 9 })),
  });

  it('is never more than the sum of each alone, nor than the cost, whatever their order', () => {
    fc.assert(
      fc.property(fc.array(anyPart, { minLength: 1, maxLength: 5 }), fc.nat(), (all, seed) => {
        const parts = all.map(({ keep, pins, bought }, index): SavingPart => {
          const made = part(`p${index}`, keep, { x: '0.1', y: '1', z: '7.25' });
          const within = made.items.map((item) =>
            item.item === 'w'
              ? item
              : { ...item, costs: item.costs.slice(0, FEW), within: ['w'], gpus: [`${item.item}1`] },
          );
          const commitment = { item: 'w', quantity: String(bought), onDemandPerHour: '1', committedPerHour: '0.6' };
          return {
            ...made,
            items: [...within, held('w', '9', FEW), held('gpu:z1', '3', FEW)],
            effects: [...made.effects, ...(index === 1 ? [{ item: 'gpu:z1', keep: [0] }] : [])],
            commitments: bought === null ? [] : [commitment],
            pins: pins.filter((item) => !(item in keep)),
          };
        });
        const [joint] = computeJointSaving(parts);
        const amount = decimal(joint?.saving.monthly?.amount ?? '0');
        const sum = parts.reduce(
          (total, one) => total.plus(computeSavingAlone(one).monthly?.amount ?? '0'),
          decimal(0),
        );
        expect(amount.lessThanOrEqualTo(sum.plus('0.00001'))).toBe(true);
        expect(amount.lessThanOrEqualTo(joint?.saving.cost?.amount ?? '0')).toBe(true);
        const turned = [...parts.slice(seed % parts.length), ...parts.slice(0, seed % parts.length)].toReversed();
        expect(computeJointSaving(turned)).toEqual([joint]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the part of the joint saving of each recommendation', () => {
  const keep = fc.oneof(fc.constant([0]), fc.constant([0.5]), fc.constant(everyOtherHour), fc.constant(otherHalf));
  const parts = fc
    .array(fc.dictionary(fc.constantFrom('u', 'v', 'w', 'x', 'y', 'z'), keep, { minKeys: 1, maxKeys: 3 }), {
      maxLength: 6,
    })
    .map((all) => all.map((of, index) => part(`part ${index}`, of, { u: '2.4', v: '0.333', w: '7' })));

  it('sums up to it exactly, and is never more than the saving alone', () => {
    fc.assert(
      fc.property(parts, (all) => {
        for (const { saving, shares } of computeJointSaving(all)) {
          const amounts = [...shares.values()].map(({ amount }) => amount);
          expect(sumDecimals(amounts)).toBe(saving.monthly?.amount);
          expect(shares.size).toBe(all.length);
          for (const one of all) {
            const alone = decimal(computeSavingAlone(one).monthly?.amount ?? '0');
            const share = decimal(shares.get(one.key)?.amount ?? '0');
            expect(share.lessThanOrEqualTo(alone.plus('0.00001'))).toBe(true);
            expect(share.greaterThanOrEqualTo('-0.00001')).toBe(true);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('goes to the largest where two stop the same hours, and is 0 where a larger one excludes it', () => {
    const same = [part('a', { x: everyOtherHour }), part('b', { x: [0] }), part('c', { y: [0.5] })];
    const [joint] = computeJointSaving(same);
    expect([...(joint?.shares ?? [])].map(([key, { amount }]) => [key, amount]).toSorted()).toEqual([
      ['a', '0'],
      ['b', '730'],
      ['c', '365'],
    ]);
    const stop = part('stop', { two: [0] }, { two: '1' });
    const pack: SavingPart = { ...part('pack', { one: [0] }, { one: '3', two: '1' }), pins: ['two'] };
    const [chosen] = computeJointSaving([stop, pack]);
    expect(chosen?.shares.get('stop')?.amount).toBe('0');
    expect(chosen?.shares.get('pack')?.amount).toBe('2190');
  });
});
