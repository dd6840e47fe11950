import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../platform/numbers/index.ts';
import { draws } from '../../../testing/deep.ts';
import { createChangeDetector, createHoldoutPairing } from './e-detector.ts';

/** A difference of two 0/1 outcomes: 1 and -1 with these probabilities, else 0. */
function drawDifference(random: number, gain: number, loss: number): number {
  if (random < gain) return 1;
  return random < gain + loss ? -1 : 0;
}

describe('e-detectors', () => {
  // By hand from M = e (M + 1) and M = e max(M, 1) with e = 1 + b (-0.25 - d), b = 0.8 / 2^k: two losses of 1.
  it('follow their recursions', () => {
    const bets = Array.from({ length: 8 }, (_, k) => 0.8 / 2 ** k);
    const factors = bets.map((bet) => 1 + bet * 0.75);
    const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / 8;
    const roberts = createChangeDetector({ margin: 0.25, averageRunLength: 1e5 });
    const cusum = createChangeDetector({ margin: 0.25, averageRunLength: 1e5, kind: 'cusum' });
    for (const detector of [roberts, cusum]) detector.add(-1);
    expect(roberts.evidence()).toBeCloseTo(average(factors), 12);
    expect(cusum.evidence()).toBeCloseTo(average(factors), 12);
    for (const detector of [roberts, cusum]) detector.add(-1);
    expect(roberts.evidence()).toBeCloseTo(average(factors.map((factor) => factor * (factor + 1))), 12);
    expect(cusum.evidence()).toBeCloseTo(average(factors.map((factor) => factor * factor)), 12);
  });

  it.each(['cusum', 'shiryaev-roberts'] as const)('%s keeps its average run length at the margin', (kind) => {
    const runs = draws(1000);
    const averageRunLength = 2000;
    let alarms = 0;
    for (let run = 0; run < runs; run += 1) {
      const next = createRandom(run);
      const detector = createChangeDetector({ margin: 0.02, averageRunLength, kind });
      for (let i = 0; i < 500 && !detector.isAlarm(); i += 1) detector.add(drawDifference(next(), 0.05, 0.07));
      if (detector.isAlarm()) alarms += 1;
    }
    // The chance of an alarm within n observations is at most n / average run length.
    expect(alarms / runs).toBeLessThanOrEqual(500 / averageRunLength);
  });

  it('detects a late loss that good data came before, and the alarm remains', () => {
    const next = createRandom(3);
    const detector = createChangeDetector({ margin: 0.02, averageRunLength: 1e5 });
    for (let i = 0; i < 20_000; i += 1) detector.add(drawDifference(next(), 0.03, 0.03));
    expect(detector.isAlarm()).toBe(false);
    let delay = 0;
    while (!detector.add(drawDifference(next(), 0.03, 0.13))) delay += 1;
    expect(delay).toBeLessThan(1000);
    expect(detector.add(1)).toBe(true);
  });

  it('takes differences with other bounds', () => {
    const [one, ten] = [
      createChangeDetector({ margin: 0.1, averageRunLength: 100 }),
      createChangeDetector({ margin: 1, averageRunLength: 100, range: 10 }),
    ];
    for (const difference of [-1, 0.5, -0.3]) {
      one.add(difference);
      ten.add(10 * difference);
    }
    expect(ten.evidence()).toBeCloseTo(one.evidence(), 12);
  });

  it('pairs a hold-out with the requests around it, each used once', () => {
    const pairing = createHoldoutPairing();
    expect(pairing.add('candidate', 1)).toBeNull();
    expect(pairing.add('candidate', 0)).toBeNull();
    expect(pairing.add('baseline', 1)).toBe(-0.5);
    expect(pairing.add('baseline', 1)).toBeNull();
    expect(pairing.add('baseline', 0)).toBeNull();
    expect(pairing.add('candidate', 1)).toBe(0.5);
  });

  it('refuses a wrong question and differences beyond the range', () => {
    expect(() => createChangeDetector({ margin: -0.1, averageRunLength: 10 })).toThrow(RangeError);
    expect(() => createChangeDetector({ margin: 0.1, averageRunLength: 0 })).toThrow(RangeError);
    expect(() => createChangeDetector({ margin: 0.1, averageRunLength: 10 }).add(1.5)).toThrow(RangeError);
  });
});
