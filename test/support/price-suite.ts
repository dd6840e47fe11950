import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { revertDelivery } from '../../src/finops/billing/schema.ts';
import { meteredCost, recordUsage } from '../../src/finops/metering/schema.ts';
import { getPrice, learnPrices, listPrices, listPricesCsv } from '../../src/finops/prices/schema.ts';
import { awsJson, importPriceFiles } from '../../src/finops/testing/prices.ts';
import type { Application } from '../../src/main.ts';
import { postApply } from '../../src/platform/manifests/schema.ts';
import { call, catchProblem, deliverFiles } from '../../src/testing/application.ts';

type Start = (clock: { now(): number }) => Promise<Application>;

const NOW = Date.parse('2026-11-25T12:00:00Z');

/** A charge for a machine; a missing field has the value of one hour of Linux on demand. */
export interface MachineHour {
  readonly cost: string;
  readonly hours?: string;
  readonly at?: string;
  readonly [column: string]: string | undefined;
}

const COLUMNS = [
  ...['BilledCost', 'EffectiveCost', 'BillingCurrency', 'BillingPeriodStart', 'ChargePeriodStart', 'ChargePeriodEnd'],
  ...[
    'ChargeCategory',
    'ChargeClass',
    'ServiceName',
    'ServiceCategory',
    'RegionId',
    'ConsumedQuantity',
    'ConsumedUnit',
  ],
  ...[
    'PricingCategory',
    'ListUnitPrice',
    'SkuMeter',
    'ChargeDescription',
    'SkuPriceDetails',
    'x_UsageType',
    'x_Operation',
  ],
];

/** A FOCUS bill of one month with these charges. */
export function machineBill(rows: readonly MachineHour[], period = '2026-11'): string {
  const lines = rows.map(({ cost, hours = '1', at = `${period}-02T10:00:00Z`, ...more }) => {
    const fields: Readonly<Record<string, string | undefined>> = {
      BilledCost: cost,
      EffectiveCost: cost,
      BillingCurrency: 'USD',
      BillingPeriodStart: `${period}-01T00:00:00Z`,
      ChargePeriodStart: at,
      ChargePeriodEnd: new Date(Date.parse(at) + 3_600_000).toISOString(),
      ChargeCategory: 'Usage',
      ServiceName: 'Amazon Elastic Compute Cloud',
      ServiceCategory: 'Compute',
      RegionId: 'us-east-1',
      ConsumedQuantity: hours,
      ConsumedUnit: 'Hours',
      PricingCategory: 'Standard',
      SkuPriceDetails: '{"InstanceType":"p5.48xlarge"}',
      ...more,
    };
    return COLUMNS.map((name) => `"${(fields[name] ?? '').replaceAll('"', '""')}"`).join(',');
  });
  return `${[COLUMNS.join(','), ...lines].join('\n')}\n`;
}

/** Sources of prices, on an application with an empty store. */
export function priceSuite(start: Start): void {
  let application: Application;
  beforeEach(async () => {
    application = await start({ now: () => NOW });
    onTestFinished(() => application[Symbol.asyncDispose]());
  });
  const deliver = (rows: readonly MachineHour[], period = '2026-11') =>
    deliverFiles(application, 'aws', { 'bill.csv': machineBill(rows, period) }, { allowShrink: true });
  const priceOf = (resource: string, more: { at?: string; region?: string } = {}) =>
    call(application, getPrice, { query: { resource, ...more } });
  const learned = async () => (await call(application, listPrices, { query: { origin: 'bill' } })).prices;
  const amounts = async () => (await learned()).map(({ resource, price: { amount } }) => [resource, amount]);
  const apply = (text: string) => call(application, postApply, { body: { documents: [{ file: 'p.yaml', text }] } });
  const OWN = (resource: string, perHour: string) => `apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: USD, source: contract, prices: [{resource: "${resource}", perHour: '${perHour}', effectiveFrom: 2026-01-01}]}
`;

  describe('a price that the bill teaches', () => {
    it('is the one that most rows have, with how many agree and how old it is', async () => {
      await deliver([
        { cost: '40.5' },
        { cost: '81', hours: '2', at: '2026-11-20T00:00:00Z' },
        { cost: '40.5', at: '2026-11-20T23:00:00Z' },
        { cost: '20', at: '2026-11-21T00:00:00Z' },
      ]);
      await expect.poll(amounts).toEqual([['p5.48xlarge', '40.5']]);
      expect(await priceOf('p5.48xlarge')).toEqual({
        resource: 'p5.48xlarge',
        amount: '40.5',
        currency: 'USD',
        unit: 'hour',
        origin: 'bill',
        region: 'us-east-1',
        source: 'your bill of 2026-11, us-east-1: 3 of 4 rows agree',
        book: 'bill@2026-11',
        agreedRows: 3,
        rows: 4,
        effectiveFrom: '2026-11-02T10:00:00Z',
        effectiveTo: '2027-02-19T00:00:00Z',
        asOf: '2026-11-21T00:00:00Z',
        ageDays: 4,
      });
    });

    it('is exact where the cost is, and agrees where hours are rounded to seconds', async () => {
      await deliver([
        { cost: '0.0123456789', hours: '0.3' },
        { cost: '18.346648165', hours: '0.333333', SkuPriceDetails: '{"InstanceType":"a"}' },
        { cost: '55.04', SkuPriceDetails: '{"InstanceType":"a"}' },
        { cost: '3', hours: '0.7', SkuPriceDetails: '{"InstanceType":"b"}' },
      ]);
      // 0.0123456789 / 0.3 = 0.041152263; 3 / 0.7 = 4.285714285…, half up.
      const expected = [
        ['a', '55.04'],
        ['b', '4.28571429'],
        ['p5.48xlarge', '0.04115226'],
      ];
      await expect.poll(amounts).toEqual(expected);
      expect((await learned())[0]).toMatchObject({ agreedRows: 2, rows: 2 });
    });

    it('is of a machine as the row names it: its details, its usage type, or its description', async () => {
      const none = { SkuPriceDetails: '' };
      await deliver([
        { cost: '1', ...none, x_UsageType: 'USE2-BoxUsage:g5.12xlarge' },
        { cost: '2', ...none, SkuMeter: 'BoxUsage:c7i.metal-24xl' },
        { cost: '3', ...none, ChargeDescription: '$3 per On Demand Linux g5.4xlarge Instance Hour' },
        { cost: '4', RegionId: 'eastus', SkuPriceDetails: '{"InstanceType":"Standard_ND96isr_H100_v5"}' },
        { cost: '5', ...none, x_UsageType: 'NatGateway-Hours' },
      ]);
      const expected = [
        ['Standard_ND96isr_H100_v5', '4'],
        ['c7i.metal-24xl', '2'],
        ['g5.12xlarge', '1'],
        ['g5.4xlarge', '3'],
      ];
      // The order of capitals is the store's own.
      await expect.poll(async () => (await amounts()).toSorted()).toEqual(expected);
    });

    it('is not learned from what is no hour of Linux at a steady price', async () => {
      await deliver([
        { cost: '10', PricingCategory: 'Dynamic' },
        { cost: '11', x_UsageType: 'SpotUsage:p5.48xlarge' },
        { cost: '12', ChargeDescription: '$12 per On Demand Windows p5.48xlarge Instance Hour' },
        { cost: '13', SkuPriceDetails: '{"InstanceType":"p5.48xlarge","OperatingSystem":"Windows"}' },
        { cost: '14', x_Operation: 'RunInstances:0002' },
        { cost: '15', ConsumedUnit: 'GB' },
        { cost: '16', ChargeCategory: 'Credit' },
        { cost: '17', ChargeClass: 'Correction' },
        { cost: '18', at: '2026-10-31T10:00:00Z' },
        { cost: '2', ListUnitPrice: '1.624', SkuPriceDetails: '{"InstanceType":"g5.4xlarge"}' },
        { cost: '1', hours: '0.7', ListUnitPrice: '1.624', SkuPriceDetails: '{"InstanceType":"g5.4xlarge"}' },
        { cost: '19', hours: '0' },
        { cost: '20', RegionId: '' },
        { cost: '40', ListUnitPrice: '40', x_Operation: 'RunInstances' },
        { cost: '40', ListUnitPrice: '38', PricingCategory: 'Committed' },
      ]);
      await expect.poll(learned).toMatchObject([{ price: { amount: '40' }, agreedRows: 2, rows: 2 }]);
    });

    it('follows the bill, month by month: the next delivery, and the one before it again', async () => {
      await deliver([{ cost: '50' }], '2026-10');
      await expect.poll(amounts).toEqual([['p5.48xlarge', '50']]);
      await deliver([{ cost: '45' }]);
      await expect.poll(amounts).toHaveLength(2);
      const { delivery } = await deliver([{ cost: '44' }]);
      const now = async () => (await priceOf('p5.48xlarge')).amount;
      await expect.poll(now).toBe('44');
      await call(application, revertDelivery, { body: { delivery: delivery ?? '' } });
      await expect.poll(now).toBe('45');
      expect(await priceOf('p5.48xlarge', { at: '2026-10-15T00:00:00Z' })).toMatchObject({ amount: '50' });
      expect(await call(application, learnPrices)).toEqual({ periods: ['2026-10', '2026-11'] });
      expect(await amounts()).toHaveLength(2);
    });
  });

  describe('the price of a machine', () => {
    const list = (price: string) =>
      importPriceFiles(application, 'aws', [awsJson([{ type: 'p5.48xlarge', price, from: '2026-09-01T00:00:00Z' }])]);

    it('is that of your own book, else of the bill, else of the price list, else built in', async () => {
      const now = async () => {
        const { amount, origin } = await priceOf('p5.48xlarge');
        return [amount, origin];
      };
      expect(await now()).toEqual(['55.04', 'builtIn']);
      await list('54');
      expect(await now()).toEqual(['54', 'catalogue']);
      await deliver([{ cost: '41' }]);
      await expect.poll(now).toEqual(['41', 'bill']);
      await apply(OWN('p5.48xlarge', '39'));
      expect(await now()).toEqual(['39', 'own']);
    });

    it('is split by what is known at each time, and every cost names its prices, whence and how old', async () => {
      await list('54');
      await deliver([{ cost: '41', at: '2026-11-02T10:00:00Z' }]);
      await expect.poll(amounts).toHaveLength(1);
      const usage = (name: string, start: string, end: string) => ({
        usage: name,
        subject: { run: 'r' },
        resource: 'p5.48xlarge',
        quantity: '1',
        period: { start, end },
        origin: 'test',
      });
      const intervals = [
        usage('a', '2026-08-31T23:00:00Z', '2026-09-01T01:00:00Z'),
        usage('b', '2026-11-02T09:00:00Z', '2026-11-02T12:00:00Z'),
      ];
      await call(application, recordUsage, { body: { intervals } });
      const { cost, prices } = await call(application, meteredCost, { query: { run: 'r' } });
      // 1 h built in, 2 h of the list, 2 h of the bill.
      expect(cost).toEqual({ amount: '245.04', currency: 'USD' });
      expect(prices.map(({ price, origin, book, ageDays }) => [price.amount, origin, book, ageDays])).toEqual([
        ['55.04', 'builtIn', 'built-in@2026-07-20', 43],
        ['54', 'catalogue', 'aws-price-list@2026-11-20', 0],
        ['41', 'bill', 'bill@2026-11', 0],
      ]);
    });

    it('is that of the list again when the bill is old, and of the bill when nobody else knows', async () => {
      await deliver(
        [
          { cost: '41', at: '2026-03-02T10:00:00Z' },
          { cost: '7', at: '2026-03-02T10:00:00Z', SkuPriceDetails: '{"InstanceType":"x9.large"}' },
        ],
        '2026-03',
      );
      await expect.poll(amounts).toHaveLength(2);
      expect(await priceOf('p5.48xlarge', { at: '2026-05-01T00:00:00Z' })).toMatchObject({ amount: '41', ageDays: 59 });
      expect(await priceOf('p5.48xlarge')).toMatchObject({ amount: '55.04', origin: 'builtIn' });
      expect(await priceOf('x9.large')).toMatchObject({ amount: '7', origin: 'bill', ageDays: 268 });
    });

    it('is of one region: the home of the settings, or the one that is asked for', async () => {
      const offers = ['eu-west-1', 'us-east-1'].map((region) => ({
        type: 'p5.48xlarge',
        region,
        price: region === 'eu-west-1' ? '60' : '54',
      }));
      await importPriceFiles(application, 'aws', [awsJson(offers)]);
      expect(await priceOf('p5.48xlarge')).toMatchObject({ amount: '54', region: 'us-east-1' });
      expect(await priceOf('p5.48xlarge', { region: 'eu-west-1' })).toMatchObject({ amount: '60' });
      // Built-in prices are of us-east-1 and do not apply to other regions.
      expect(await catchProblem(priceOf('p5.48xlarge@eu-west-2'))).toMatchObject({ code: 'price_not_found' });
      await apply(OWN('p5.48xlarge@eu-west-2', '61'));
      expect(await priceOf('p5.48xlarge@eu-west-2')).toMatchObject({ amount: '61', origin: 'own' });
      expect(await priceOf('p5.48xlarge')).toMatchObject({ amount: '54', origin: 'catalogue' });
      await apply(OWN('p5.48xlarge', '38'));
      expect(await priceOf('p5.48xlarge', { region: 'eu-west-1' })).toMatchObject({ amount: '38', origin: 'own' });
    });
  });

  describe('the list of prices', () => {
    it('has all of them, each once, in pages of any size and as CSV', async () => {
      const types = Array.from({ length: 7 }, (_, index) => ({ type: `c${index}.large`, price: `0.${index + 1}` }));
      await importPriceFiles(application, 'aws', [awsJson(types)]);
      await deliver([{ cost: '41' }, { cost: '1.25', RegionId: 'eu-west-1' }]);
      await expect.poll(amounts).toHaveLength(2);
      await apply(OWN('gpu:H100', '6.88'));
      const all: string[] = [];
      const query = { pageSize: 4 };
      for (let token: string | null | undefined; token !== null; ) {
        const asked = token === undefined ? query : { ...query, pageToken: token };
        const page = await call(application, listPrices, { query: asked });
        all.push(
          ...page.prices.map(({ origin, resource, region, effectiveFrom }) =>
            [origin, resource, region, effectiveFrom].join(' '),
          ),
        );
        token = page.nextPageToken;
      }
      expect(new Set(all).size).toBe(all.length);
      expect(all.slice(0, 3)).toEqual([
        'own gpu:H100  2026-01-01T00:00:00Z',
        'bill p5.48xlarge eu-west-1 2026-11-02T10:00:00Z',
        'bill p5.48xlarge us-east-1 2026-11-02T10:00:00Z',
      ]);
      expect(all.filter((line) => line.startsWith('catalogue'))).toHaveLength(7);
      const csv = await call(application, listPricesCsv);
      expect(csv.trim().split('\r\n')).toHaveLength(all.length + 1);
      const builtIn = { origin: 'builtIn', resource: 'p5.48xlarge' } as const;
      expect((await call(application, listPrices, { query: builtIn })).prices).toHaveLength(2);
      const inIreland = await call(application, listPrices, { query: { region: 'eu-west-1' } });
      expect(inIreland.prices).toMatchObject([{ resource: 'p5.48xlarge', price: { amount: '1.25' } }]);
      const other = call(application, listPrices, { query: { origin: 'bill', pageToken: 'made-up' } });
      expect(await catchProblem(other)).toMatchObject({ code: 'invalid_page_token' });
    });
  });
}
