import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Card, findCard } from './cards.ts';
import { buildProfileName, chooseProfile, computeLeastCards, type MigProfile, placeProfiles } from './mig.ts';
import { computeLeastByTimeSlicing, planSharing } from './time-slicing.ts';

const GB = 1e9;
const card = (resource: string): Card => {
  const found = findCard(resource);
  if (found === null) throw new Error(resource);
  return found;
};

describe('a card', () => {
  it.each([
    ['gpu:H100', 'H100', true],
    ['gpu:H200', 'H200', true],
    ['gpu:A100-80GB', 'A100-80GB', true],
    ['gpu:A100-40GB', 'A100-40GB', true],
    ['gpu:A10G', 'A10', false],
    ['gpu:T4', 'T4', false],
    ['gpu:A100', undefined, undefined],
    ['p4d.24xlarge', undefined, undefined],
  ])('of %s is %s', (resource, name, hasMig) => {
    expect([findCard(resource)?.name, findCard(resource)?.hasMig]).toEqual([name, hasMig]);
  });
});

describe('the smallest cut', () => {
  it.each<[string, number, number, string | null]>([
    ['gpu:H100', 0.1, 5 * GB, '1g.10gb'],
    ['gpu:H100', 0.1, 12 * GB, '1g.20gb'],
    ['gpu:H100', 0.12, 5 * GB, '2g.20gb'],
    ['gpu:H100', 0.3, 20 * GB, '3g.40gb'],
    ['gpu:H100', 0.4, 20 * GB, '4g.40gb'],
    ['gpu:H100', 0.5, 5 * GB, null],
    ['gpu:H100', 0.1, 50 * GB, null],
    ['gpu:H200', 0.1, 5 * GB, '1g.18gb'],
    ['gpu:A100-40GB', 0.1, 6 * GB, '2g.10gb'],
    ['gpu:T4', 0, 0, null],
  ])('of %s for P95 %d and %i bytes is %s', (resource, utilizationP95, memoryMaxBytes, expected) => {
    const profile = chooseProfile(card(resource), { utilizationP95, memoryMaxBytes });
    expect(profile === null ? null : buildProfileName(card(resource), profile)).toBe(expected);
  });
});

const kinds: Readonly<Record<string, MigProfile>> = {
  '1g': { compute: 1, memory: 1, starts: [0, 1, 2, 3, 4, 5, 6] },
  '1gx': { compute: 1, memory: 2, starts: [0, 2, 4, 6] },
  '2g': { compute: 2, memory: 2, starts: [0, 2, 4] },
  '3g': { compute: 3, memory: 4, starts: [0, 4] },
  '4g': { compute: 4, memory: 4, starts: [0] },
  '7g': { compute: 7, memory: 8, starts: [0] },
};
const ofKinds = (...names: string[]) => names.flatMap((name) => kinds[name] ?? []);

describe('cuts on cards', () => {
  it.each<[string[], number]>([
    [[], 0],
    [Array(7).fill('1g'), 1],
    [Array(8).fill('1g'), 2],
    [['2g', '2g', '2g'], 1],
    [['2g', '2g', '2g', '1g'], 1],
    [['2g', '2g', '2g', '2g'], 2],
    [['3g', '3g'], 1],
    [['4g', '3g'], 1],
    [['4g', '4g'], 2],
    [['4g', '3g', '3g'], 2],
    [['1gx', '1gx', '1gx', '1gx'], 1],
    [['7g', '1g'], 2],
  ])('of %j are %i', (names, count) => {
    expect(placeProfiles(ofKinds(...names))).toHaveLength(count);
  });

  it('begin where they may, are never over each other, and are no fewer than can be', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...Object.keys(kinds)), { maxLength: 20 }), (names) => {
        const profiles = ofKinds(...names);
        const cards = placeProfiles(profiles);
        const seen = cards.flat().map(({ index }) => index);
        expect(seen.toSorted((a, b) => a - b)).toEqual(profiles.map((_, index) => index));
        for (const placed of cards) {
          const slots = placed.flatMap(({ index, start }) => {
            expect(profiles[index]?.starts).toContain(start);
            return Array.from({ length: profiles[index]?.memory ?? 0 }, (_, slot) => start + slot);
          });
          expect(new Set(slots).size).toBe(slots.length);
          expect(Math.max(...slots)).toBeLessThan(8);
          expect(placed.reduce((sum, { index }) => sum + (profiles[index]?.compute ?? 0), 0)).toBeLessThanOrEqual(7);
        }
        expect(cards.length).toBeGreaterThanOrEqual(computeLeastCards(profiles));
      }),
    );
  });
});

describe('loads that take turns', () => {
  const load = fc.record({
    utilizationP95: fc.double({ min: 0, max: 1, noNaN: true }),
    memoryMaxBytes: fc.integer({ min: 0, max: 20 * GB }),
  });
  it('fit on each GPU with their memory and 10 %, and with their 95th percentiles', () => {
    fc.assert(
      fc.property(fc.array(load, { maxLength: 20 }), (loads) => {
        const gpus = planSharing(loads, 24 * GB);
        expect(gpus.flat().toSorted((a, b) => a - b)).toEqual(loads.map((_, place) => place));
        for (const places of gpus) {
          const all = places.flatMap((place) => loads[place] ?? []);
          expect(all.reduce((sum, one) => sum + one.utilizationP95, 0)).toBeLessThanOrEqual(1 + 1e-9);
          expect(all.reduce((sum, one) => sum + one.memoryMaxBytes * 1.1, 0)).toBeLessThanOrEqual(24 * GB * (1 + 1e-9));
        }
        expect(gpus.length).toBeGreaterThanOrEqual(computeLeastByTimeSlicing(loads, 24 * GB));
      }),
    );
  });
});
