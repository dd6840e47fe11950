import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BillReader, buildCsv, openBillReader, trimDecimals } from './bill-reader.testing.ts';

let reader: BillReader;
beforeAll(async () => {
  reader = await openBillReader();
});
afterAll(() => reader[Symbol.asyncDispose]());

const record = (change: Readonly<Record<string, string>> = {}) => ({
  'lineItem/referenceNo': 'V2.1',
  'lineItem/tenantId': 'ocid1.tenancy.oc1..aaaa',
  'lineItem/intervalUsageStart': '2026-10-31T23:00Z',
  'lineItem/intervalUsageEnd': '2026-11-01T00:00Z',
  'product/service': 'COMPUTE',
  'product/compartmentName': 'ml',
  'product/region': 'us-ashburn-1',
  'product/availabilityDomain': 'EnnW:US-ASHBURN-AD-1',
  'product/resourceId': 'ocid1.instance.oc1.iad.bbbb',
  'usage/billedQuantity': '8',
  'usage/billedQuantityOverage': '',
  'cost/subscriptionId': '12345',
  'cost/productSku': 'B98415',
  'product/Description': 'OCI - Compute - GPU - H100',
  'cost/unitPrice': '10',
  'cost/myCost': '80.000000000000000001',
  'cost/currencyCode': 'USD',
  'cost/billingUnitReadable': 'GPU Hours',
  'lineItem/isCorrection': 'false',
  'tags/Oracle-Tags.CreatedBy': 'someone',
  'tags/team': '',
  ...change,
});

describe('an OCI cost report', () => {
  it('becomes FOCUS, in the calendar month of its usage', async () => {
    const [row] = (await reader.rows(buildCsv([record()]))).map(trimDecimals);
    expect(row).toMatchObject({
      period: '2026-10',
      BilledCost: '80.000000000000000001',
      EffectiveCost: '80.000000000000000001',
      ContractedCost: '80.000000000000000001',
      ListCost: null,
      ContractedUnitPrice: '10',
      BillingCurrency: 'USD',
      BillingAccountId: '12345',
      SubAccountId: 'ocid1.tenancy.oc1..aaaa',
      BillingPeriodStart: '2026-10-01 00:00:00',
      BillingPeriodEnd: '2026-11-01 00:00:00',
      ChargePeriodStart: '2026-10-31 23:00:00',
      ChargePeriodEnd: '2026-11-01 00:00:00',
      ChargeCategory: 'Usage',
      ChargeClass: null,
      ServiceName: 'COMPUTE',
      ServiceCategory: 'Compute',
      ServiceProviderName: 'Oracle',
      RegionId: 'us-ashburn-1',
      AvailabilityZone: 'EnnW:US-ASHBURN-AD-1',
      ResourceType: 'instance',
      PricingQuantity: '8',
      PricingUnit: 'GPU Hours',
      SkuId: 'B98415',
      Tags: '{"Oracle-Tags.CreatedBy":"someone"}',
      'x_product/compartmentName': 'ml',
      reject: null,
    });
  });

  it('marks a correction', async () => {
    const [row] = await reader.rows(buildCsv([record({ 'lineItem/isCorrection': 'true', 'cost/myCost': '-1' })]));
    expect(row).toMatchObject({ ChargeCategory: 'Adjustment', ChargeClass: 'Correction', PricingCategory: null });
  });

  it('of usage alone is refused, because it has no costs', async () => {
    const { 'cost/myCost': _, ...rest } = record();
    await expect(reader.rows(buildCsv([rest]))).rejects.toMatchObject({
      code: 'bill_column_missing',
      context: { column: 'cost/myCost' },
    });
  });
});
