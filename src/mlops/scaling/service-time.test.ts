import { expect, it } from 'vitest';
import type { ScalingObservation } from './policy.ts';
import { createServiceTime } from './service-time.ts';

const seen = (changes: Partial<ScalingObservation>): ScalingObservation => ({
  fromSeconds: 0,
  atSeconds: 10,
  replicas: 2,
  concurrencySeconds: 0,
  arrivalsSeconds: [],
  servedSeconds: [],
  unserved: 0,
  waitsSeconds: [],
  ...changes,
});
const newServiceTime = () => createServiceTime({ concurrency: 8, coldStartSeconds: 30 });

it.each<[string, Partial<ScalingObservation>, number]>([
  ['a second before anything is known', {}, 1],
  [
    'by the time in service, not by the short ones that ended first',
    { concurrencySeconds: 160, servedSeconds: Array(19).fill(1) },
    161 / 20,
  ],
  ['without the time that requests wait', { concurrencySeconds: 900, servedSeconds: Array(19).fill(1) }, 161 / 20],
  [
    'the mean of the last 500, once there are so many',
    { servedSeconds: [...Array(100).fill(90), ...Array(500).fill(3)] },
    3,
  ],
  [
    'no less than the mean, where replicas began to serve sooner than expected',
    { servedSeconds: Array(19).fill(4) },
    4,
  ],
])('service takes %s', (_, changes, expected) => {
  expect(newServiceTime()(seen(changes))).toBeCloseTo(expected, 9);
});

it('takes replicas that start for none that serve', () => {
  const measure = newServiceTime();
  measure(seen({}));
  const started = {
    fromSeconds: 10,
    atSeconds: 20,
    replicas: 50,
    concurrencySeconds: 4000,
    servedSeconds: Array(19).fill(1),
  };
  expect(measure(seen(started))).toBeCloseTo(161 / 20, 9);
});
