import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, decimalString, sumDecimals } from '../../../platform/units/index.ts';
import { call, catchProblem, importFiles } from '../../../testing/application.ts';
import { isDeep } from '../../../testing/deep.ts';
import { sharedQuietApplication } from '../../../testing/shared.ts';
import { applyRules, type BillRow, bill, inMonth, SPLITTING_RULES } from '../../testing/costs.ts';
import { costRows } from '../schema.ts';
import { buildReportedChange, type ComparedItem, computeItemEffects } from './effects.ts';
import { type EffectName, type Effects, explainCosts } from './schema.ts';

const application = await sharedQuietApplication();

const sku = (month: string, id: string, cost: string, quantity: string, change: BillRow = {}): BillRow => ({
  ...inMonth(month, cost),
  SkuId: id,
  PricingQuantity: quantity,
  ...change,
});
/** Each test replaces both months. */
const months = (before: BillRow[], after: BillRow[]) =>
  importFiles(application, 'aws', { 'before.csv': bill(before), 'after.csv': bill(after) });
const explained = (query: object = {}) =>
  call(application, explainCosts, { query: { from: '2026-09', to: '2026-10', ...query } });
const told = (effects: Effects) => Object.fromEntries(Object.entries(effects).filter(([, amount]) => amount !== '0'));

describe('what drove a change', () => {
  it('is price and volume where one SKU became dearer and was used more', async () => {
    await months([sku('2026-09', 'A', '10', '10')], [sku('2026-10', 'A', '30', '20')]);
    const { totals, groups, drivers } = await explained();
    expect(totals).toMatchObject([{ currency: 'USD', before: '10', after: '30', change: '20' }]);
    expect(told(totals[0]?.effects as Effects)).toEqual({ price: '10', volume: '10' });
    expect(groups).toMatchObject([{ values: { serviceName: 'Amazon EC2' }, change: '20' }]);
    expect(drivers).toMatchObject([
      { sku: 'A', effect: 'price', was: { cost: '10', quantity: '10', unitPrice: '1' }, is: { unitPrice: '1.5' } },
    ]);
  });

  it('is mix where the same quantity went to the dearer SKU', async () => {
    await months(
      [sku('2026-09', 'A', '10', '10'), sku('2026-09', 'B', '20', '10')],
      [sku('2026-10', 'A', '5', '5'), sku('2026-10', 'B', '30', '15')],
    );
    const { totals } = await explained();
    expect(told(totals[0]?.effects as Effects)).toEqual({ mix: '5' });
  });

  it('names what is new and gone, and keeps credits, taxes, purchases and unmeasured usage apart', async () => {
    await months(
      [
        sku('2026-09', 'old', '7', '7'),
        sku('2026-09', 'x', '-2', '', { ChargeCategory: 'Credit' }),
        sku('2026-09', 'flat', '3', ''),
      ],
      [
        sku('2026-10', 'young', '11', '1'),
        sku('2026-10', 'x', '-5', '', { ChargeCategory: 'Credit' }),
        sku('2026-10', 'vat', '1.9', '', { ChargeCategory: 'Tax' }),
        sku('2026-10', 'plan', '100', '1', { ChargeCategory: 'Purchase' }),
        sku('2026-10', 'flat', '4', ''),
      ],
    );
    const { totals, drivers } = await explained();
    expect(told(totals[0]?.effects as Effects)).toEqual({
      new: '11',
      gone: '-7',
      unmeasured: '1',
      purchase: '100',
      credit: '-3',
      tax: '1.9',
    });
    expect(drivers.map(({ effect }) => effect)).toEqual(['purchase', 'new', 'gone', 'credit', 'tax', 'unmeasured']);
  });

  it('keeps currencies apart, and compares days and ranges of days', async () => {
    const on = (day: string, cost: string, currency: string): BillRow => ({
      ...sku('2026-10', 'A', cost, cost),
      ChargePeriodStart: `${day}T00:00:00Z`,
      ChargePeriodEnd: `${day}T01:00:00Z`,
      BillingCurrency: currency,
    });
    await months(
      [on('2026-10-01', '1', 'USD'), on('2026-10-02', '2', 'USD')],
      [on('2026-10-03', '4', 'USD'), on('2026-10-03', '8', 'EUR')],
    );
    const { totals, to } = await explained({ from: '2026-10-01..2026-10-02', to: '2026-10-03' });
    expect(to).toMatchObject({ from: '2026-10-03', to: '2026-10-03' });
    expect(totals.map(({ currency, before, after }) => [currency, before, after])).toEqual([
      ['EUR', '0', '8'],
      ['USD', '3', '4'],
    ]);
  });

  it('leads from a driver to its rows', async () => {
    await months([sku('2026-09', 'A*', '1', '1')], [sku('2026-10', 'A*', '3', '1'), sku('2026-10', 'A', '9', '9')]);
    const { drivers } = await explained({ by: 'team,serviceName' });
    const driver = drivers.find(({ sku: name }) => name === 'A*');
    const { rows } = await call(application, costRows, { query: { period: '2026-10', filter: driver?.filter ?? [] } });
    expect(rows.map((row) => [row.skuId, row.billedCost])).toEqual([['A*', '3']]);
  });

  it('cannot be said without a bill for both periods', async () => {
    const years = { from: '2025-09', to: '2025-10' };
    await months([sku('2025-09', 'A', '1', '1')], []);
    expect(await catchProblem(explained(years))).toMatchObject({
      code: 'bill_period_not_covered',
      detail: expect.stringContaining('2025-10'),
    });
    expect(await catchProblem(explained({ ...years, from: '2025-09..2025-09-04' }))).toMatchObject({
      code: 'invalid_request',
    });
    expect(await catchProblem(explained({ from: '2025-09', to: '2025-09', by: 'servceName' }))).toMatchObject({
      code: 'dimension_unknown',
    });
  });

  it('adds up: effects sum to the change, groups to the totals, exactly, with and without shares', async () => {
    const cost = fc.bigInt(-(10n ** 13n), 10n ** 14n).map((units) => decimal(String(units)).dividedBy('1e9').toFixed());
    const anyRow = fc.record({
      cost,
      quantity: fc.constantFrom('', '0', '3', '7.000001', '-2', '1000000'),
      id: fc.constantFrom('A', 'B', 'C', ''),
      unit: fc.constantFrom('Hours', 'GB', ''),
      service: fc.constantFrom('Amazon EC2', 'Support', 'Network', 'S3'),
      category: fc.constantFrom('Usage', 'Usage', 'Usage', 'Credit', 'Tax', 'Purchase', 'Adjustment'),
      team: fc.constantFrom('search', 'ads', ''),
      currency: fc.constantFrom('USD', 'EUR'),
    });
    const rowsOf = (month: string, rows: readonly Readonly<Record<string, string>>[]) =>
      rows.map((row) =>
        sku(month, row.id ?? '', row.cost ?? '0', row.quantity ?? '', {
          PricingUnit: row.unit ?? '',
          ServiceName: row.service ?? '',
          ChargeCategory: row.category ?? '',
          BillingCurrency: row.currency ?? 'USD',
          Tags: row.team === '' ? '' : JSON.stringify({ team: row.team }),
        }),
      );
    await applyRules(application, SPLITTING_RULES);
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRow, { minLength: 1, maxLength: 12 }),
        fc.array(anyRow, { minLength: 1, maxLength: 12 }),
        fc.constantFrom('serviceName', 'team', 'team,serviceName', 'chargeCategory', 'rule'),
        fc.constantFrom(1, 1000),
        async (before, after, by, limit) => {
          round += 1;
          const files = {
            [`b${round}.csv`]: bill(rowsOf('2026-09', before)),
            [`a${round}.csv`]: bill(rowsOf('2026-10', after)),
          };
          await importFiles(application, 'aws', files);
          const { totals, groups, otherGroups } = await explained({ by, limit });
          for (const each of [...totals, ...groups, ...otherGroups]) {
            expect(sumDecimals(Object.values(each.effects))).toBe(each.change);
            const difference = decimal(each.after).minus(each.before);
            // A difference below half a cent is a rounding error of the bill: zero.
            expect(each.change).toBe(difference.abs().lt('0.005') ? '0' : decimalString(difference));
          }
          for (const { currency, before: was, after: is } of totals) {
            const of = [...groups, ...otherGroups].filter((group) => group.currency === currency);
            expect(sumDecimals(of.map((group) => group.before))).toBe(was);
            expect(sumDecimals(of.map((group) => group.after))).toBe(is);
            const own = (rows: typeof before) =>
              sumDecimals(rows.filter((row) => row.currency === currency).map((row) => row.cost));
            expect([was, is]).toEqual([own(before), own(after)]);
          }
        },
      ),
      { numRuns: isDeep ? 25 : 3 },
    );
  }, 240_000);
});

describe('a reported change', () => {
  const reported = (before: string, after: string, effects: Partial<Record<EffectName, string>>) =>
    buildReportedChange(
      decimal(before),
      decimal(after),
      Object.fromEntries(Object.entries(effects).map(([name, amount]) => [name, decimal(amount)])),
    );

  it.each([
    ['of rounding alone is zero, without parts', '10', '10.0000000000000359', { price: '0.0000000000000359' }, '0', {}],
    [
      'just below half a cent is zero, and its larger parts add up to that',
      ...(['10', '10.00499', { volume: '5', mix: '-4.99501' }] as const),
      ...(['0', { volume: '4.99501', mix: '-4.99501' }] as const),
    ],
    ['of half a cent is one', '10', '10.005', { price: '0.005' }, '0.005', { price: '0.005' }],
    [
      'has no part of rounding: its largest part has that',
      ...(['100', '1927.5', { price: '-0.0000000000000359', volume: '1827.5000000000000359' }] as const),
      ...(['1827.5', { volume: '1827.5' }] as const),
    ],
    [
      'of many small parts is that of the largest',
      ...(['0', '0.009', { price: '0.0045', volume: '0.0025', mix: '0.002' }] as const),
      ...(['0.009', { price: '0.009' }] as const),
    ],
  ])('%s', (_, before, after, effects, change, parts) => {
    const answer = reported(before, after, effects);
    expect([answer.change, told(answer.effects)]).toEqual([change, parts]);
  });
});

describe('the effects of one SKU', () => {
  it('sum to its change whatever the quantities', () => {
    const amount = fc
      .bigInt(-(10n ** 30n), 10n ** 30n)
      .map((units) => decimal(String(units)).dividedBy('1e20').toFixed());
    const quantity = fc.bigInt(1n, 10n ** 25n).map((units) => decimal(String(units)).dividedBy('1e12').toFixed());
    fc.assert(
      fc.property(
        amount,
        amount,
        quantity,
        quantity,
        quantity,
        (costBefore, costAfter, quantityBefore, quantityAfter, more) => {
          const volumeBefore = decimal(quantityBefore).plus(more).toFixed();
          const volumeAfter = decimal(quantityAfter).plus(more).toFixed();
          const item: ComparedItem = {
            ...{ chargeCategory: 'Usage', unit: 'Hours', rowsBefore: 1, rowsAfter: 1, costBefore, costAfter },
            ...{ quantityBefore, quantityAfter, volumeBefore, volumeAfter },
          };
          const effects = computeItemEffects(item);
          const sum = Object.values(effects).reduce((total, each) => total.plus(each), decimal(0));
          expect(decimalString(sum)).toBe(decimalString(decimal(costAfter).minus(costBefore)));
          const alone = computeItemEffects({ ...item, volumeBefore: quantityBefore, volumeAfter: quantityAfter });
          expect(decimalString(alone.mix ?? decimal(1))).toBe('0');
        },
      ),
    );
  });
});
