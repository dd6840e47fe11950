import { expect, it } from 'vitest';
import type { Check } from '../src/tradeoff/gates/schema.ts';
import { checksText } from './checks.ts';
import type { Paint } from './output/paint.ts';

const check: Check = {
  name: 'cost per month',
  side: 'cost',
  measured: '116.8',
  unit: 'USD per month',
  comparison: '<=',
  bound: '250',
  holds: true,
  interval: null,
  basis: 'atDemand',
  atDemand: {
    capacity: {
      source: 'measured',
      predictionsPerSecond: 4.0004,
      slo: { waitSeconds: 2, missRatio: 0.05 },
      targetUtilization: null,
      concurrency: 4,
      measurements: 400,
    },
    demand: { source: 'recorded', predictionsPerMonth: 20_000_000, days: 7 },
    replicas: { least: 1, most: 2 },
  },
  source: 'a source that a narrow terminal cuts',
};

const same = (text: string) => text;
const paint: Paint = { columns: 80, heading: same, faint: same, good: same, waiting: same, bad: same };

it('names the test of a check with its error, and rounds long decimals', () => {
  const tested: Check = {
    ...{ name: 'accuracy floor', side: 'quality', measured: '0.9', unit: 'accuracy', comparison: '>=', bound: '0.8' },
    ...{ holds: true, interval: { lower: '0.88765432109876', upper: '0.91' }, source: 'evaluation default v1' },
    ...{ n: 2000, test: 'Tango score interval', alpha: 0.05, samplesNeeded: 0, expectedAt: null },
  };
  const text = checksText([tested], paint);
  expect(text).toContain('accuracy floor: Tango score interval, one-sided alpha 0.05, 2,000 examples');
  expect(text).toContain('0.887654 to 0.91');
});

it('says under the checks of cost where the capacity of a cost at demand is from', () => {
  const { atDemand: _atDemand, ...rest } = check;
  const text = checksText([{ ...rest, name: 'training cost' }, check], paint);
  expect(text.split('\n').filter((line) => line.includes(' at demand: '))).toEqual([
    'cost per month at demand: capacity measured at the SLO, 4 predictions a second and replica; recorded demand of 7 days; 1 to 2 replicas',
  ]);
});

it('says once for all checks of the same capacity where it is from', () => {
  const text = checksText([check, { ...check, name: 'budget recommendations' }], paint);
  expect(text.match(/capacity measured at the SLO/g)).toHaveLength(1);
  expect(text).toContain('cost per month, budget recommendations at demand: capacity measured at the SLO');
});
