import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { Application } from '../../../main.ts';
import { call, catchProblem, testApplication } from '../../../testing/application.ts';
import { seeded } from '../../../testing/random.ts';
import { adviseSpot, replaySpotDeadline, type SpotHistory } from '../schema.ts';
import { cutHistory, estimateInterruptions, iterateRuns } from './availability.ts';
import { computeDalyInterval, computeExpectedBillRatio, computeYoungInterval } from './checkpoint-interval.ts';
import { replayCheckpoints } from './checkpoint-replay.ts';

const HOUR = 3600;
let application: Application;
beforeAll(async () => {
  application = await testApplication();
});
afterAll(() => application[Symbol.asyncDispose]());

const job = { workHours: 20, saveSeconds: 60, restartSeconds: 120 };
const advise = (rest: Partial<z.input<typeof adviseSpot.body>>) =>
  call(application, adviseSpot, { body: { ...job, ...rest } });

/** Runs of about 3 hours with an hour between them. */
function choppy(name = 'zone-a', seed = 3): SpotHistory {
  const next = seeded(seed);
  const up: [number, number][] = [];
  let now = 0;
  while (now < 1000 * HOUR) {
    const start = now + Math.ceil(HOUR * (0.5 + next()));
    const end = start + Math.ceil(-Math.log(1 - next()) * 3 * HOUR);
    up.push([start, end]);
    now = end;
  }
  return { name, lengthSeconds: now + HOUR, up };
}

describe('formulas', () => {
  it.each([
    [180, 10.51, 3691, 3572, 1.107],
    [180, 2.26, 1711, 1594, 1.254],
  ])('for saves of %d s and %d h between interruptions', (save, hours, young, daly, ratio) => {
    const mean = hours * HOUR;
    expect(computeYoungInterval(save, mean)).toBeCloseTo(young, -0.5);
    expect(computeDalyInterval(save, mean)).toBeCloseTo(daly, -0.5);
    const costs = { saveSeconds: save, restartSeconds: 360 };
    expect(computeExpectedBillRatio(costs, mean, computeYoungInterval(save, mean))).toBeCloseTo(ratio, 2);
  });

  it('save once in a whole mean time where a save takes longer than two of them', () => {
    expect(computeDalyInterval(300, 100)).toBe(100);
  });
});

describe('a history of capacity', () => {
  const history = {
    name: 'a',
    lengthSeconds: 100,
    up: [
      [0, 20],
      [50, 100],
    ] as const,
  };

  it('goes on behind its end with its beginning, as one run', () => {
    const runs = iterateRuns(history, 60);
    expect([runs.next().value, runs.next().value]).toEqual([
      { start: 0, end: 60 },
      { start: 90, end: 160 },
    ]);
  });

  it('that always has capacity is one run without end, and one that never has any is none', () => {
    expect([...iterateRuns({ name: 'a', lengthSeconds: 10, up: [[0, 10]] }, 3)]).toEqual([
      { start: 0, end: Number.POSITIVE_INFINITY },
    ]);
    expect([...iterateRuns({ name: 'a', lengthSeconds: 10, up: [] }, 3)]).toEqual([]);
  });

  it('counts a run that lasts to the end as no interruption', () => {
    expect(estimateInterruptions(history)).toMatchObject({ upSeconds: 70, interruptions: 1, meanSeconds: 70 });
    expect(estimateInterruptions(cutHistory(history, 60, 100))).toMatchObject({
      interruptions: 0,
      meanSeconds: null,
      highSeconds: null,
    });
  });
});

describe('a replayed job with saves', () => {
  const replayed = (up: readonly (readonly [number, number])[], workSeconds: number) =>
    replayCheckpoints({ name: 'a', lengthSeconds: 1_000_000, up }, 0, {
      ...{ workSeconds, intervalSeconds: 100, saveSeconds: 10, restartSeconds: 30 },
    });

  it.each([
    ['that is not interrupted restarts once and does not save at its end', [[0, 5000]], 250, 300, 300, 0],
    [
      'loses what it had not saved',
      [
        [0, 200],
        [500, 5000],
      ],
      250,
      200 + 30 + 160,
      690,
      1,
    ],
    [
      'has nothing of capacity that goes before it has begun',
      [
        [0, 20],
        [500, 5000],
      ],
      100,
      20 + 130,
      630,
      1,
    ],
    [
      'does not count a save that was not done',
      [
        [0, 139],
        [500, 5000],
      ],
      200,
      139 + 30 + 210,
      740,
      1,
    ],
  ] as const)('%s', (_name, up, work, paidSeconds, elapsedSeconds, interruptions) => {
    expect(replayed(up, work)).toEqual({ paidSeconds, elapsedSeconds, interruptions });
  });

  it('that never gets to a save does not end', () => {
    expect(
      replayCheckpoints({ name: 'a', lengthSeconds: 1000, up: [[0, 100]] }, 0, {
        ...{ workSeconds: 500, intervalSeconds: 100, saveSeconds: 10, restartSeconds: 30 },
      }),
    ).toBeNull();
  });
});

describe('POST /api/v1/gpus/spot-advices', () => {
  it('chooses by replay, states the choice tried on the other half, and what it costs', async () => {
    const { zones, onDemandBill } = await advise({
      histories: [choppy('worse', 5), choppy()],
      spotPrice: { amount: '0.918', currency: 'USD' },
      onDemandPrice: { resource: 'p3.2xlarge' },
    });
    expect(onDemandBill).toEqual({ amount: '61.2', currency: 'USD' });
    expect(zones.map(({ ratio }) => ratio)).toEqual(zones.map(({ ratio }) => ratio).toSorted());
    const [best] = zones;
    expect(best).toMatchObject({ method: 'replay', starts: 200, spotPays: true });
    const ratios = best?.grid.map(({ replayedRatio }) => replayedRatio ?? Number.POSITIVE_INFINITY) ?? [];
    expect(Math.min(...ratios)).toBeCloseTo(best?.ratio ?? 0, 9);
    expect(best?.lowMeanHours).toBeLessThan(best?.meanHours ?? 0);
    expect(best?.highMeanHours).toBeGreaterThan(best?.meanHours ?? 0);
    expect(best?.holdOut?.bestRatio).toBeLessThanOrEqual(best?.holdOut?.ratio ?? 0);
    expect(Number(best?.spotBill?.amount)).toBeCloseTo(0.918 * 20 * (best?.ratio ?? 0), 4);
    expect(Number(best?.breakEvenSpotPrice?.amount)).toBeCloseTo(3.06 / (best?.ratio ?? 1), 4);
  });

  it('does not pay where spot costs as much as on demand', async () => {
    const price = { amount: '3.06', currency: 'USD' };
    const { zones } = await advise({ histories: [choppy()], spotPrice: price, onDemandPrice: price });
    expect(zones[0]).toMatchObject({ spotPays: false });
  });

  it('goes by Daly where there are few interruptions, and by the least mean time where there is none', async () => {
    const { zones } = await advise({
      histories: [
        {
          name: 'few',
          lengthSeconds: 400 * HOUR,
          up: [
            [0, 100 * HOUR],
            [101 * HOUR, 300 * HOUR],
          ],
        },
        { name: 'whole', lengthSeconds: 400 * HOUR, up: [[0, 400 * HOUR]] },
        { name: 'empty', lengthSeconds: 400 * HOUR, up: [] },
      ],
    });
    const by = new Map(zones.map((zone) => [zone.name, zone]));
    expect(by.get('few')).toMatchObject({
      method: 'daly',
      interruptions: 2,
      holdOut: null,
      spotBill: null,
      spotPays: null,
    });
    expect(by.get('whole')).toMatchObject({
      method: 'daly',
      meanHours: null,
      formulaRatio: null,
      lowMeanHours: 400 / 3,
    });
    expect(by.get('empty')).toMatchObject({ method: 'none', intervalSeconds: null, ratio: null, availableShare: 0 });
  });

  it('goes by a stated mean or band, and says of the open band that nothing is known', async () => {
    const stated = await advise({ meanHours: 10 });
    expect(stated.zones).toMatchObject([{ name: 'stated', method: 'daly', meanHours: 10, starts: 0 }]);
    expect(stated.zones[0]?.ratio).toBeCloseTo(1.06, 2);
    const band = await advise({ band: '5-10%' });
    expect(band.zones[0]?.meanHours).toBeCloseTo(6264, 0);
    const open = await advise({ band: '>20%' });
    expect(open.zones).toMatchObject([{ method: 'none', ratio: null, intervalSeconds: null }]);
    expect(open.zones[0]?.reason).toContain('give a history');
  });

  it.each([
    ['nothing to go by', {}],
    ['two things to go by', { meanHours: 3, band: '<5%' as const }],
    [
      'runs in disorder',
      {
        histories: [
          {
            name: 'a',
            lengthSeconds: 100,
            up: [
              [50, 60],
              [10, 20],
            ] as [number, number][],
          },
        ],
      },
    ],
    ['a run behind the end', { histories: [{ name: 'a', lengthSeconds: 100, up: [[50, 101]] as [number, number][] }] }],
    [
      'two currencies',
      { meanHours: 3, spotPrice: { amount: '1', currency: 'EUR' }, onDemandPrice: { amount: '2', currency: 'USD' } },
    ],
  ])('refuses %s', async (_name, body) => {
    expect(await catchProblem(advise(body))).toMatchObject({ code: 'invalid_request' });
  });

  it('refuses a resource without a price', async () => {
    const asked = advise({ meanHours: 3, spotPrice: { resource: 'gpu:none-such' } });
    expect(await catchProblem(asked)).toMatchObject({ code: 'price_not_found' });
  });
});

describe('POST /api/v1/gpus/deadline-replays', () => {
  const body = {
    histories: [choppy()],
    ...{ workHours: 10, deadlineHours: 14, changeoverSeconds: 300 },
    spotPrice: { amount: '0.918', currency: 'USD' },
    onDemandPrice: { resource: 'p3.2xlarge' },
  };

  it('answers misses and costs of both policies, the same for the same seed', async () => {
    const first = await call(application, replaySpotDeadline, { body });
    expect(first).toMatchObject({
      promised: true,
      spotPriceRatio: 0.3,
      onDemandCost: { amount: '30.6', currency: 'USD' },
    });
    expect(first.totals[0]).toMatchObject({ policy: 'uniformProgress', starts: 100, misses: 0 });
    expect(Number(first.totals[0]?.cost?.amount)).toBeCloseTo(30.6 * (first.totals[0]?.costRatio ?? 0), 3);
    expect(await call(application, replaySpotDeadline, { body })).toEqual(first);
    const other = await call(application, replaySpotDeadline, { body: { ...body, seed: 2 } });
    expect(other.totals[0]?.costRatio).not.toBe(first.totals[0]?.costRatio);
  });

  it('refuses a replay that would take minutes, and prices that are not whole', async () => {
    const long = { ...body, workHours: 9000, deadlineHours: 10_000, stepSeconds: 10, starts: 1000 };
    expect(await catchProblem(call(application, replaySpotDeadline, { body: long }))).toMatchObject({
      code: 'spot_replay_too_long',
    });
    const short = { ...body, histories: [{ name: 'a', lengthSeconds: 1e-6, up: [[0, 1e-7]] as [number, number][] }] };
    expect(await catchProblem(call(application, replaySpotDeadline, { body: short }))).toMatchObject({
      code: 'spot_replay_too_long',
    });
    const { spotPrice: _spotPrice, ...half } = body;
    expect(await catchProblem(call(application, replaySpotDeadline, { body: half }))).toMatchObject({
      code: 'invalid_request',
    });
  });
});
