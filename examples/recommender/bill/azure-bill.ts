import { DAY_MS, HOUR_MS } from '../../../src/platform/units/durations.ts';
import { createRandom, seedFor } from '../random/xoshiro.ts';
import { type AzureFleet, type AzureTokens, azureFleets, azureTokens } from './azure-fleet.ts';
import { azureInfrastructureMeters, azureVmMeter } from './azure-meters.ts';
import { type BillingMonth, daysOf, slotAt } from './calendar.ts';
import {
  type Commitment,
  commitmentPurchaseRow,
  flatRow,
  type Pricing,
  type Resource,
  unusedCommitmentRow,
  usageRow,
} from './charge.ts';
import { type AzureSubscriptionName, subAccounts } from './company.ts';
import { sameCosts } from './costs.ts';
import { type DailySource, dailyQuantities } from './daily-usage.ts';
import type { BillRow } from './focus-columns.ts';
import type { Meter } from './meter.ts';
import { Exact, quantityOf } from './money.ts';
import { hexId } from './sku-ids.ts';
import { tagsJson } from './tags.ts';

/** Enterprise agreement: 6% off every list price. */
const CONTRACTED_PRICE_FACTOR = '0.94';
/** One-year reservation of four NC24ads A100 v4, USD per machine and hour; 36% below list, an assumption. */
const RESERVED_USD_PER_HOUR = '2.35072';
const RESERVED_MACHINES = 4;
const MONTHLY_CREDIT_USD = '-1200';

const reservation: Commitment = {
  id: `/providers/Microsoft.Capacity/reservationOrders/${hexId('reservation-order', 8)}-4c1d-4f6e-9b2a-${hexId('reservation-order/2', 12)}/reservations/${hexId('reservation', 8)}-77aa-4b3c-8d5e-${hexId('reservation/2', 12)}`,
  name: 'VM_RI_NC24ads_A100_v4_1yr',
  type: 'Reservation',
  category: 'Usage',
  unit: 'Hours',
};

const reservationMeter: Meter = {
  ...azureVmMeter('NC24ads A100 v4', 'Virtual Machines'),
  skuMeter: 'NC24ads A100 v4 Reservation',
  description: 'Reserved VM Instance, Standard_NC24ads_A100_v4, US East, 1 Year',
  listUnitPrice: RESERVED_USD_PER_HOUR,
};

/** All rows of Azure's bill for the month, generated one at a time. The same (seed, month) gives the same rows. */
export function* azureBill(seed: number, month: BillingMonth): Generator<BillRow> {
  yield commitmentPurchaseRow(
    month,
    {
      meter: reservationMeter,
      account: subAccounts.azure['sub-platform'],
      tags: undefined,
      start: month.start,
      end: month.end,
      quantity: new Exact(month.hours * RESERVED_MACHINES),
    },
    reservation,
  );
  for (const { at } of daysOf(month)) yield* dayOfMachines(month, at);
  for (const usage of azureTokens) yield* tokenRows(month, usage, seed);
  for (const storage of storageAccounts) yield* storageRows(month, storage, seed);
  yield flatRow(month, {
    category: 'Credit',
    cloud: 'azure',
    account: subAccounts.azure['sub-platform'],
    description: 'Azure consumption credit',
    serviceName: 'Virtual Machines',
    serviceCategory: 'Compute',
    serviceSubcategory: 'Virtual Machines',
    start: month.start,
    end: month.end,
    costs: sameCosts(MONTHLY_CREDIT_USD),
  });
}

function standardPrice(meter: Meter): Pricing {
  return { kind: 'standard', contractedUnitPrice: contractedUnitPriceOf(meter) };
}

function reservedPrice(meter: Meter): Pricing {
  const unitPrice = new Exact(RESERVED_USD_PER_HOUR);
  return { kind: 'committed', unitPrice, commitment: reservation, contractedUnitPrice: contractedUnitPriceOf(meter) };
}

function contractedUnitPriceOf(meter: Meter): Exact {
  return new Exact(meter.listUnitPrice).times(CONTRACTED_PRICE_FACTOR);
}

/** One day: covered machines take the reservation's hours in order, the rest of their hours is pay-as-you-go. */
function* dayOfMachines(month: BillingMonth, day: number): Generator<BillRow> {
  const period = { start: day, end: day + DAY_MS };
  const knownHours = Math.min(24, (month.knownUntil - day) / HOUR_MS);
  let reservedLeft = new Exact(RESERVED_MACHINES * knownHours);
  for (const fleet of azureFleets) {
    const count = fleet.count[month.index] ?? 0;
    for (let index = 0; index < count; index++) {
      const hours = hoursRun(fleet, index, count, month, day);
      if (hours.isZero()) continue;
      const usage = {
        meter: fleet.meter,
        account: subAccounts.azure[fleet.subscription],
        resource: machineOf(fleet, index),
        tags: tagsJson(fleet.subject, fleet.tagStyle),
        ...period,
      };
      const covered = fleet.market === 'reservation' ? Exact.min(hours, reservedLeft) : new Exact(0);
      reservedLeft = reservedLeft.minus(covered);
      if (covered.gt(0)) yield usageRow(month, { ...usage, quantity: covered }, reservedPrice(fleet.meter));
      const rest = hours.minus(covered);
      if (rest.gt(0)) yield usageRow(month, { ...usage, quantity: rest }, standardPrice(fleet.meter));
    }
  }
  if (reservedLeft.gt(0)) {
    const plan = { meter: reservationMeter, account: subAccounts.azure['sub-platform'], tags: undefined, ...period };
    yield unusedCommitmentRow(month, { ...plan, quantity: reservedLeft }, reservation);
  }
}

/** Hours of one machine within the known part of the day. */
function hoursRun(fleet: AzureFleet, index: number, count: number, month: BillingMonth, day: number): Exact {
  let hours = 0;
  for (let hour = day; hour < Math.min(day + DAY_MS, month.knownUntil); hour += HOUR_MS) {
    hours += fleet.schedule(slotAt(month, hour), index, count);
  }
  return quantityOf(hours);
}

/** A machine of a fleet, as the bill names it. */
export function machineOf(fleet: AzureFleet, index: number): Resource {
  const subscription = subAccounts.azure[fleet.subscription];
  const group = `rg-${fleet.subject.project}`;
  const machineLearning = fleet.meter.serviceName === 'Azure Machine Learning';
  const name = `${fleet.name}-${index + 1}`;
  return {
    id: machineLearning
      ? `${subscription.id}/resourcegroups/${group}/providers/microsoft.machinelearningservices/workspaces/mlw-${fleet.subject.team}/computes/${name}`
      : `${subscription.id}/resourcegroups/${group}/providers/microsoft.compute/virtualmachines/${name}`,
    name,
    type: machineLearning ? 'Azure Machine Learning workspace' : 'Virtual machine',
    group,
  };
}

function* tokenRows(month: BillingMonth, usage: AzureTokens, seed: number): Generator<BillRow> {
  const account = subAccounts.azure[usage.subscription];
  const group = `rg-${usage.subject.project}`;
  const resource = {
    id: `${account.id}/resourcegroups/${group}/providers/microsoft.cognitiveservices/accounts/${usage.deployment}`,
    name: usage.deployment,
    type: 'Azure OpenAI',
    group,
  };
  const random = createRandom(seedFor(seed, `azure/${usage.deployment}/${usage.meter.skuMeter}/${month.label}`));
  const tags = tagsJson(usage.subject, usage.tagStyle);
  for (const day of dailyQuantities(month, usage.source, random)) {
    yield usageRow(month, { meter: usage.meter, account, resource, tags, ...day }, standardPrice(usage.meter));
  }
}

interface StorageAccount {
  readonly subscription: AzureSubscriptionName;
  readonly project: string;
  readonly terabytes: number;
}

const storageAccounts: readonly StorageAccount[] = [
  { subscription: 'sub-search', project: 'semantic-search', terabytes: 18 },
  { subscription: 'sub-fraud', project: 'checkout-risk', terabytes: 11 },
  { subscription: 'sub-forecasting', project: 'demand', terabytes: 24 },
  { subscription: 'sub-assistant', project: 'support', terabytes: 14 },
  { subscription: 'sub-platform', project: 'lake', terabytes: 40 },
];

/** Blob storage, its reads, two disks and the traffic of one subscription. */
function* storageRows(month: BillingMonth, storage: StorageAccount, seed: number): Generator<BillRow> {
  const account = subAccounts.azure[storage.subscription];
  const group = `rg-${storage.project}`;
  const tags = tagsJson({ team: account.team, project: storage.project, environment: 'prod', purpose: 'data' });
  const meters = azureInfrastructureMeters;
  const perDay = 1 / 30.4;
  const lines: { name: string; type: string; meter: Meter; source: DailySource; tags: string | undefined }[] = [
    {
      name: `st${account.team}`,
      type: 'Storage account',
      meter: meters.blobStorage,
      source: { perWeekday: storage.terabytes * 1000 * perDay, noise: 0.002, monthlyGrowth: 1.03 },
      tags,
    },
    {
      name: `st${account.team}`,
      type: 'Storage account',
      meter: meters.blobReads,
      source: { perWeekday: storage.terabytes * 60, decimals: 4, weekendFactor: 0.6 },
      tags,
    },
    ...['a', 'b'].map((disk) => ({
      name: `disk-${account.team}-${disk}`,
      type: 'Disk',
      meter: meters.disk,
      source: { perWeekday: perDay, noise: 0 },
      tags: disk === 'a' ? tags : undefined,
    })),
    {
      name: `vnet-${account.team}`,
      type: 'Virtual network',
      meter: meters.bandwidth,
      source: { perWeekday: storage.terabytes * 10, weekendFactor: 0.7 },
      tags: undefined,
    },
  ];
  for (const line of lines) {
    const random = createRandom(seedFor(seed, `azure/${line.name}/${line.meter.skuMeter}/${month.label}`));
    const resource = {
      id: `${account.id}/resourcegroups/${group}/providers/microsoft.storage/${line.name}`,
      name: line.name,
      type: line.type,
      group,
    };
    for (const day of dailyQuantities(month, line.source, random)) {
      yield usageRow(
        month,
        { meter: line.meter, account, resource, tags: line.tags, ...day },
        standardPrice(line.meter),
      );
    }
  }
}
