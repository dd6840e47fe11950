import { describe, expect, it } from 'vitest';
import { computeBurnRate, evaluateBurnRate } from './burn-rate.ts';
import { isWorse } from './looks/quality-look.ts';
import { computeMoneyPerDay } from './money.ts';
import { advanceState, FRESH, type LookLevel } from './state.ts';

/** `o`k, `w`arning, `a`lert, `n`o data, `?`: unknown. */
const LEVELS: Readonly<Record<string, LookLevel>> = { o: 'ok', w: 'warning', a: 'alert', n: 'no_data', '?': 'unknown' };

function listNotices(looks: string, open: number, close: number): string[] {
  let standing = FRESH;
  return [...looks].map((look) => {
    const { after, happened } = advanceState(standing, LEVELS[look] ?? 'unknown', { open, close });
    standing = after;
    return happened === null ? after.state : `${happened} ${after.state}`;
  });
}

describe('an alert', () => {
  it.each([
    [
      'opens at the first bad look and closes at the second good one',
      'oaaoo',
      1,
      2,
      ['ok', 'opened alert', 'alert', 'alert', 'closed ok'],
    ],
    ['takes so many in a row to open', 'aoaaa', 3, 1, ['ok', 'ok', 'ok', 'ok', 'opened alert']],
    [
      'stays one episode while good looks are too few',
      'aoaoaoo',
      1,
      2,
      ['opened alert', 'alert', 'alert', 'alert', 'alert', 'alert', 'closed ok'],
    ],
    [
      'goes from warning to alert and back in one episode',
      'waawwoo',
      1,
      2,
      ['opened warning', 'changed alert', 'alert', 'alert', 'changed warning', 'warning', 'closed ok'],
    ],
    ['opens as a warning when not all were grave', 'waa', 2, 1, ['ok', 'opened warning', 'changed alert']],
    ['says that it knows nothing, and opens nothing', '???o', 2, 1, ['ok', 'no_data', 'no_data', 'ok']],
    [
      'is not over because nothing is known',
      'a???oo',
      1,
      2,
      ['opened alert', 'alert', 'alert', 'alert', 'alert', 'closed ok'],
    ],
    ['of no data is an episode of its own', 'nnoo', 2, 2, ['ok', 'opened no_data', 'no_data', 'closed ok']],
  ])('%s', (_, looks, open, close, expected) => {
    expect(listNotices(looks, open, close)).toEqual(expected);
  });

  it('never opens twice, and never closes what is not open, whatever it is shown', () => {
    let seed = 7;
    const next = () => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return seed;
    };
    for (let run = 0; run < 300; run += 1) {
      let open = 0;
      const looks = Array.from({ length: 40 }, () => 'owan?'[next() % 5]).join('');
      for (const one of listNotices(looks, 1 + (next() % 3), 1 + (next() % 3))) {
        if (one.startsWith('opened')) open += 1;
        if (one.startsWith('closed')) open -= 1;
        expect(open).toBeGreaterThanOrEqual(0);
        expect(open).toBeLessThanOrEqual(1);
      }
    }
  });
});

describe('burn rates', () => {
  const MINUTE = 60_000;
  const served = (bad: (minutes: number) => number) =>
    new Map(
      [5, 30, 60, 360, 4320].map((minutes) => [
        minutes * MINUTE,
        { requests: minutes * 100, bad: bad(minutes) * minutes * 100 },
      ]),
    );

  it.each([
    ['nothing is bad', () => 0, 'ok'],
    ['a fast burn that goes on', (minutes: number) => (minutes <= 60 ? 0.15 : 0.01), 'alert'],
    ['a fast burn that is over', (minutes: number) => (minutes === 60 ? 0.15 : 0), 'ok'],
    ['six times as fast for six hours', (minutes: number) => (minutes <= 360 ? 0.065 : 0), 'alert'],
    ['as fast as allowed for three days', () => 0.0101, 'warning'],
    ['a little slower than that', () => 0.0099, 'ok'],
  ])('%s', (_, bad, level) => {
    expect(evaluateBurnRate(served(bad), { objective: 0.99, least: 20 }).level).toBe(level);
  });

  it('say nothing of too few requests', () => {
    const few = new Map([[4320 * MINUTE, { requests: 19, bad: 19 }]]);
    expect(evaluateBurnRate(few, { objective: 0.99, least: 20 }).level).toBe('unknown');
    expect(computeBurnRate({ requests: 100, bad: 2 }, 0.99)).toBeCloseTo(2, 12);
  });
});

describe('what quality costs', () => {
  const loss = { metric: 'accuracy', reference: 0.9, current: 0.85, lower: 0.84, upper: 0.86, estimated: true };
  const value = { amount: '0.03', currency: 'USD', metric: 'accuracy' };

  it('is exact money a day, nothing where nothing is lost, and unknown of another measure', () => {
    expect(computeMoneyPerDay(loss, value, '20000')).toEqual({ amount: '30', currency: 'USD' });
    expect(computeMoneyPerDay({ ...loss, current: 0.95 }, value, '20000')).toEqual({ amount: '0', currency: 'USD' });
    expect(
      computeMoneyPerDay({ ...loss, metric: 'mae', reference: 1, current: 1.5 }, { ...value, metric: 'mae' }, '10'),
    ).toEqual({ amount: '0.15', currency: 'USD' });
    expect(computeMoneyPerDay(loss, { ...value, metric: 'recall' }, '20000')).toBeNull();
  });

  it('is worse only by more than chance, also for errors', () => {
    const of = (metric: string, mean: number, half: number) => ({
      metric,
      value: mean,
      lower: mean - half,
      upper: mean + half,
      sampleSize: 500,
    });
    expect(isWorse(of('accuracy', 0.9, 0.02), of('accuracy', 0.8, 0.03))).toBe(true);
    expect(isWorse(of('accuracy', 0.9, 0.02), of('accuracy', 0.87, 0.03))).toBe(false);
    expect(isWorse(of('accuracy', 0.8, 0.02), of('accuracy', 0.9, 0.02))).toBe(false);
    expect(isWorse(of('rmse', 1, 0.05), of('rmse', 2, 0.1))).toBe(true);
    expect(isWorse(of('mae', 2, 0.05), of('mae', 1, 0.1))).toBe(false);
  });
});
