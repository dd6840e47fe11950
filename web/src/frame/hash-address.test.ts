import { expect, it } from 'vitest';
import { addressOfHash } from './hash-address.ts';

it.each([
  ['#/experiments/1', '/experiments/1'],
  ['#/experiments/1/runs/0af3', '/runs/0af3'],
  ['#/experiments/1/runs/0af3/artifacts/model', '/runs/0af3'],
  ['#/experiments', '/experiments'],
  ['#/models', '/models'],
  ['#/models/my%20ranker/versions/2', '/models/my%20ranker'],
  ['#/compare-runs?runs=["a1","b2"]&experiments=["1"]', '/runs/compare?runs=a1,b2'],
  ['#main', null],
  ['', null],
  ['#/', null],
])('%s means %s', (hash, address) => {
  expect(addressOfHash(hash)).toBe(address);
});
