import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AllocationRule, CoverageRow, RuleHit } from '../../../src/finops/allocation/schema.ts';
import { decimal, decimalString } from '../../../src/platform/units/schema.ts';
import { billParts, listBillCurrencies } from './bill-parts.ts';

const rules = [
  { name: 'tagged', match: { 'tag:team': '*' }, subject: { team: '{tag:team}' } },
  { name: 'network', match: { serviceName: 'Network' }, split: { method: 'proportional', by: 'cost' } },
] as unknown as AllocationRule[];

function row(parts: Partial<CoverageRow>): CoverageRow {
  const zero = { total: '0', allocated: '0', idle: '0', unallocated: '0', sharedUnallocated: '0' };
  return {
    period: '2026-11',
    day: null,
    value: null,
    currency: 'USD',
    allocatedRatio: null,
    rowsWithoutMetric: 0,
    ...zero,
    ...parts,
  };
}

function hit(rule: string | null, amount: string): RuleHit {
  return { rule, currency: 'USD', billRows: 1, rowsWithoutMetric: 0, amount, share: null };
}

it('tells what is direct from what was split out of pools', () => {
  const rows = [row({ total: '100', allocated: '78', idle: '2', unallocated: '15', sharedUnallocated: '5' })];
  const hits = [hit('tagged', '70'), hit('network', '15'), hit(null, '15')];
  expect(billParts('USD', rows, hits, rules)).toEqual({
    ...{ currency: 'USD', total: '100', answered: '80', direct: '70', shared: '8', idle: '2', unallocated: '20' },
  });
});

it('adds up to the whole bill to the last digit', () => {
  const amount = fc.integer({ min: 0, max: 1_000_000 }).map((micros) => decimalString(decimal(micros).dividedBy(1e6)));
  fc.assert(
    fc.property(amount, amount, amount, amount, amount, (direct, shared, idle, unsplit, none) => {
      const sum = (...all: string[]) => decimalString(all.reduce((total, one) => total.plus(one), decimal(0)));
      const rows = [
        row({
          ...{ total: sum(direct, shared, idle, unsplit, none), allocated: sum(direct, shared), idle },
          ...{ unallocated: none, sharedUnallocated: unsplit },
        }),
      ];
      const parts = billParts('USD', rows, [hit('tagged', direct), hit('network', sum(shared, idle, unsplit))], rules);
      expect(sum(parts.direct, parts.shared, parts.idle, parts.unallocated)).toBe(parts.total);
      expect(parts.shared).toBe(shared);
    }),
  );
});

it('names the currency with the largest bill first', () => {
  expect(listBillCurrencies([row({ currency: 'EUR', total: '3' }), row({ total: '2' }), row({ total: '2' })])).toEqual([
    'USD',
    'EUR',
  ]);
});
