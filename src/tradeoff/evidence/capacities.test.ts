import { expect, it } from 'vitest';
import type { ServiceSample } from '../unit-cost/index.ts';
import type { ScalingBounds } from '../unit-cost/schema.ts';
import { findCapacities } from './capacities.ts';

const sample: ServiceSample = {
  source: 'benchmark',
  endpoint: null,
  hardware: { name: '1 x gpu', pricePerHour: { amount: '2', currency: 'USD' }, priceSource: 'own' },
  batchSize: 8,
  concurrency: 2,
  serviceSeconds: Array.from({ length: 20 }, () => 0.01),
  measurements: 20,
};
const boundsWith = (slo: ScalingBounds['slo'], endpoint = 'e'): ScalingBounds => ({
  ...{ endpoint, hardware: '1 x gpu', minReplicas: 1, maxReplicas: 4, targetUtilization: 0.6 },
  slo,
});
const own = { waitSeconds: 0.25, missRatio: 0.02 };
const other = { waitSeconds: 9, missRatio: 0.2 };
const listSlos = async (...input: Parameters<typeof findCapacities>) =>
  (await findCapacities(...input)).map(({ slo, askedSlo }) => [askedSlo, slo]);

it('counts predictions, of which a request asks for a whole batch', async () => {
  // 0.9 of two places, 100 requests a second each.
  const [capacity] = await findCapacities([sample], [other], []);
  expect(capacity).toMatchObject({ batchSize: 8, concurrency: 2, measurements: 20 });
  expect(capacity?.predictionsPerSecond).toBeCloseTo(0.9 * 2 * 100 * 8, 3);
  expect(capacity?.secondsPerThousand).toBeCloseTo(1000 / (2 * 100 * 8), 9);
  expect(capacity).not.toHaveProperty('serviceSeconds');
});

it('takes the SLO of the policy, else of the endpoint that measured it, else of another endpoint of the model, else the default', async () => {
  const traffic = { ...sample, source: 'traffic', endpoint: 'f' } as const;
  const bounds = [boundsWith(own), boundsWith(other, 'f')];
  expect(await listSlos([sample], [other, null], bounds)).toEqual([
    ['policy', other],
    ['endpoint', own],
  ]);
  expect(await listSlos([traffic], [null], bounds)).toEqual([['endpoint', other]]);
  expect(await listSlos([sample], [null], [])).toEqual([['default', { waitSeconds: 2, missRatio: 0.05 }]]);
});

it('knows none for endpoints that plan by a target utilization, unless the policy states an SLO', async () => {
  expect(await listSlos([sample], [null], [boundsWith(null)])).toEqual([]);
  expect(await listSlos([sample], [own], [boundsWith(null)])).toEqual([['policy', own]]);
});
