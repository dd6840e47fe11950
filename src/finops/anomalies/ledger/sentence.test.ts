import { expect, it } from 'vitest';
import { noEffects, shownEffects } from '../../costs/index.ts';
import type { AnomalyDriver } from './schema.ts';
import { titleOf } from './sentence.ts';

const driver = (sku: string, description: string | null): AnomalyDriver => ({
  ...{ serviceName: 'Amazon EC2', sku, description, chargeCategory: 'Usage', unit: 'Hours' },
  ...{ expectedQuantity: '1', actualQuantity: '2', expected: '1', actual: '2', change: '1' },
  effects: shownEffects(noEffects().effects),
});
const part = (dimension: string, value: string) => ({ dimension, value });

it.each([
  ['everything', [], 'cost', [], 'Everything'],
  ['a service by its name', [part('serviceName', 'Amazon S3')], 'cost', [], 'Amazon S3'],
  [
    'a SKU by its description, without the price that it begins with',
    [part('team', 'search'), part('serviceName', 'Amazon EC2'), part('skuId', 'J7XR8')],
    'cost',
    [driver('J7XR8', '$0.096 per On Demand Linux m5.large Instance Hour')],
    'search · On Demand Linux m5.large Instance Hour',
  ],
  ['a SKU by its id where the bill has no words', [part('skuId', 'J7XR8')], 'cost', [driver('J7XR8', null)], 'J7XR8'],
  ['an account where no team is known', [part('subAccountId', '111')], 'cost', [], '111'],
  ['the team alone where it is known', [part('team', 'ads'), part('subAccountId', '111')], 'cost', [], 'ads'],
  ['GPUs of a team', [part('team', 'ads')], 'gpu_utilization', [], 'GPUs · ads'],
] as const)('a title names %s', (_, slice, measure, drivers, expected) => {
  expect(titleOf(slice, measure, drivers)).toBe(expected);
});
