import { describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../../platform/units/durations.ts';
import { buildPoints } from './points.ts';
import { createTallies, type VariantKey } from './tally.ts';

const START = Date.parse('2026-11-26T10:00:00Z');
const main: VariantKey = { endpoint: 'e', variant: 'main', model: 'm', version: '2' };
const canary: VariantKey = { ...main, variant: 'canary', version: '10' };

const minutes = (tallies: ReturnType<typeof createTallies>) =>
  tallies.changed(START).filter(({ spanMs }) => spanMs === MINUTE_MS);
const cost = (start: number, end: number, amount: string | null, version = '2') => ({
  model: 'm',
  version,
  start,
  end,
  cost: amount === null ? null : { amount, currency: 'USD' },
});

describe('points of an endpoint', () => {
  it('add up minutes, and have the percentiles of all of them', () => {
    const tallies = createTallies();
    for (let number = 1; number <= 100; number += 1)
      tallies.request(main, 'answered', number, START + (number % 5) * MINUTE_MS);
    for (const ending of ['refused', 'throttled', 'failed', 'lost'] as const)
      tallies.request(main, ending, 1_000, START);
    const [point, ...others] = buildPoints(minutes(tallies), [], { stepMs: 5 * MINUTE_MS, now: START + HOUR_MS });
    expect(others).toEqual([]);
    expect(point).toMatchObject({
      at: '2026-11-26T10:00:00.000Z',
      requests: 104,
      answered: 100,
      refused: 1,
      throttled: 1,
      errors: 2,
      lost: 1,
      replicas: null,
      cost: null,
    });
    for (const [ratio, is] of [
      ['p50', 50],
      ['p95', 95],
      ['p99', 99],
    ] as const) {
      expect(Math.abs((point?.latencyMs?.[ratio] ?? 0) - is)).toBeLessThanOrEqual(0.02 * is);
    }
  });

  it('are by time, variant and version, and have no latency where nothing was answered', () => {
    const tallies = createTallies();
    tallies.request(main, 'answered', 1, START + MINUTE_MS);
    tallies.request(main, 'lost', 1, START);
    tallies.request(canary, 'answered', 1, START);
    tallies.request({ ...canary, version: '9' }, 'answered', 1, START);
    const points = buildPoints(minutes(tallies), [], { stepMs: MINUTE_MS, now: START + HOUR_MS });
    expect(
      points.map(({ at, variant, version, latencyMs }) => [at.slice(14, 16), variant, version, latencyMs === null]),
    ).toEqual([
      ['00', 'canary', '9', false],
      ['00', 'canary', '10', false],
      ['00', 'main', '2', true],
      ['01', 'main', '2', false],
    ]);
  });

  it.each([
    ['one server all of the time', [[0, 60, 2]], 60, 2],
    [
      'two servers',
      [
        [0, 60, 2],
        [0, 60, 1],
      ],
      60,
      3,
    ],
    [
      'a server that was started again',
      [
        [0, 30, 1],
        [30, 60, 1],
      ],
      60,
      1,
    ],
    ['a step that goes on', [[0, 20, 3]], 20, 3],
    [
      'replicas that came in the middle',
      [
        [0, 30, 0],
        [30, 60, 2],
      ],
      60,
      1,
    ],
  ])('have the mean number of replicas of %s', (_what, spans, elapsedSeconds, expected) => {
    const tallies = createTallies();
    for (const [from = 0, until = 0, replicas = 0] of spans) {
      tallies.replicas(main, replicas, { start: START + from * 1000, end: START + until * 1000 });
    }
    const axis = { stepMs: MINUTE_MS, now: START + elapsedSeconds * 1000 };
    expect(buildPoints(minutes(tallies), [], axis)[0]?.replicas).toBe(expected);
  });

  it('share the cost of an interval by time, exactly', () => {
    const tallies = createTallies();
    tallies.replicas(main, 1, { start: START, end: START + 10 * MINUTE_MS });
    const costs = [
      cost(START - 50 * MINUTE_MS, START + 7.5 * MINUTE_MS, '5.75'),
      cost(START + 7.5 * MINUTE_MS, START + HOUR_MS, '5.25'),
    ];
    const points = buildPoints(minutes(tallies), costs, { stepMs: 5 * MINUTE_MS, now: START + HOUR_MS });
    expect(points.map((point) => point.cost?.amount)).toEqual(['0.5', '0.5']);
  });

  it('share the cost of one version by the replicas of its variants', () => {
    const tallies = createTallies();
    tallies.replicas(main, 3, { start: START, end: START + MINUTE_MS });
    tallies.replicas({ ...main, variant: 'other' }, 1, { start: START, end: START + MINUTE_MS });
    const points = buildPoints(minutes(tallies), [cost(START, START + MINUTE_MS, '4')], {
      stepMs: MINUTE_MS,
      now: START + HOUR_MS,
    });
    expect(points.map(({ variant, cost: part }) => [variant, part?.amount])).toEqual([
      ['main', '3'],
      ['other', '1'],
    ]);
  });

  it('have no cost where a part of it has no price', () => {
    const tallies = createTallies();
    tallies.replicas(main, 1, { start: START, end: START + MINUTE_MS });
    const costs = [cost(START, START + 1_000, '1'), cost(START + 1_000, START + MINUTE_MS, null)];
    expect(buildPoints(minutes(tallies), costs, { stepMs: MINUTE_MS, now: START + HOUR_MS })[0]?.cost).toBe(null);
  });
});

it('what is over is forgotten when it was asked for, and what could not be written is asked for again', () => {
  const tallies = createTallies();
  tallies.request(main, 'answered', 1, START);
  const changed = tallies.changed(START + MINUTE_MS);
  expect(changed.map(({ spanMs }) => spanMs)).toEqual([MINUTE_MS, HOUR_MS]);
  expect(tallies.changed(START + MINUTE_MS)).toEqual([]);
  tallies.again(changed);
  expect(tallies.changed(START + MINUTE_MS)).toEqual(changed);
});
