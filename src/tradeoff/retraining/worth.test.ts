import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QualityLoss } from '../../mlops/monitoring/schema.ts';
import { decimal } from '../../platform/units/index.ts';
import { computeHorizon, computePerDay, evaluateWorth, type Scales, toLoss } from './worth.ts';

const NOW = '2026-11-10T00:00:00.000Z';
const usd = (amount: string) => ({ amount, currency: 'USD' });
const ACCURACY: QualityLoss = {
  metric: 'accuracy',
  reference: 0.9,
  current: 0.8,
  lower: 0.78,
  upper: 0.82,
  estimated: false,
};
const THIRTY_DAYS = computeHorizon(Date.parse(NOW), 30 * 86_400_000, null);
const SCALES: Scales = {
  at: NOW,
  loss: ACCURACY,
  lossReason: 'no loss',
  traffic: { perDay: '1000', period: { start: '2026-11-03T00:00:00.000Z', end: NOW } },
  valuePerPrediction: usd('0.05'),
  moneyPerDay: null,
  horizon: THIRTY_DAYS,
  cost: usd('20'),
  costFrom: 'round 1',
  budget: null,
  minimumGain: '0',
};

describe('the loss', () => {
  const cases: [string, Partial<QualityLoss>, [string, string, string | null]][] = [
    ['of what should be high is before - now, its smaller end by the upper end of now', {}, ['0.08', '0.1', '0.12']],
    ['without an interval is the value', { lower: null, upper: null }, ['0.1', '0.1', null]],
    ['is never below zero', { current: 0.95, lower: 0.93, upper: 0.97 }, ['0', '0', '0']],
    ['that may be none has 0 as its smaller end', { current: 0.89, lower: 0.87, upper: 0.91 }, ['0', '0.01', '0.03']],
    [
      'of an error is now - before',
      { metric: 'rmse', reference: 2, current: 2.5, lower: 2.3, upper: 2.7 },
      ['0.3', '0.5', '0.7'],
    ],
    [
      'of a mean absolute error likewise',
      { metric: 'mae', reference: 1, current: 1.5, lower: null, upper: null },
      ['0.5', '0.5', null],
    ],
    [
      'of a ranking is of what should be high',
      { metric: 'ndcg@10', reference: 0.5, current: 0.4, lower: null, upper: null },
      ['0.1', '0.1', null],
    ],
  ];
  it.each(cases)('%s', (_, part, [lower, expected, upper]) => {
    const loss = toLoss({ ...ACCURACY, ...part });
    expect([String(loss.lower), String(loss.expected), loss.upper === null ? null : String(loss.upper)]).toEqual([
      lower,
      expected,
      upper,
    ]);
  });
});

describe('the traffic', () => {
  it('a day is what was kept, by the share that is kept, over the time that it was counted in', () => {
    const half = { start: '2026-11-01T00:00:00Z', end: '2026-11-01T12:00:00Z' };
    expect(computePerDay(350, 0.5, half)).toBe('1400');
    expect(computePerDay(10, 1, { start: '2026-11-01T00:00:00Z', end: '2026-11-08T00:00:00Z' })).toBe('1.428571');
  });
});

describe('the horizon', () => {
  const now = Date.parse(NOW);
  it('ends when the calendar retrains anyhow, where that is sooner', () => {
    const nextTime = (days: number) => ({ trigger: 'weekly', at: now + days * 86_400_000 });
    expect(computeHorizon(now, 30 * 86_400_000, nextTime(3))).toEqual({
      period: { start: NOW, end: '2026-11-13T00:00:00.000Z' },
      from: 'trigger "weekly" retrains at that time',
    });
    expect(computeHorizon(now, 30 * 86_400_000, nextTime(40)).period.end).toBe('2026-12-10T00:00:00.000Z');
  });
});

describe('a retraining', () => {
  const cases: [string, Partial<Scales>, object][] = [
    [
      'gains by the smaller end of the loss: 0.08 x 1000 x 0.05 x 30 = 120',
      {},
      {
        answer: 'worth',
        gain: usd('120'),
        gainUpper: usd('180'),
        lossPerDay: usd('4'),
        net: usd('100'),
        decidedBy: 'lower_end',
      },
    ],
    [
      'gains by the value where there is no interval: 0.1 x 1000 x 0.05 x 30 = 150',
      { loss: { ...ACCURACY, lower: null, upper: null } },
      { answer: 'worth', gain: usd('150'), gainUpper: null, decidedBy: 'expected' },
    ],
    [
      'that gains what it costs is not worth it',
      { cost: usd('120') },
      {
        answer: 'not_worth',
        net: usd('0'),
        reason: 'Expected gain of at least $120 until 10 Dec 2026, cost $120. Retraining does not pay yet.',
      },
    ],
    ['that gains a little more is', { cost: usd('119.999999') }, { answer: 'worth', net: usd('0.000001') }],
    [
      'has to gain the minimum more than it costs',
      { minimumGain: '100.01' },
      {
        answer: 'not_worth',
        net: usd('100'),
        reason:
          'Expected gain of at least $120 until 10 Dec 2026, cost $20; the gain must exceed the cost by $100.01. Retraining does not pay yet.',
      },
    ],
    ['that gains just the minimum is worth it', { minimumGain: '100' }, { answer: 'worth' }],
    [
      'of a loss within noise gains nothing',
      { loss: { ...ACCURACY, current: 0.89, lower: 0.87, upper: 0.91 } },
      { answer: 'not_worth', gain: usd('0'), gainUpper: usd('45') },
    ],
    [
      'counts until it would be trained anyhow',
      { horizon: computeHorizon(Date.parse(NOW), 30 * 86_400_000, { trigger: 'n', at: Date.parse(NOW) + 86_400_000 }) },
      { answer: 'not_worth', gain: usd('4') },
    ],
    [
      'takes what the monitor says a day, in proportion to the smaller end: 5 x 0.08 / 0.1 x 30 = 120',
      { valuePerPrediction: null, moneyPerDay: usd('5'), traffic: null },
      { answer: 'worth', gain: usd('120'), gainUpper: usd('180'), valueFrom: 'monitor' },
    ],
    [
      'of which nobody knows the loss says so',
      { loss: null },
      { answer: 'unknown', gain: null, reason: 'no loss', lossLower: null },
    ],
    [
      'of which nobody knows the value says so',
      { valuePerPrediction: null },
      {
        answer: 'unknown',
        gain: null,
        valueFrom: null,
        reason: expect.stringContaining('No value of a prediction is stated'),
      },
    ],
    [
      'of which nobody knows the traffic says so',
      { traffic: null },
      { answer: 'unknown', gain: null, reason: expect.stringContaining('the traffic is not known') },
    ],
    [
      'of which nobody knows the cost says so',
      { cost: null, costFrom: 'no run has a price' },
      { answer: 'unknown', gain: usd('120'), net: null, reason: expect.stringContaining('no run has a price') },
    ],
    [
      'in another currency than its cost cannot be weighed',
      { cost: { amount: '20', currency: 'EUR' } },
      { answer: 'unknown', net: null, reason: expect.stringContaining('no comparison is possible') },
    ],
    [
      'that its budget cannot pay waits, whatever it gains',
      { budget: { name: 'ml', remaining: usd('19.99') } },
      { answer: 'not_worth', reason: 'The budget "ml" has $19.99 left, and the expected cost is $20.' },
    ],
    ['that its budget can just pay does not', { budget: { name: 'ml', remaining: usd('20') } }, { answer: 'worth' }],
    [
      'of an empty budget waits, even of unknown gain and cost',
      { budget: { name: 'ml', remaining: usd('0') }, loss: null, cost: null },
      { answer: 'not_worth', reason: 'The budget "ml" has $0 left.' },
    ],
    [
      'of a budget of which nobody knows what is left is not known',
      { budget: { name: 'ml', remaining: null } },
      { answer: 'unknown', reason: 'The remaining amount of the budget "ml" is not known.' },
    ],
  ];
  it.each(cases)('%s', (_, part, expected) => {
    expect(evaluateWorth({ ...SCALES, ...part })).toMatchObject(expected);
  });

  const ratio = fc.integer({ min: 0, max: 1000 }).map((thousandths) => thousandths / 1000);
  it('never gains less by a larger loss, and net is gain - cost to the last digit', () => {
    const ends = fc.tuple(ratio, ratio, ratio);
    const traffic = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(ends, traffic, fc.integer({ min: 0, max: 10_000 }), (three, predictions, cents) => {
        const [lower = 0, current = 0, upper = 0] = three.toSorted((one, other) => one - other);
        const worth = evaluateWorth({
          ...SCALES,
          loss: { ...ACCURACY, lower, current, upper },
          traffic: { perDay: String(predictions), period: { start: '2026-11-03T00:00:00.000Z', end: NOW } },
          valuePerPrediction: usd(decimal(cents).dividedBy(100).toFixed()),
        });
        const gain = decimal(worth.gain?.amount ?? '');
        expect(gain.lessThanOrEqualTo(worth.gainUpper?.amount ?? '')).toBe(true);
        expect(gain.minus(20).equals(worth.net?.amount ?? '')).toBe(true);
        expect(worth.answer).toBe(gain.greaterThan(20) ? 'worth' : 'not_worth');
      }),
    );
  });
});
