import { describe, expect, it } from 'vitest';
import { CanaryAnalysis } from '../../mlops/endpoint-spec/rollout/schema.ts';
import {
  type BusyEvidence,
  type CanaryEvidence,
  createBusyRecorder,
  NO_BUSY,
  type PriceEvidence,
  type SideEvidence,
} from '../../mlops/serving/index.ts';
import { judgeCanary } from './judge.ts';

const machine = { resource: 'machine', quantity: '1' };
const gpu = { resource: 'gpu:A10G', quantity: '1' };
const price = (amount: string, currency: string | null = 'USD') => ({ amount, currency, source: 'a book' });

/** Requests of 18 to 22 ms on average 20 ms, times `factor`. */
function buildBusy(requests: number, factor = 1, held = machine): BusyEvidence {
  const recorder = createBusyRecorder();
  for (let at = 0; at < requests; at += 1) {
    recorder.record({ busyMs: factor * (18 + ((at * 7919) % 1_001) / 250), held });
  }
  return recorder.read();
}

function judgeCost(live: BusyEvidence, canary: BusyEvidence, prices: PriceEvidence | null) {
  const buildSide = (busy: BusyEvidence): SideEvidence => ({
    ...{ requests: busy.requests, errors: 0, batches: [], latenciesMs: [], stride: 1, busy },
  });
  const evidence: CanaryEvidence = {
    ...{ share: 0.05, isAssignedByRequest: false, live: buildSide(live), canary: buildSide(canary) },
    ...{ quality: [null], series: [null], prices, fractions: [], previous: null },
  };
  const analysis = CanaryAnalysis.parse({ checks: [{ metric: 'cost', ratio: 1.1 }] });
  return judgeCanary(evidence, { analysis, steps: 1 }).checks[0];
}

const both = (amount: string): PriceEvidence => ({ live: [price(amount)], canary: [price(amount)], reason: null });

describe('a check of cost', () => {
  it('compares the busy cost of requests, whatever the share of the traffic', () => {
    const check = judgeCost(buildBusy(8_000), buildBusy(400, 1.02), both('3.60'));
    expect(check).toMatchObject({
      ...{ name: 'cost', scale: 'ratio', limit: 1.1, n: 400, verdict: 'passes', reason: null },
      estimate: expect.closeTo(1.02, 2),
      cost: {
        ...{ metric: 'effective', basis: 'busy' },
        prices: [
          { side: 'live', resource: '1 x machine', perHour: { amount: '3.60', currency: 'USD' }, source: 'a book' },
          { side: 'canary', resource: '1 x machine', perHour: { amount: '3.60', currency: 'USD' }, source: 'a book' },
        ],
      },
    });
    // 1,000 requests of 20 ms at 3.60 an hour.
    expect(Number(check?.cost?.livePerThousand.amount)).toBeCloseTo(0.02, 4);
  });

  it('fails where the new revision needs more time, or dearer replicas', () => {
    expect(judgeCost(buildBusy(2_000), buildBusy(2_000, 1.7), both('1'))?.verdict).toBe('fails');
    const dearer = { live: [price('1')], canary: [price('2')], reason: null };
    const check = judgeCost(buildBusy(2_000), buildBusy(2_000, 0.9, gpu), dearer);
    expect(check).toMatchObject({ verdict: 'fails', estimate: expect.closeTo(1.8, 2) });
  });

  it('values a side with several resources by the resource of each request', () => {
    const recorder = createBusyRecorder();
    for (let at = 0; at < 1_000; at += 1)
      recorder.record({ busyMs: 19 + (at % 3), held: at % 2 === 0 ? machine : gpu });
    const prices = { live: [price('1')], canary: [price('1'), price('3')], reason: null };
    expect(judgeCost(buildBusy(1_000), recorder.read(), prices)?.estimate).toBeCloseTo(2, 1);
  });

  it('pays each stage of a cascade at the price of its replica', () => {
    const recorder = createBusyRecorder();
    // Each request asks the machine for 20 ms on average; one in four escalates to the GPU for as long.
    for (let at = 0; at < 2_000; at += 1) {
      const first = { busyMs: 19 + (at % 3), held: machine };
      if (at % 4 === 0) recorder.record(first, { busyMs: 19 + (at % 5), held: gpu });
      else recorder.record(first);
    }
    const prices = { live: [price('4')], canary: [price('1'), price('4')], reason: null };
    // 20 ms x 1 + 0.25 x 21 ms x 4 against 20 ms x 4, where all requests have the GPU.
    const check = judgeCost(buildBusy(2_000, 1, gpu), recorder.read(), prices);
    expect(check).toMatchObject({ n: 2_000, verdict: 'passes', estimate: expect.closeTo((20 + 21) / 80, 2) });
    const perThousand = ((20 + 0.25 * 21 * 4) / 3_600_000) * 1000;
    expect(Number(check?.cost?.canaryPerThousand.amount)).toBeCloseTo(perThousand, 3);
  });

  it.each<[string, PriceEvidence | null, RegExp]>([
    [
      'no price of the new revision',
      { live: [price('1')], canary: [null], reason: null },
      /no price for "machine" of the new revision/,
    ],
    [
      'no currency',
      { live: [price('1', null)], canary: [price('1')], reason: null },
      /no price for "machine" of the live/,
    ],
    ['a price of 0', { live: [price('0')], canary: [price('1')], reason: null }, /is 0: costs have a ratio only/],
    ['a negative price', { live: [price('1')], canary: [price('-1')], reason: null }, /is -1: costs have a ratio only/],
    [
      'two currencies',
      { live: [price('1')], canary: [price('1', 'EUR')], reason: null },
      /different currencies \(USD, EUR\)/,
    ],
    [
      'a price book that cannot be read',
      { live: [], canary: [], reason: 'The prices could not be read.' },
      /could not be read/,
    ],
    ['no prices yet', null, /not been read yet/],
  ])('with %s is inconclusive with the reason, and has no cost', (_, prices, reason) => {
    const check = judgeCost(buildBusy(2_000), buildBusy(2_000, 0.5), prices);
    expect(check).toMatchObject({ verdict: 'inconclusive', estimate: null, reason: expect.stringMatching(reason) });
    expect(check?.cost).toBeUndefined();
  });

  it('is inconclusive without requests in a replica, and with few', () => {
    expect(judgeCost(NO_BUSY, NO_BUSY, both('1'))).toMatchObject({ verdict: 'inconclusive', n: 0 });
    expect(judgeCost(buildBusy(2_000), buildBusy(3), both('1'))).toMatchObject({ verdict: 'inconclusive', n: 3 });
  });
});
