import { describe, expect, it } from 'vitest';
import { draws } from '../../testing/deep.ts';
import { seeded } from '../../testing/random.ts';
import { formatDay, toDayNumber } from './day.ts';
import type { FoundAnomaly } from './describe-cause.ts';
import { reconcile } from './reconcile.ts';
import type { AnomalyFeedback } from './schema.ts';
import type { StoredAnomaly } from './store.ts';

const FIRST_DAY = toDayNumber('2026-09-01');
const NOW = '2026-11-15T00:00:00.000Z';
const SKUS = ['p4d', 'm6i', 'db.r6g'];

/** A found anomaly of a SKU: 10 a day beyond the expected cost. */
function found(sku: string, from: number, days: number, open = false): FoundAnomaly {
  const amount = String(10 * days);
  return {
    ...{ measure: 'cost', kind: 'spike', direction: 'over', currency: 'USD', unit: null, open, evidence: null },
    ...{ slice: [{ dimension: 'skuId', value: sku }], except: [], seenIn: [[]], differences: [], spend: [] },
    ...{ start: formatDay(FIRST_DAY + from), end: formatDay(FIRST_DAY + from + days - 1) },
    ...{ actual: amount, expected: '0', impact: amount, title: sku, sentence: `${sku} rose.` },
  };
}

/** Random findings of a judging, as from the bills received so far. */
function randomFound(next: () => number): FoundAnomaly[] {
  return SKUS.flatMap((sku) => {
    const [from, days] = [Math.floor(next() * 40), 1 + Math.floor(next() * 12)];
    if (next() < 0.3) return [];
    const one = found(sku, from, days, next() < 0.2);
    return next() < 0.3 ? [one, found(sku, from + days + 3, 2)] : [one];
  });
}

async function judge(
  stored: readonly StoredAnomaly[],
  of: readonly FoundAnomaly[],
  settledBefore: string | null = null,
): Promise<StoredAnomaly[]> {
  const changed = await reconcile({
    ...{ stored, found: of, settledBefore, now: NOW },
    newId: ({ slice, start }, taken) => `an_${slice[0]?.value}_${start}_${taken.size}`,
    costNow: async ({ actual }) => actual,
  });
  const all = new Map([...stored, ...changed].map((one) => [one.id, one]));
  return [...all.values()].toSorted((a, b) => (a.start < b.start ? 1 : -1));
}

const countedOf = (stored: readonly StoredAnomaly[]) =>
  stored
    .filter(({ state }) => state === 'open' || state === 'ended')
    .map(({ title, start, end, state, impact }) => [title, start, end, state, impact].join(' '))
    .toSorted();
const wordsOf = (of: readonly FoundAnomaly[]) =>
  of
    .map(({ title, start, end, open, impact }) => [title, start, end, open ? 'open' : 'ended', impact].join(' '))
    .toSorted();

describe('whatever was found before', () => {
  it('the anomalies that count are those that the last bills show', async () => {
    for (let seed = 0; seed < draws(500); seed += 1) {
      const next = seeded(seed);
      let stored: StoredAnomaly[] = [];
      for (let round = 0; round < 5; round += 1) {
        const of = randomFound(next);
        stored = await judge(stored, of);
        expect(countedOf(stored), `seed ${seed}, round ${round}`).toEqual(wordsOf(of));
        expect(new Set(stored.map(({ id }) => id)).size).toBe(stored.length);
      }
    }
  });
});

describe('an anomaly that bills of other days explain', () => {
  const region = found('eastus', 30, 14, true);

  it('is withdrawn, though its own days cost the same, and comes back under its id', async () => {
    const before = await judge([], [region]);
    const after = await judge(before, []);
    expect(after).toMatchObject([{ id: before[0]?.id, state: 'withdrawn', restatement: null }]);
    expect(await judge(after, [region])).toMatchObject([{ id: before[0]?.id, state: 'open' }]);
  });

  it('keeps the verdict of a person while it is withdrawn and when it comes back', async () => {
    const verdict: AnomalyFeedback = {
      ...{ verdict: 'wrong', until: null, note: 'a backfill', by: 'a person', at: NOW },
      ...{ afterDay: region.end, from: null },
    };
    const [first] = await judge([], [region]);
    if (first === undefined) throw new Error('nothing was stored');
    const withdrawn = await judge([{ ...first, feedback: verdict }], []);
    expect(withdrawn).toMatchObject([{ state: 'withdrawn', feedback: verdict }]);
    const [again] = await judge(withdrawn, [found('eastus', 32, 12, true)]);
    expect(again).toMatchObject({ id: first.id, state: 'open', feedback: verdict });
  });

  it('stays as it was found when its bills are older than what is judged', async () => {
    const before = await judge([], [region]);
    expect(countedOf(await judge(before, [], '2027-01-01'))).toEqual(countedOf(before));
  });
});
