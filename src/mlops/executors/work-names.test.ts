import { expect, it } from 'vitest';
import { buildWorkloadName } from '../kubernetes-executor/serving/names.ts';
import { isPodOfEndpoint, workIdsIn } from './work-names.ts';

it.each([
  [{ pod: 'train-0a1b2c3d4e5f-x7k2p', container: 'work' }, ['train-0a1b2c3d4e5f-x7k2p', 'train-0a1b2c3d4e5f', 'work']],
  [{ pod: null, container: '/steelyard-replica-1' }, ['replica-1']],
  [{ pod: null, container: null }, []],
])('%o may be of %o', (place, ids) => {
  expect(workIdsIn(place)).toEqual(ids);
});

it('knows the pods of an endpoint by the name that they were given, and no others', () => {
  const long = 'an-endpoint-whose-name-is-longer-than-it-can-be-in-a-name';
  for (const endpoint of ['home-feed', long]) {
    const pod = `${buildWorkloadName(endpoint, 'f0f1f2f3f4f5f6')}-0d9c7f8b6d-abcde`;
    expect(isPodOfEndpoint(pod, endpoint)).toBe(true);
    expect(isPodOfEndpoint(pod, 'home')).toBe(false);
  }
  expect(isPodOfEndpoint('serve-home-feed', 'home-feed')).toBe(false);
});
