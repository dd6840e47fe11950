import type { BillingMonth } from './calendar.ts';
import { company, type SubAccount, sellers } from './company.ts';
import type { BillRow, Cloud } from './focus-columns.ts';
import type { Meter } from './meter.ts';
import { Exact, plain } from './money.ts';
import { invoiceIdOf, skuIdsOf } from './sku-ids.ts';

export interface Resource {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly zone?: string;
  readonly group?: string;
}

/** Usage, its place and its time, before it has a price. */
export interface Usage {
  readonly meter: Meter;
  readonly account: SubAccount;
  readonly resource?: Resource;
  /** Tags as JSON; left out: untagged. */
  readonly tags: string | undefined;
  /** Milliseconds since 1970, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** In the meter's pricing unit. */
  readonly quantity: Exact;
}

/** A Savings Plan (spend) or a reservation (usage). */
export interface Commitment {
  readonly id: string;
  readonly name: string;
  readonly type: 'Savings Plan' | 'Reservation';
  readonly category: 'Spend' | 'Usage';
  readonly unit: 'USD' | 'Hours';
}

/** How a usage is priced. `unitPrice` is USD per pricing unit. */
export type Pricing =
  | { readonly kind: 'standard'; readonly contractedUnitPrice: Exact }
  | { readonly kind: 'spot'; readonly unitPrice: Exact }
  | {
      readonly kind: 'committed';
      readonly unitPrice: Exact;
      readonly commitment: Commitment;
      readonly contractedUnitPrice: Exact;
    };

/**
 * A FOCUS usage row. List and contracted cost are unit price x pricing quantity, exactly.
 * - standard: billed = effective = contracted cost.
 * - spot: the market price is the contracted price; PricingCategory Dynamic.
 * - committed: billed 0 (the purchase was billed), effective = commitment price x quantity, status Used.
 */
export function usageRow(month: BillingMonth, usage: Usage, pricing: Pricing): BillRow {
  const listUnitPrice = new Exact(usage.meter.listUnitPrice);
  const contractedUnitPrice = pricing.kind === 'spot' ? pricing.unitPrice : pricing.contractedUnitPrice;
  const contractedCost = contractedUnitPrice.times(usage.quantity);
  const committedCost = pricing.kind === 'committed' ? pricing.unitPrice.times(usage.quantity) : null;
  const row = chargeRow(month, usage, {
    billedCost: committedCost === null ? contractedCost : new Exact(0),
    effectiveCost: committedCost ?? contractedCost,
    listCost: listUnitPrice.times(usage.quantity),
    contractedCost,
  });
  row.ChargeCategory = 'Usage';
  row.ChargeFrequency = 'Usage-Based';
  row.PricingCategory = { standard: 'Standard', spot: 'Dynamic', committed: 'Committed' }[pricing.kind];
  row.ListUnitPrice = plain(listUnitPrice);
  row.ContractedUnitPrice = plain(contractedUnitPrice);
  row.ConsumedQuantity = plain(usage.quantity.times(usage.meter.consumedPerPricingUnit));
  row.ConsumedUnit = usage.meter.consumedUnit;
  if (pricing.kind === 'committed' && committedCost !== null) {
    const { commitment } = pricing;
    putCommitment(row, commitment, commitment.unit === 'USD' ? committedCost : usage.quantity);
    row.CommitmentDiscountStatus = 'Used';
  }
  return row;
}

/**
 * The unused part of a commitment: billed 0, effective = the unused amount, status Unused, no consumed quantity.
 * `usage.quantity` x `usage.meter.listUnitPrice` is that amount.
 */
export function unusedCommitmentRow(month: BillingMonth, usage: Usage, commitment: Commitment): BillRow {
  const cost = new Exact(usage.meter.listUnitPrice).times(usage.quantity);
  const row = chargeRow(month, usage, {
    billedCost: new Exact(0),
    effectiveCost: cost,
    listCost: cost,
    contractedCost: cost,
  });
  row.ChargeCategory = 'Usage';
  row.ChargeFrequency = 'Usage-Based';
  row.PricingCategory = 'Committed';
  row.ListUnitPrice = usage.meter.listUnitPrice;
  row.ContractedUnitPrice = usage.meter.listUnitPrice;
  putCommitment(row, commitment, usage.quantity);
  row.CommitmentDiscountStatus = 'Unused';
  return row;
}

/** The recurring fee of a commitment: billed in full, effective 0, because covered and unused usage carry it. */
export function commitmentPurchaseRow(month: BillingMonth, usage: Usage, commitment: Commitment): BillRow {
  const cost = new Exact(usage.meter.listUnitPrice).times(usage.quantity);
  const row = chargeRow(month, usage, {
    billedCost: cost,
    effectiveCost: new Exact(0),
    listCost: cost,
    contractedCost: cost,
  });
  row.ChargeCategory = 'Purchase';
  row.ChargeFrequency = 'Recurring';
  row.PricingCategory = 'Standard';
  row.ListUnitPrice = usage.meter.listUnitPrice;
  row.ContractedUnitPrice = usage.meter.listUnitPrice;
  putCommitment(row, commitment, usage.quantity);
  return row;
}

export interface Costs {
  readonly billedCost: Exact;
  readonly effectiveCost: Exact;
  readonly listCost: Exact;
  readonly contractedCost: Exact;
}

export interface FlatCharge {
  readonly category: 'Tax' | 'Credit' | 'Adjustment';
  readonly cloud: Cloud;
  readonly account: SubAccount;
  readonly description: string;
  readonly serviceName: string;
  readonly serviceCategory: string;
  readonly serviceSubcategory: string;
  /** `Correction` when it corrects a month that has been invoiced already. */
  readonly correction?: boolean;
  readonly start: number;
  readonly end: number;
  readonly costs: Costs;
}

/** A charge without meter or quantity: tax, credit, or the correction of an invoiced month. */
export function flatRow(month: BillingMonth, charge: FlatCharge): BillRow {
  const row = commonRow(month, charge.cloud, charge.account, charge);
  putCosts(row, charge.costs, charge.cloud);
  row.ChargeCategory = charge.category;
  if (charge.correction) row.ChargeClass = 'Correction';
  row.ChargeDescription = charge.description;
  row.ChargeFrequency = 'One-Time';
  row.ServiceCategory = charge.serviceCategory;
  row.ServiceSubcategory = charge.serviceSubcategory;
  row.ServiceName = charge.serviceName;
  row.PublisherName = sellers[charge.cloud].issuerName;
  return row;
}

function chargeRow(month: BillingMonth, usage: Usage, costs: Costs): BillRow {
  const { meter, resource } = usage;
  const seller = sellers[meter.cloud];
  const row = commonRow(month, meter.cloud, usage.account, usage);
  putCosts(row, costs, meter.cloud);
  const { skuId, skuPriceId } = skuIdsOf(meter);
  Object.assign(row, {
    ChargeDescription: meter.description,
    PricingQuantity: plain(usage.quantity),
    PricingUnit: meter.pricingUnit,
    PublisherName: meter.publisher ?? seller.issuerName,
    RegionId: seller.regionId,
    RegionName: seller.regionName,
    ServiceCategory: meter.serviceCategory,
    ServiceName: meter.serviceName,
    ServiceSubcategory: meter.serviceSubcategory,
    SkuId: skuId,
    SkuMeter: meter.skuMeter,
    SkuPriceId: skuPriceId,
    ...meter.extra,
  } satisfies BillRow);
  if (meter.skuPriceDetails !== undefined) row.SkuPriceDetails = meter.skuPriceDetails;
  if (usage.tags !== undefined) row.Tags = usage.tags;
  if (resource !== undefined) putResource(row, resource);
  return row;
}

function commonRow(
  month: BillingMonth,
  cloud: Cloud,
  account: SubAccount,
  period: { start: number; end: number },
): BillRow {
  const seller = sellers[cloud];
  const row: BillRow = {
    BillingAccountId: seller.billingAccountId,
    BillingAccountName: company.name,
    BillingAccountType: seller.billingAccountType,
    BillingCurrency: 'USD',
    BillingPeriodStart: instantText(cloud, month.start),
    BillingPeriodEnd: instantText(cloud, month.end),
    ChargePeriodStart: instantText(cloud, period.start),
    ChargePeriodEnd: instantText(cloud, period.end),
    InvoiceIssuerName: seller.issuerName,
    PricingCurrency: 'USD',
    ProviderName: seller.providerName,
    SubAccountId: account.id,
    SubAccountName: account.name,
    SubAccountType: seller.subAccountType,
  };
  const invoiceId = invoiceIdOf(cloud, month);
  if (invoiceId !== undefined) row.InvoiceId = invoiceId;
  return row;
}

/** AWS pads its costs to 11 places; Azure writes the exact digits. Costs are never rounded. */
function putCosts(row: BillRow, costs: Costs, cloud: Cloud): void {
  const minDecimals = cloud === 'aws' ? 11 : 0;
  row.BilledCost = plain(costs.billedCost, minDecimals);
  row.EffectiveCost = plain(costs.effectiveCost, minDecimals);
  row.ListCost = plain(costs.listCost, minDecimals);
  row.ContractedCost = plain(costs.contractedCost, minDecimals);
}

function putResource(row: BillRow, resource: Resource): void {
  row.ResourceId = resource.id;
  row.ResourceName = resource.name;
  row.ResourceType = resource.type;
  if (resource.zone !== undefined) row.AvailabilityZone = resource.zone;
  if (resource.group !== undefined) row.x_ResourceGroupName = resource.group;
}

function putCommitment(row: BillRow, commitment: Commitment, quantity: Exact): void {
  row.CommitmentDiscountCategory = commitment.category;
  row.CommitmentDiscountId = commitment.id;
  row.CommitmentDiscountName = commitment.name;
  row.CommitmentDiscountType = commitment.type;
  row.CommitmentDiscountUnit = commitment.unit;
  row.CommitmentDiscountQuantity = plain(quantity);
}

/** AWS' sample files have `2026-03-01 00:00:00`, Azure's have ISO 8601 with `T` and `Z`. Both are UTC. */
function instantText(cloud: Cloud, instant: number): string {
  const seconds = new Date(instant).toISOString().slice(0, 19);
  return cloud === 'aws' ? seconds.replace('T', ' ') : `${seconds}Z`;
}
