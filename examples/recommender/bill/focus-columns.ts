/** The 54 columns of FOCUS 1.2 CostAndUsage that both clouds export (1.2 without PricingCurrency prices), by name. */
export const focusColumns = [
  'AvailabilityZone',
  'BilledCost',
  'BillingAccountId',
  'BillingAccountName',
  'BillingAccountType',
  'BillingCurrency',
  'BillingPeriodEnd',
  'BillingPeriodStart',
  'CapacityReservationId',
  'CapacityReservationStatus',
  'ChargeCategory',
  'ChargeClass',
  'ChargeDescription',
  'ChargeFrequency',
  'ChargePeriodEnd',
  'ChargePeriodStart',
  'CommitmentDiscountCategory',
  'CommitmentDiscountId',
  'CommitmentDiscountName',
  'CommitmentDiscountQuantity',
  'CommitmentDiscountStatus',
  'CommitmentDiscountType',
  'CommitmentDiscountUnit',
  'ConsumedQuantity',
  'ConsumedUnit',
  'ContractedCost',
  'ContractedUnitPrice',
  'EffectiveCost',
  'InvoiceId',
  'InvoiceIssuerName',
  'ListCost',
  'ListUnitPrice',
  'PricingCategory',
  'PricingCurrency',
  'PricingQuantity',
  'PricingUnit',
  'ProviderName',
  'PublisherName',
  'RegionId',
  'RegionName',
  'ResourceId',
  'ResourceName',
  'ResourceType',
  'ServiceCategory',
  'ServiceName',
  'ServiceSubcategory',
  'SkuId',
  'SkuMeter',
  'SkuPriceDetails',
  'SkuPriceId',
  'SubAccountId',
  'SubAccountName',
  'SubAccountType',
  'Tags',
] as const;

/** Extra columns of each cloud. */
export const extraColumns = {
  aws: ['x_Operation', 'x_ServiceCode', 'x_UsageType'],
  azure: ['x_PricingBlockSize', 'x_ResourceGroupName', 'x_SkuMeterName'],
} as const;

export type FocusColumn = (typeof focusColumns)[number];
export type ExtraColumn = (typeof extraColumns)[keyof typeof extraColumns][number];
/** One bill row; a column that is left out is null. Decimals are plain decimal strings. */
export type BillRow = Partial<Record<FocusColumn | ExtraColumn, string>>;
export type Cloud = keyof typeof extraColumns;
