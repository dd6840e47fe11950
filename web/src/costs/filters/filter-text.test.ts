import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  exactFilter,
  filterGroups,
  filtersBeside,
  filtersOfGroup,
  filterText,
  parseFilter,
  withGroup,
} from './filter-text.ts';

const dimension = fc.constantFrom('serviceName', 'tag:cost center', 'x_lineItem/Type');
const value = fc.record({ text: fc.string({ minLength: 1 }), isPrefix: fc.boolean() });

it('writes what it reads, whatever the value holds', () => {
  fc.assert(
    fc.property(dimension, value, fc.boolean(), (name, wanted, isNot) => {
      fc.pre(wanted.isPrefix ? !wanted.text.endsWith('\\') : !wanted.text.endsWith('\\*'));
      const parsed = parseFilter(filterText(name, wanted, isNot));
      return parsed.dimension === name && parsed.isNot === isNot && parsed.value.text === wanted.text;
    }),
  );
});

it.each([
  ['serviceName=S3', 'serviceName', false, 'S3', false],
  ['serviceName!=S3', 'serviceName', true, 'S3', false],
  ['serviceName=Amazon*', 'serviceName', false, 'Amazon', true],
  ['serviceName=2\\*', 'serviceName', false, '2*', false],
  ['tag:a=b=c', 'tag:a', false, 'b=c', false],
  ['team=', 'team', false, null, false],
  ['commitmentDiscountId!=', 'commitmentDiscountId', true, null, false],
])('reads %s', (text, name, isNot, found, isPrefix) => {
  expect(parseFilter(text)).toEqual({ dimension: name, isNot, value: { text: found, isPrefix } });
  expect(filterText(name, { text: found, isPrefix }, isNot)).toBe(text);
});

it('takes a value that ends with an asterisk as it is', () => {
  expect(exactFilter('sku', 'g5.*')).toBe('sku=g5.\\*');
  expect(exactFilter('team', null)).toBe('team=');
});

it('puts the values of a dimension together and changes them in place', () => {
  const filters = ['serviceName=S3', 'team!=', 'serviceName=EC2'];
  const [services] = filterGroups(filters);
  expect(services).toMatchObject({ dimension: 'serviceName', values: [{ text: 'S3' }, { text: 'EC2' }] });
  expect(filterGroups(filters).flatMap(filtersOfGroup)).toEqual(['serviceName=S3', 'serviceName=EC2', 'team!=']);
  expect(withGroup(filters, services ?? null, null)).toEqual(['team!=']);
});

it('leaves out what a dimension is filtered by, one way or the other', () => {
  expect(filtersBeside(['serviceName=S3', 'team!=', 'serviceName!=EC2'], 'serviceName')).toEqual(['team!=']);
  expect(filtersBeside(undefined, 'serviceName')).toEqual([]);
});
