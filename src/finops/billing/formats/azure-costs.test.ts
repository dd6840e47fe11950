import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEnterpriseRecord, SUBSCRIPTION } from './azure-record.testing.ts';
import { type BillReader, buildCsv, type FileRecord, openBillReader, trimDecimals } from './bill-reader.testing.ts';

let reader: BillReader;
beforeAll(async () => {
  reader = await openBillReader();
});
afterAll(() => reader[Symbol.asyncDispose]());

const read = async (records: readonly FileRecord[], dataset: 'ActualCost' | 'AmortizedCost' | null = 'ActualCost') =>
  (await reader.rows(buildCsv(records), { dataset })).map(trimDecimals);

describe('what a commitment covers', () => {
  const reservation = { PricingModel: 'Reservation', ReservationId: 'r-1', ReservationName: 'GPU reservation' };
  const covered = createEnterpriseRecord({ ...reservation, Cost: '0' });
  const spread = createEnterpriseRecord({ ...reservation, Cost: '120' });
  const unused = createEnterpriseRecord({ ...reservation, ChargeType: 'UnusedReservation', Cost: '30' });

  it('costs nobody knows what in an actual export', async () => {
    expect((await read([covered]))[0]).toMatchObject({
      BilledCost: '0',
      EffectiveCost: null,
      ContractedCost: '180',
      CommitmentDiscountStatus: 'Used',
      CommitmentDiscountCategory: 'Usage',
      CommitmentDiscountName: 'GPU reservation',
      PricingCategory: 'Committed',
    });
  });

  it('is not billed but has its cost in an amortised export, and so has what nobody used', async () => {
    const rows = await read([spread, unused], 'AmortizedCost');
    expect(rows[0]).toMatchObject({ BilledCost: '0', EffectiveCost: '120', CommitmentDiscountStatus: 'Used' });
    expect(rows[1]).toMatchObject({
      BilledCost: '0',
      EffectiveCost: '30',
      ListCost: '0',
      ChargeCategory: 'Usage',
      CommitmentDiscountStatus: 'Unused',
      CommitmentDiscountQuantity: '2',
      CommitmentDiscountUnit: 'Hours',
      ConsumedQuantity: null,
      ResourceId: 'r-1',
    });
  });

  it('is told by its cost where nobody says what the export is', async () => {
    const rows = await read([spread, covered, createEnterpriseRecord()], null);
    expect(rows.map(({ BilledCost, EffectiveCost }) => [BilledCost, EffectiveCost])).toEqual([
      ['0', '120'],
      ['0', null],
      ['180', '180'],
    ]);
  });

  it.each([
    ['ActualCost', 'ActualCost'],
    ['AmortizedCost', 'AmortizedCost'],
    [null, 'ActualCost'],
  ] as const)('the export is taken for what the manifest says: %s', async (dataset, expected) => {
    expect((await reader.mapping(buildCsv([createEnterpriseRecord()]), { dataset })).dataset).toBe(expected);
  });
});

describe('a customer agreement that prices in one currency and bills in another', () => {
  const customer = (change: FileRecord = {}): FileRecord => ({
    invoiceId: 'G001',
    billingAccountId: 'account',
    billingProfileId: 'profile',
    billingProfileName: 'Europe',
    billingPeriodStartDate: '10/01/2026',
    billingPeriodEndDate: '10/31/2026',
    date: '10/03/2026',
    meterCategory: 'Virtual Machines',
    consumedService: 'Microsoft.Compute',
    SubscriptionId: SUBSCRIPTION,
    ResourceId: '',
    quantity: '10',
    unitOfMeasure: '1 Hour',
    chargeType: 'Usage',
    billingCurrency: 'EUR',
    pricingCurrency: 'USD',
    costInBillingCurrency: '9',
    costInPricingCurrency: '10',
    paygCostInBillingCurrency: '18',
    exchangeRatePricingToBilling: '0.9',
    unitPrice: '1',
    PayGPrice: '2',
    resellerName: 'NA',
    ...change,
  });

  it('keeps the two apart', async () => {
    expect((await read([customer()]))[0]).toMatchObject({
      BillingAccountId: 'profile',
      BillingAccountType: 'Billing Profile',
      InvoiceId: 'G001',
      InvoiceIssuerName: 'Microsoft',
      BillingCurrency: 'EUR',
      BilledCost: '9',
      EffectiveCost: '9',
      ListCost: '18',
      ContractedCost: '9',
      ListUnitPrice: '1.8',
      ContractedUnitPrice: '0.9',
      PricingCurrency: 'USD',
      PricingCurrencyEffectiveCost: '10',
      PricingCurrencyListUnitPrice: '2',
      PricingCurrencyContractedUnitPrice: '1',
      x_costInPricingCurrency: '10',
      reject: null,
    });
  });

  it('knows no price in the billing currency without a rate', async () => {
    expect(
      (await read([customer({ exchangeRatePricingToBilling: '', paygCostInBillingCurrency: '' })]))[0],
    ).toMatchObject({
      ListCost: null,
      ListUnitPrice: null,
      ContractedCost: null,
      PricingCurrencyListUnitPrice: '2',
    });
  });
});
