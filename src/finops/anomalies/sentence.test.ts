import { expect, it } from 'vitest';
import { createEmptyEffects, toEffects } from '../costs/index.ts';
import type { AnomalyDriver } from './schema.ts';
import { buildTitle, shortenName } from './sentence.ts';

const driver = (sku: string, description: string | null): AnomalyDriver => ({
  ...{ serviceName: 'Amazon EC2', sku, description, chargeCategory: 'Usage', unit: 'Hours' },
  ...{ expectedQuantity: '1', actualQuantity: '2', expected: '1', actual: '2', change: '1' },
  effects: toEffects(createEmptyEffects().effects),
});
const part = (dimension: string, value: string) => ({ dimension, value });
const CODE = 'ZFDWZJ1JZEKT71MK';

it.each([
  ['everything', [], 'cost', [], 'Everything: +$512.40 a day'],
  ['a service by its name', [part('serviceName', 'Amazon S3')], 'cost', [], 'Amazon S3: +$512.40 a day'],
  [
    'a SKU by its description, without the price that it begins with, and then its team',
    [part('team', 'search'), part('serviceName', 'Amazon EC2'), part('skuId', CODE)],
    'cost',
    [driver(CODE, '$0.096 per On Demand Linux m5.large Instance Hour')],
    'On Demand Linux m5.large Instance Hour · search: +$512.40 a day',
  ],
  [
    'the service of a SKU that is a code',
    [part('skuId', CODE)],
    'cost',
    [driver(CODE, null)],
    'Amazon EC2: +$512.40 a day',
  ],
  ['a SKU that is a name', [part('skuId', 'p4d.24xlarge')], 'cost', [], 'p4d.24xlarge: +$512.40 a day'],
  ['an account where no team is known', [part('subAccountId', '111')], 'cost', [], '111: +$512.40 a day'],
  [
    'the team alone where it is known',
    [part('team', 'ads'), part('subAccountId', '111')],
    'cost',
    [],
    'ads: +$512.40 a day',
  ],
  ['GPUs of a team', [part('team', 'ads')], 'gpu_utilization', [], 'GPUs · ads: +$512.40 a day'],
] as const)('a title names %s', (_, slice, measure, drivers, expected) => {
  expect(buildTitle({ slice, measure, drivers, impact: '2049.6', currency: 'USD', days: 4 })).toBe(expected);
});

it('a title has no money where no price is known, and a minus for less', () => {
  const told = { slice: [part('team', 'ads')], measure: 'cost', drivers: [], currency: 'USD', days: 2 } as const;
  expect(buildTitle({ ...told, impact: null })).toBe('ads');
  expect(buildTitle({ ...told, impact: '-21' })).toBe('ads: -$10.50 a day');
});

it.each([
  ['arn:aws:ec2:eu-west-1:111122223333:instance/i-0abc123', 'i-0abc123'],
  ['arn:aws:lambda:eu-west-1:111122223333:function:rank', 'rank'],
  ['/subscriptions/7f/resourceGroups/ml/providers/Microsoft.Compute/virtualMachines/web-1', 'web-1'],
  ['projects/ml/zones/europe-west1-b/instances/web-1', 'web-1'],
  ['web-1', 'web-1'],
  ['/', '/'],
])('the short name of %s is %s', (name, expected) => {
  expect(shortenName(name)).toBe(expected);
});
