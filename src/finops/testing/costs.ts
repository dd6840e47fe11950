import type { Application } from '../../main.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { call } from '../../testing/application.ts';

const usual = {
  BilledCost: '1',
  EffectiveCost: '1',
  ListCost: '1',
  ContractedCost: '1',
  BillingAccountId: '111',
  BillingAccountName: 'Main',
  BillingAccountType: 'BillingAccount',
  BillingCurrency: 'USD',
  BillingPeriodStart: '2026-10-01T00:00:00Z',
  BillingPeriodEnd: '2026-11-01T00:00:00Z',
  ChargePeriodStart: '2026-10-03T00:00:00Z',
  ChargePeriodEnd: '2026-10-04T00:00:00Z',
  ChargeCategory: 'Usage',
  ChargeClass: '',
  ChargeDescription: 'Instance hours',
  ChargeFrequency: 'Usage-Based',
  CommitmentDiscountId: '',
  CommitmentDiscountStatus: '',
  ConsumedQuantity: '1',
  ConsumedUnit: 'Hours',
  ContractedUnitPrice: '1',
  InvoiceIssuerName: 'AWS',
  ListUnitPrice: '1',
  PricingCategory: 'Standard',
  PricingCurrency: '',
  PricingCurrencyContractedUnitPrice: '',
  PricingCurrencyEffectiveCost: '',
  PricingCurrencyListUnitPrice: '',
  PricingQuantity: '1',
  PricingUnit: 'Hours',
  ServiceProviderName: 'AWS',
  HostProviderName: 'AWS',
  ServiceCategory: 'Compute',
  ServiceName: 'Amazon EC2',
  ServiceSubcategory: 'Virtual Machines',
  SkuId: 'SKU1',
  SkuMeter: 'Compute hours',
  SkuPriceId: 'SKU1.P1',
  SubAccountId: '222',
  SubAccountName: 'Team account',
  SubAccountType: 'Account',
  RegionId: 'us-east-1',
  RegionName: 'US East',
  ResourceId: 'i-1',
  ResourceName: 'one',
  ResourceType: 'Instance',
  Tags: '{"team":"search"}',
};
export type BillRow = Partial<typeof usual> & Readonly<Record<`x_${string}`, string>>;

/** A FOCUS 1.4 bill as CSV, a line for each change of the usual row. */
export function bill(rows: readonly BillRow[]): string {
  const names = [...new Set([...Object.keys(usual), ...rows.flatMap((row) => Object.keys(row))])];
  const lines = rows.map((row) => {
    const all: Record<string, string> = { ...usual, ...row };
    return names.map((name) => `"${(all[name] ?? '').replaceAll('"', '""')}"`).join(',');
  });
  return `${[names.join(','), ...lines].join('\n')}\n`;
}

/** The same month and one cost in all four columns. */
export function inMonth(month: string, cost: string): BillRow {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const next = new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 10);
  return {
    ...{ BilledCost: cost, EffectiveCost: cost, ListCost: cost, ContractedCost: cost },
    BillingPeriodStart: `${month}-01T00:00:00Z`,
    BillingPeriodEnd: `${next}T00:00:00Z`,
    ChargePeriodStart: `${month}-03T00:00:00Z`,
    ChargePeriodEnd: `${month}-04T00:00:00Z`,
  };
}

export async function applyRules(application: Application, rules: string): Promise<void> {
  const text = `apiVersion: steelyard/v1\nkind: AllocationRules\nmetadata: {name: rules}\nspec:\n  rules:\n${rules}`;
  const { applied } = await call(application, postApply, { body: { documents: [{ file: 'rules.yaml', text }] } });
  if (applied.length !== 1) throw new Error(`${applied.length} documents were applied, one was given`);
}

/** Direct by tag, a shared pool by weights that do not divide, a pool in proportion to cost. */
export const SPLITTING_RULES = `
    - {name: support, match: {serviceName: 'Support*'}, split: {method: weights, to: [{subject: {team: search}, weight: '1'}, {subject: {team: ads}, weight: '1'}, {subject: {team: maps}, weight: '1'}]}}
    - {name: network, match: {serviceName: 'Network*'}, split: {method: proportional, by: cost}}
    - {name: tagged, match: {'tag:team': '*'}, subject: {team: '{tag:team}', project: 'ml-{tag:team}'}}
`;
