import type { BillRow } from './costs.ts';

const HOUR = 3_600_000;
const iso = (at: number) => new Date(at).toISOString();

/** An hour of the bill: the quantity on demand, and the quantity covered by a commitment. */
export function billedHour(at: number, onDemand: number, committed = 0): BillRow[] {
  const month = iso(at).slice(0, 7);
  const next = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 1)).toISOString().slice(0, 7);
  const row: BillRow = {
    ...{ ChargePeriodStart: iso(at), ChargePeriodEnd: iso(at + HOUR), SkuId: 'GPU', ContractedUnitPrice: '3.06' },
    ...{ BillingPeriodStart: `${month}-01T00:00:00Z`, BillingPeriodEnd: `${next}-01T00:00:00Z` },
  };
  const bought: BillRow = {
    ...{ PricingCategory: 'Committed', CommitmentDiscountId: 'ri-1', CommitmentDiscountStatus: 'Used' },
    ...{ CommitmentDiscountQuantity: '1', CommitmentDiscountUnit: 'Hours', CommitmentDiscountCategory: 'Usage' },
  } as BillRow;
  return [
    ...(onDemand === 0 ? [] : [{ ...row, PricingQuantity: String(onDemand) }]),
    ...(committed === 0 ? [] : [{ ...row, ...bought, PricingQuantity: String(committed), ContractedUnitPrice: '1.9' }]),
  ];
}
