import { expect, it } from 'vitest';
import { dimensionLabel, dimensionValue } from './dimension.ts';

it.each([
  ['subAccountId', 'Sub account ID'],
  ['skuId', 'SKU ID'],
  ['tag:cost center', 'Tag “cost center”'],
  ['x_Discount', 'x_Discount'],
  ['serviceProviderName', 'Provider'],
])('calls %s %s', (dimension, label) => {
  expect(dimensionLabel(dimension)).toBe(label);
});

it('names what is missing', () => {
  expect([dimensionValue('team', null), dimensionValue('model', null)]).toEqual(['unallocated', 'no value']);
});
