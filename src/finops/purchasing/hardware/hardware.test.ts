import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { Application } from '../../../main.ts';
import { call, catchProblem, testApplication } from '../../../testing/application.ts';
import { adviseHardware } from '../schema.ts';

let application: Application;
beforeAll(async () => {
  application = await testApplication();
});
afterAll(() => application[Symbol.asyncDispose]());

type Body = z.input<typeof adviseHardware.body>;
const usd = (amount: string) => ({ amount, currency: 'USD' });
const row = (type: string, bucket: string, requestsPerSecond: number, latencyMs: number, memoryGib?: number) => ({
  ...{ type, bucket, requestsPerSecond, latencyMs },
  ...(memoryGib === undefined ? {} : { memoryGib }),
});
/** g5 is quick with short requests; p4de alone is in time with long ones. */
const profiles = [
  row('g5.xlarge', 'short', 8, 150, 24),
  row('g5.xlarge', 'short', 12, 190, 24),
  row('g5.xlarge', 'short', 16, 400, 24),
  row('g5.xlarge', 'long', 1, 900, 24),
  row('g6e.xlarge', 'short', 20, 180, 48),
  row('g6e.xlarge', 'long', 2, 480, 48),
  row('p4de.24xlarge', 'short', 200, 100, 640),
  row('p4de.24xlarge', 'long', 40, 300, 640),
];
const demand = [
  { bucket: 'short', requestsPerSecond: 30, latencyMs: 200 },
  { bucket: 'long', requestsPerSecond: 3, latencyMs: 500 },
];
const advise = (body: Partial<Body>) => call(application, adviseHardware, { body: { profiles, demand, ...body } });

describe('POST /api/v1/gpus/hardware-advices', () => {
  it('finds the cheapest mix that is in time, what it carries, and what it saves against the present', async () => {
    const advice = await advise({ present: [{ type: 'p4de.24xlarge', replicas: 2 }], consider: ['p5.48xlarge'] });
    // Long on g6e: 3 / (2 x 0.8) = 1.875 replicas. Short: the spare capacity there, then g5 of 12 x 0.8 = 9.6 each.
    const { best } = advice;
    expect(advice).toMatchObject({ isProven: true, reason: null });
    const counts = Object.fromEntries(best?.replicas.map(({ type, replicas }) => [type, replicas]) ?? []);
    expect(counts).toEqual({ 'g5.xlarge': 3, 'g6e.xlarge': 2 });
    expect(best?.pricePerHour).toEqual(usd('6.74'));
    expect(best?.pricePerMonth).toEqual(usd('4920.2'));
    for (const { loadRatio } of best?.replicas ?? []) expect(loadRatio).toBeLessThanOrEqual(0.8 + 1e-9);
    expect(best?.replicas.map(({ survivesLoss }) => survivesLoss)).toEqual([true, false]);
    expect(advice.present).toEqual({
      pricePerHour: usd('54.8941'),
      meetsDemand: true,
      monthlySaving: usd('35152.493'),
    });
    const verdicts = Object.fromEntries(advice.types.map(({ type, verdict }) => [type, verdict]));
    expect(verdicts).toEqual({
      ...{ 'g5.xlarge': 'usable', 'g6e.xlarge': 'usable', 'p4de.24xlarge': 'usable', 'p5.48xlarge': 'notMeasured' },
    });
    const [g5, g6e, p4] = advice.types;
    expect(g5).toMatchObject({
      aloneReplicas: null,
      requestsPerSecond: [{ requestsPerSecond: 12 }, { requestsPerSecond: null }],
    });
    expect(g6e).toMatchObject({ aloneReplicas: 4, alonePricePerHour: usd('7.444') });
    expect(p4).toMatchObject({ aloneReplicas: 2 });
  });

  it('recommends nothing that is too small, too slow or without a price, and says why', async () => {
    const advice = await advise({
      profiles: [
        ...[row('g5.xlarge', 'short', 12, 190, 24), row('g5.xlarge', 'long', 5, 100, 24)],
        ...[row('slow', 'short', 5, 900), row('slow', 'long', 5, 900)],
        ...[row('nameless', 'short', 50, 90), row('nameless', 'long', 50, 90)],
        row('other', 'medium', 5, 5),
      ],
      memoryGib: 40,
      prices: [{ type: 'slow', price: usd('0.1') }],
    });
    expect(advice.best).toBeNull();
    expect(advice.reason).toBe('no usable type was measured to answer "short" within 200 ms');
    expect(advice.types.map(({ verdict }) => verdict)).toEqual(['tooSmall', 'tooSlow', 'notPriced', 'notMeasured']);
    expect(advice.types.map(({ reason }) => reason)).toEqual([
      '24 GiB of memory, of 40 GiB that the model needs',
      'never in time: 900 ms at best',
      'neither stated nor in the price book',
      'no size that is asked for was measured on it',
    ]);
  });

  it('keeps as many replicas as redundancy asks for, and says that what runs now is too little', async () => {
    const little = [{ bucket: 'short', requestsPerSecond: 1, latencyMs: 200 }];
    const advice = await advise({ demand: little, present: [{ type: 'g6e.xlarge', replicas: 1 }] });
    expect(advice.best?.replicas).toMatchObject([{ type: 'g5.xlarge', replicas: 2, survivesLoss: true }]);
    expect((await advise({ present: [{ type: 'g5.xlarge', replicas: 9 }] })).present).toMatchObject({
      meetsDemand: false,
    });
    expect((await advise({ present: [{ type: 'vax', replicas: 9 }] })).present).toEqual({
      ...{ pricePerHour: null, meetsDemand: null, monthlySaving: null },
    });
  });

  it.each<[string, Partial<Body>, string]>([
    ['a size that is asked for twice', { demand: [...demand, ...demand] }, 'invalid_request'],
    [
      'prices of two currencies',
      { prices: [{ type: 'g5.xlarge', price: { amount: '1', currency: 'EUR' } }] },
      'invalid_request',
    ],
    [
      'more types than are tried',
      { profiles: Array.from({ length: 21 }, (_, at) => row(`t${at}`, 'short', 1, 1)) },
      'profile_unusable',
    ],
  ])('refuses %s', async (_name, body, code) => {
    expect(await catchProblem(advise(body))).toMatchObject({ code });
  });

  it('says so where nothing was measured', async () => {
    const advice = await advise({ profiles: [], consider: ['g5.xlarge'] });
    expect(advice).toMatchObject({ best: null, present: null, types: [{ verdict: 'notMeasured' }] });
  });
});
