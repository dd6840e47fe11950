import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseTarget } from '../inference/protocols/target.ts';
import { chooseByWeight, computeStickyPlace } from './traffic.ts';

it('traffic is split by weight', () => {
  const weights = { main: 90, canary: 10 };
  const weightOf = (name: keyof typeof weights) => weights[name];
  const names = Object.keys(weights) as (keyof typeof weights)[];
  const seen = Array.from({ length: 1_000 }, (_, at) => chooseByWeight(names, weightOf, at / 1_000));
  expect(seen.filter((name) => name === 'canary').length).toBe(100);
});

it('a canary that stands last and grows takes callers from others and loses none', () => {
  const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(place, fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }), (at, one, other) => {
      const [small, large] = [one, other].toSorted((a, b) => a - b) as [number, number];
      const chosen = (canary: number) =>
        chooseByWeight(['main', 'canary'], (name) => (name === 'canary' ? canary : 100 - canary), at);
      if (chosen(small) === 'canary') expect(chosen(large)).toBe('canary');
    }),
  );
});

const places = (salt?: string) =>
  Array.from({ length: 4_000 }, (_, caller) => {
    const request = { headers: { 'x-user': `u${caller}` }, body: Buffer.alloc(0) };
    return computeStickyPlace('e', { header: 'X-User', ...(salt === undefined ? {} : { salt }) }, request) ?? -1;
  });

it('the assignment of callers without a salt is that of the hash of endpoint and key', () => {
  const hash = createHash('sha256').update('e\nu0').digest();
  expect(places()[0]).toBe(hash.readUInt32BE(0) / 2 ** 32);
});

it.each([
  ['none', 'first'],
  ['first', 'second'],
])('assignments with the salts %s and %s are independent', (one, other) => {
  const [a, b] = [places(one === 'none' ? undefined : one), places(other)];
  const low = a.map((place) => place < 0.5);
  const inBoth = b.filter((place, at) => low[at] && place < 0.5).length;
  // A quarter of 4,000, with 5 standard deviations of the binomial distribution.
  expect(Math.abs(inBoth - 1_000)).toBeLessThan(5 * Math.sqrt(4_000 * 0.25 * 0.75));
  expect(places(other)).toEqual(b);
});

it('a growing weight of the last variant moves callers only to it', () => {
  const choose = (weight: number) =>
    places('ramp').map((place) =>
      chooseByWeight(['main', 'next'], (name) => (name === 'next' ? weight : 100 - weight), place),
    );
  let before = choose(1);
  for (const weight of [5, 10, 25, 50, 100]) {
    const after = choose(weight);
    expect(before.every((name, at) => name === 'main' || after[at] === 'next')).toBe(true);
    before = after;
  }
  expect(new Set(before)).toEqual(new Set(['next']));
});

it.each([
  ['POST', 'invocations', { spoken: 'mlflow', what: 'predict' }],
  ['GET', 'ping', { spoken: 'mlflow', what: 'ready' }],
  ['POST', 'v1/models/m:predict', { spoken: 'v1', what: 'predict', model: 'm' }],
  ['POST', 'v1/models/m/versions/3:predict', { spoken: 'v1', what: 'predict', model: 'm', version: '3' }],
  ['POST', 'v1/models/m/labels/canary:predict', { spoken: 'v1', what: 'predict', label: 'canary' }],
  ['GET', 'v1/models/m/versions/3/metadata', { spoken: 'v1', what: 'metadata', version: '3' }],
  ['GET', 'v1/models/m', { spoken: 'v1', what: 'status' }],
  ['POST', 'v2/models/m/versions/3/infer', { spoken: 'v2', what: 'predict', version: '3' }],
  ['GET', 'v2/models/m/ready', { spoken: 'v2', what: 'ready', model: 'm' }],
  ['GET', 'v2/', { spoken: 'v2', what: 'server' }],
  ['GET', 'v2/models/m/infer', { spoken: 'v2', what: 'nothing' }],
  ['POST', 'v1/models/m:classify', { spoken: 'v1', what: 'nothing' }],
  ['POST', 'v2/models/a/b/infer', { spoken: 'v2', what: 'nothing' }],
  ['POST', '', { spoken: 'mlflow', what: 'nothing' }],
])('%s %s is read', (method, path, target) => {
  expect(parseTarget(method, path)).toMatchObject(target);
});
