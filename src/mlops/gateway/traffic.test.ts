import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseTarget } from '../inference/protocols/target.ts';
import { chooseByWeight } from './traffic.ts';

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
