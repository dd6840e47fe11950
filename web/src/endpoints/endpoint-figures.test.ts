import { expect, it } from 'vitest';
import type { EndpointVariant } from '../../../src/mlops/serving/schema.ts';
import { computeFigures } from './endpoint-figures.ts';

type Cost = EndpointVariant['cost'];

function variant(cost: Partial<Cost>) {
  const none: Cost = { predictions: null, hours: '0', cost: null, per1000: null, unpriced: [] };
  return { replicasReady: 1, replicasWanted: 2, cost: { ...none, ...cost } };
}
const usd = (amount: string) => ({ amount, currency: 'USD' });

it('weighs the cost of each version by what it answered', () => {
  const variants = [variant({ predictions: 1000, cost: usd('2') }), variant({ predictions: 3000, cost: usd('2') })];
  expect(computeFigures(variants)).toEqual({
    ...{ predictions: 4000, per1000: usd('1'), unpriced: [], ready: 2, wanted: 4 },
  });
});

it.each([
  ['nothing was answered', [variant({ cost: usd('2') })], null],
  ['nothing is priced', [variant({ predictions: 10, unpriced: ['machine'] })], 10],
  [
    'there are two currencies',
    [variant({ predictions: 5, cost: usd('1') }), variant({ predictions: 5, cost: { amount: '1', currency: 'EUR' } })],
    10,
  ],
])('knows no cost per 1,000 while %s', (_why, variants, predictions) => {
  expect(computeFigures(variants)).toMatchObject({ predictions, per1000: null });
});

it('keeps the cost exact', () => {
  const [figures] = [computeFigures([variant({ predictions: 3, cost: usd('0.000000003') })])];
  expect(figures?.per1000).toEqual(usd('0.000001'));
});
