import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BillReader, buildCsv, openBillReader, trimDecimals } from './bill-reader.testing.ts';

let reader: BillReader;
beforeAll(async () => {
  reader = await openBillReader();
});
afterAll(() => reader[Symbol.asyncDispose]());

/** A charge of a model provider that prices in credits and bills in euros. */
const record = (change: Readonly<Record<string, string>> = {}) => ({
  BilledCost: '9',
  EffectiveCost: '9',
  ListCost: '10',
  ContractedCost: '9',
  BillingCurrency: 'EUR',
  BillingPeriodStart: '2026-10-01T00:00:00Z',
  BillingPeriodEnd: '2026-11-01T00:00:00Z',
  ChargePeriodStart: '2026-10-03T00:00:00Z',
  ChargePeriodEnd: '2026-10-04T00:00:00Z',
  PricingCurrency: 'Credits',
  PricingCurrencyEffectiveCost: '900',
  PricingCurrencyListUnitPrice: '2.5',
  PricingCurrencyContractedUnitPrice: '2.25',
  PricingQuantity: '400',
  PricingUnit: '1000 Tokens',
  ConsumedQuantity: '400000',
  ConsumedUnit: 'Tokens',
  ListUnitPrice: '0.025',
  ContractedUnitPrice: '0.0225',
  ...change,
});

describe('FOCUS in a virtual currency, priced by tokens', () => {
  it('keeps pricing currency and billing currency apart, and every unit as it is', async () => {
    const [row] = (await reader.rows(buildCsv([record()]))).map(trimDecimals);
    expect(row).toMatchObject({
      ...record(),
      BillingPeriodStart: '2026-10-01 00:00:00',
      BillingPeriodEnd: '2026-11-01 00:00:00',
      ChargePeriodStart: '2026-10-03 00:00:00',
      ChargePeriodEnd: '2026-10-04 00:00:00',
      reject: null,
    });
  });

  it('is never billed in credits', async () => {
    const [row] = await reader.rows(buildCsv([record({ BillingCurrency: 'Credits' })]));
    expect(row?.reject).toContain('BillingCurrency');
  });
});

describe('a header of FOCUS', () => {
  it.each([
    ['snake_case', (name: string) => name.replaceAll(/(?<!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase()],
    ['camelCase', (name: string) => name.charAt(0).toLowerCase() + name.slice(1)],
    ['blanks', (name: string) => name.replaceAll(/(?<!^)[A-Z]/g, (letter) => ` ${letter}`)],
  ])('is read with %s', async (_, spell) => {
    const spelled = Object.fromEntries(Object.entries(record()).map(([name, value]) => [spell(name), value]));
    expect(await reader.rows(buildCsv([spelled]))).toEqual(await reader.rows(buildCsv([record()])));
  });

  it('of an older version gives the provider its newer name; where both are there, the newer holds', async () => {
    const rows = await reader.rows(
      buildCsv([record({ ProviderName: 'AWS', InvoiceIssuer: 'AWS Inc', PublisherName: 'P' })]),
    );
    expect(rows[0]).toMatchObject({ ServiceProviderName: 'AWS', InvoiceIssuerName: 'AWS Inc', x_PublisherName: 'P' });
    const both = await reader.rows(buildCsv([record({ ProviderName: 'old', ServiceProviderName: 'new' })]));
    expect(both[0]).toMatchObject({ ServiceProviderName: 'new', x_ProviderName: 'old' });
  });

  it('of nothing that is known names what a bill must have', async () => {
    await expect(reader.rows('a,b\n1,2\n')).rejects.toMatchObject({
      code: 'bill_column_missing',
      context: { missing: ['BilledCost', 'BillingCurrency', 'BillingPeriodStart', 'ChargePeriodStart'] },
    });
  });
});
