import { EXACT_TYPE } from '../../../platform/lake/exact.ts';
/**
 * Storage type of a FOCUS column: money and quantities are exact decimals, instants are UTC, tags are a map of text.
 */
export type FocusType = 'text' | 'decimal' | 'instant' | 'json' | 'tags';

/** The 65 columns of the FOCUS 1.4 CostAndUsage dataset, verbatim. Source: FOCUS specification 1.4. */
export const focusColumns = {
  AllocatedMethodDetails: 'json',
  AllocatedMethodId: 'text',
  AllocatedResourceId: 'text',
  AllocatedResourceName: 'text',
  AllocatedTags: 'json',
  AvailabilityZone: 'text',
  BilledCost: 'decimal',
  BillingAccountId: 'text',
  BillingAccountName: 'text',
  BillingAccountType: 'text',
  BillingCurrency: 'text',
  BillingPeriodEnd: 'instant',
  BillingPeriodStart: 'instant',
  CapacityReservationId: 'text',
  CapacityReservationStatus: 'text',
  ChargeCategory: 'text',
  ChargeClass: 'text',
  ChargeDescription: 'text',
  ChargeFrequency: 'text',
  ChargePeriodEnd: 'instant',
  ChargePeriodStart: 'instant',
  CommitmentDiscountCategory: 'text',
  CommitmentDiscountId: 'text',
  CommitmentDiscountName: 'text',
  CommitmentDiscountQuantity: 'decimal',
  CommitmentDiscountStatus: 'text',
  CommitmentDiscountType: 'text',
  CommitmentDiscountUnit: 'text',
  CommitmentProgramEligibilityDetails: 'json',
  ConsumedQuantity: 'decimal',
  ConsumedUnit: 'text',
  ContractApplied: 'json',
  ContractedCost: 'decimal',
  ContractedUnitPrice: 'decimal',
  EffectiveCost: 'decimal',
  HostProviderName: 'text',
  InvoiceDetailId: 'text',
  InvoiceId: 'text',
  InvoiceIssuerName: 'text',
  ListCost: 'decimal',
  ListUnitPrice: 'decimal',
  PricingCategory: 'text',
  PricingCurrency: 'text',
  PricingCurrencyContractedUnitPrice: 'decimal',
  PricingCurrencyEffectiveCost: 'decimal',
  PricingCurrencyListUnitPrice: 'decimal',
  PricingQuantity: 'decimal',
  PricingUnit: 'text',
  RegionId: 'text',
  RegionName: 'text',
  ResourceId: 'text',
  ResourceName: 'text',
  ResourceType: 'text',
  ServiceCategory: 'text',
  ServiceName: 'text',
  ServiceProviderName: 'text',
  ServiceSubcategory: 'text',
  SkuId: 'text',
  SkuMeter: 'text',
  SkuPriceDetails: 'json',
  SkuPriceId: 'text',
  SubAccountId: 'text',
  SubAccountName: 'text',
  SubAccountType: 'text',
  Tags: 'tags',
} as const satisfies Record<string, FocusType>;

export type FocusColumn = keyof typeof focusColumns;
export const focusColumnNames = Object.keys(focusColumns) as FocusColumn[];

/** Type of every decimal column, with the precision of the lake. */
export const DECIMAL_TYPE = EXACT_TYPE;

export const duckDbTypes: Readonly<Record<FocusType, string>> = {
  text: 'VARCHAR',
  decimal: EXACT_TYPE,
  instant: 'TIMESTAMP',
  json: 'VARCHAR',
  tags: 'MAP(VARCHAR, VARCHAR)',
};

/** Former names of columns in older versions. FOCUS 1.4 removed PublisherName; it stays as x_PublisherName. */
export const formerNames: Readonly<Record<string, FocusColumn>> = {
  ProviderName: 'ServiceProviderName',
  Provider: 'ServiceProviderName',
  InvoiceIssuer: 'InvoiceIssuerName',
};

/** `serviceName` -> `ServiceName`; null when FOCUS has no such column. */
export function findFocusColumn(camelCase: string): FocusColumn | null {
  const name = camelCase.charAt(0).toUpperCase() + camelCase.slice(1);
  return Object.hasOwn(focusColumns, name) ? (name as FocusColumn) : null;
}

/** `ServiceName` -> `serviceName`. */
export function toCamelCase(column: string): string {
  return column.charAt(0).toLowerCase() + column.slice(1);
}
