import { HOUR_MS } from '../../../src/platform/units/durations.ts';
import { createRandom, type Random, seedFor } from '../random/xoshiro.ts';
import { type AwsDaily, awsDaily } from './aws-daily.ts';
import { type AwsFleet, awsFleets } from './aws-fleet.ts';
import { ec2Meter, spotMeanUsdPerHour } from './aws-meters.ts';
import { type BillingMonth, hoursOf, slotAt } from './calendar.ts';
import {
  type Commitment,
  type Costs,
  commitmentPurchaseRow,
  flatRow,
  type Pricing,
  type Resource,
  unusedCommitmentRow,
  usageRow,
} from './charge.ts';
import { subAccounts } from './company.ts';
import { addCosts, noCosts, sameCosts, scaleCosts } from './costs.ts';
import { dailyQuantities } from './daily-usage.ts';
import type { BillRow } from './focus-columns.ts';
import type { Meter } from './meter.ts';
import { Exact, quantityOf } from './money.ts';
import { hexId } from './sku-ids.ts';
import { tagsJson } from './tags.ts';

/** Compute Savings Plan, one year, no upfront. The discount is an assumption; AWS's for these families is similar. */
const SAVINGS_PLAN_PRICE_FACTOR = '0.72';
/** Two p5.48xlarge and three g5.12xlarge at the plan's prices. */
const SAVINGS_PLAN_USD_PER_HOUR = '91.50912';
const SALES_TAX_RATE = '0.06';
const MONTHLY_CREDIT_USD = '-2500';

const savingsPlan: Commitment = {
  id: `arn:aws:savingsplans::${subAccounts.aws['platform-shared'].id}:savingsplan/${hexId('savings-plan', 8)}-1yr-compute`,
  name: 'compute-1yr-no-upfront',
  type: 'Savings Plan',
  category: 'Spend',
  unit: 'USD',
};

/** A dollar of the plan: the unit of its fee and its unused part. */
const savingsPlanMeter: Meter = {
  ...ec2Meter('g5.xlarge'),
  skuMeter: 'ComputeSP:1yrNoUpfront',
  description: '1 year No Upfront Compute Savings Plan',
  listUnitPrice: '1',
  pricingUnit: 'USD',
  consumedUnit: 'USD',
  extra: { x_Operation: 'SavingsPlan', x_ServiceCode: 'ComputeSavingsPlans', x_UsageType: 'ComputeSP:1yrNoUpfront' },
};

/** All rows of AWS's bill for the month, generated one at a time. The same (seed, month) gives the same rows. */
export function* awsBill(seed: number, month: BillingMonth): Generator<BillRow> {
  const machines = awsFleets.flatMap((fleet) => machinesOf(fleet, month));
  const spotRandom = createRandom(seedFor(seed, `aws/spot/${month.label}`));
  for (const hour of hoursOf(month)) yield* hourOfMachines(month, hour, machines, spotRandom);
  let taxBase = noCosts();
  for (const daily of awsDaily) {
    for (const row of dailyRows(month, daily, seed)) {
      if (daily.taxed) taxBase = addCosts(taxBase, row);
      yield row;
    }
  }
  yield* monthlyRows(month, taxBase);
}

/** One machine of a fleet, as the bill names it. */
export interface Machine {
  readonly fleet: AwsFleet;
  readonly index: number;
  readonly count: number;
  readonly resource: Resource;
  readonly tags: string | undefined;
}

/** Machines of a fleet in a month. */
export function machinesOf(fleet: AwsFleet, month: BillingMonth): Machine[] {
  const count = fleet.count[month.index] ?? 0;
  const account = subAccounts.aws[fleet.account];
  return Array.from({ length: count }, (_, index) => {
    const name = `${fleet.name}-${index + 1}`;
    const service = fleet.resourceType === 'instance' ? 'ec2' : 'sagemaker';
    const suffix = fleet.resourceType === 'instance' ? `i-0${hexId(name, 16)}` : name;
    const resource = {
      id: `arn:aws:${service}:us-east-1:${account.id}:${fleet.resourceType}/${suffix}`,
      name: fleet.resourceType === 'instance' ? `i-0${hexId(name, 16)}` : name,
      type: fleet.resourceType,
      zone: `us-east-1${'abc'.charAt(index % 3)}`,
    };
    return { fleet, index, count, resource, tags: tagsJson(fleet.subject, fleet.tagStyle) };
  });
}

/**
 * One hour: machines under the Savings Plan take its commitment in order; a machine beyond the commitment pays on
 * demand.
 */
function* hourOfMachines(
  month: BillingMonth,
  hour: number,
  machines: readonly Machine[],
  random: Random,
): Generator<BillRow> {
  const slot = slotAt(month, hour);
  const period = { start: hour, end: hour + HOUR_MS };
  const spotPrice = new Exact((spotMeanUsdPerHour['g5.12xlarge'] * (1 + 0.12 * (random.next() - 0.5))).toFixed(4));
  let commitmentLeft = new Exact(SAVINGS_PLAN_USD_PER_HOUR);
  for (const { fleet, index, count, resource, tags } of machines) {
    const hours = fleet.schedule(slot, index, count);
    if (hours <= 0) continue;
    const quantity = quantityOf(hours);
    const account = subAccounts.aws[fleet.account];
    const usage = { meter: fleet.meter, account, resource, tags, quantity, ...period };
    const listUnitPrice = new Exact(fleet.meter.listUnitPrice);
    let pricing: Pricing = { kind: 'standard', contractedUnitPrice: listUnitPrice };
    if (fleet.market === 'spot') pricing = { kind: 'spot', unitPrice: spotPrice };
    if (fleet.market === 'savings-plan') {
      const unitPrice = listUnitPrice.times(SAVINGS_PLAN_PRICE_FACTOR);
      const cost = unitPrice.times(quantity);
      if (cost.lte(commitmentLeft)) {
        commitmentLeft = commitmentLeft.minus(cost);
        pricing = { kind: 'committed', unitPrice, commitment: savingsPlan, contractedUnitPrice: listUnitPrice };
      }
    }
    yield usageRow(month, usage, pricing);
  }
  const plan = { meter: savingsPlanMeter, account: subAccounts.aws['platform-shared'], tags: undefined, ...period };
  const fee = new Exact(SAVINGS_PLAN_USD_PER_HOUR);
  yield commitmentPurchaseRow(month, { ...plan, quantity: fee }, savingsPlan);
  if (commitmentLeft.gt(0)) yield unusedCommitmentRow(month, { ...plan, quantity: commitmentLeft }, savingsPlan);
}

function* dailyRows(month: BillingMonth, daily: AwsDaily, seed: number): Generator<BillRow> {
  const random = createRandom(seedFor(seed, `aws/${daily.name}/${month.label}`));
  const tags = tagsJson(daily.subject, daily.tagStyle);
  const pricing: Pricing = { kind: 'standard', contractedUnitPrice: new Exact(daily.meter.listUnitPrice) };
  const resource = daily.resource === undefined ? {} : { resource: daily.resource };
  for (const day of dailyQuantities(month, daily.source, random)) {
    if (day.quantity.isZero()) continue;
    yield usageRow(
      month,
      { meter: daily.meter, account: subAccounts.aws[daily.account], tags, ...resource, ...day },
      pricing,
    );
  }
}

/** Sales tax on storage and traffic, a credit, and in the open month a correction of the month before. */
function* monthlyRows(month: BillingMonth, taxBase: Costs): Generator<BillRow> {
  const account = subAccounts.aws['platform-shared'];
  const whole = { cloud: 'aws', account, start: month.start, end: month.end } as const;
  yield flatRow(month, {
    ...whole,
    category: 'Tax',
    description: 'US sales tax on storage and data transfer',
    serviceName: 'Amazon Simple Storage Service',
    serviceCategory: 'Storage',
    serviceSubcategory: 'Object Storage',
    costs: scaleCosts(taxBase, SALES_TAX_RATE),
  });
  const compute = {
    serviceName: 'Amazon Elastic Compute Cloud',
    serviceCategory: 'Compute',
    serviceSubcategory: 'Virtual Machines',
  };
  yield flatRow(month, {
    ...whole,
    ...compute,
    category: 'Credit',
    description: 'Enterprise Discount Program credit',
    costs: sameCosts(MONTHLY_CREDIT_USD),
  });
  if (!month.open) return;
  yield flatRow(month, {
    ...whole,
    ...compute,
    category: 'Adjustment',
    correction: true,
    description: 'Refund for p4d.24xlarge capacity that failed to launch last month',
    start: month.start - 12 * 24 * HOUR_MS,
    end: month.start - 11 * 24 * HOUR_MS,
    costs: sameCosts('-526.983408'),
  });
}
