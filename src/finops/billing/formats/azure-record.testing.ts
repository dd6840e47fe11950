import type { FileRecord } from './bill-reader.testing.ts';

export const SUBSCRIPTION = '1caaa5a3-2b66-438e-8ab4-bce37d518c5d';

/** A record of an Enterprise Agreement: an hour of a GPU machine. */
export const createEnterpriseRecord = (change: FileRecord = {}): FileRecord => ({
  BillingAccountId: '8611537',
  BillingAccountName: 'Trey Research',
  BillingPeriodStartDate: '10/01/2026',
  BillingPeriodEndDate: '10/31/2026',
  SubscriptionId: SUBSCRIPTION,
  SubscriptionName: 'Research',
  Date: '10/03/2026',
  Product: 'Virtual Machines NDv5 Series - ND96isr H100 v5 - US East',
  PartNumber: 'AAA-1',
  MeterCategory: 'Virtual Machines',
  MeterSubCategory: 'NDv5 Series',
  MeterName: 'ND96isr H100 v5',
  Quantity: '2',
  Cost: '180',
  UnitPrice: '90',
  PayGPrice: '98.32',
  BillingCurrency: 'USD',
  ResourceLocation: 'EastUS',
  ConsumedService: 'Microsoft.Compute',
  ResourceId: `/subscriptions/${SUBSCRIPTION}/resourceGroups/ml/providers/Microsoft.Compute/virtualMachines/gpu-1`,
  AdditionalInfo: '{"ServiceType":"Standard_ND96isr_H100_v5","VCPUs":96}',
  Tags: '"team": "search","org": ""',
  UnitOfMeasure: '1 Hour',
  ChargeType: 'Usage',
  Frequency: 'UsageBased',
  PricingModel: 'OnDemand',
  PublisherType: 'Azure',
  ReservationId: '',
  ...change,
});
