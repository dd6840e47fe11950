import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Application } from '../../../main.ts';
import { call, catchProblem } from '../../../testing/application.ts';
import { quietApplication, sharedQuietApplication } from '../../../testing/shared.ts';
import { type AwsOffer, type AzureItem, awsCsv, awsJson, azurePage, importPriceFiles } from '../../testing/prices.ts';
import { getPrice, listPrices } from '../schema.ts';

const clock = { now: () => Date.parse('2026-11-25T12:00:00Z') };
/** For lists that are refused: nothing is ever in its catalogue. */
const untouched = await sharedQuietApplication({ clock });
let application: Application;
beforeEach(() => {
  application = untouched;
});
/** A separate application, for tests that read the whole catalogue after an import. */
async function ownApplication(): Promise<void> {
  const own = await quietApplication({ clock });
  onTestFinished(() => own[Symbol.asyncDispose]());
  application = own;
}

const at = '2026-11-24T00:00:00Z';
const priceOf = (resource: string, query: { region?: string; at?: string } = {}) =>
  call(application, getPrice, { query: { resource, at, ...query } });
const catalogue = async () => (await call(application, listPrices, { query: { origin: 'catalogue' } })).prices;
const importAws = (content: string | Buffer, region?: string) =>
  importPriceFiles(application, 'aws', [content], region === undefined ? {} : { region });

const c5: AwsOffer = { type: 'c5.large', price: '0.0850000000' };
/** All but the first are not the on-demand price of a shared Linux machine. */
const OFFERS: readonly AwsOffer[] = [
  c5,
  { type: 'c5.large', price: '0.0960000000', region: 'eu-west-1' },
  { type: 'c5.large', price: '0.177', attributes: { operatingSystem: 'Windows' } },
  { type: 'c5.large', price: '0.5', attributes: { preInstalledSw: 'SQL Std' } },
  { type: 'c5.large', price: '0.09', attributes: { tenancy: 'Dedicated' } },
  { type: 'c5.large', price: '0.085', attributes: { capacitystatus: 'UnusedCapacityReservation' } },
  { type: 'c5.large', price: '0.02', attributes: { marketoption: 'CapacityBlock' } },
  { type: 'c5.large', price: '0.11', attributes: { locationType: 'AWS Local Zone' } },
  { type: 'c5.large', price: '0', attributes: {} },
  { type: 'c5.large', price: '7', unit: 'Quantity' },
  { type: 'c5.metal', price: '4.08', family: 'Compute Instance (bare metal)', attributes: { tenancy: 'Dedicated' } },
  { type: 'i3.metal', price: '5.1', family: 'Compute Instance (bare metal)', attributes: { tenancy: 'Dedicated' } },
  { type: 'i3.metal', price: '4.992', family: 'Compute Instance (bare metal)' },
];

describe('an AWS price list', () => {
  it.each([
    ['JSON', awsJson(OFFERS)],
    ['JSON, packed', gzipSync(awsJson(OFFERS))],
    ['CSV', awsCsv(OFFERS)],
    ['CSV, packed', gzipSync(awsCsv(OFFERS))],
  ])('as %s gives what shared Linux machines cost on demand, by region', async (_format, content) => {
    await ownApplication();
    expect(await importAws(content)).toMatchObject({
      cloud: 'aws',
      publishedAt: '2026-11-20T10:00:00Z',
      unchanged: false,
      prices: 4,
      regions: [
        { region: 'eu-west-1', currency: 'USD', prices: 1, changed: 1 },
        { region: 'us-east-1', currency: 'USD', prices: 3, changed: 3 },
      ],
      leftOutPrices: 0,
    });
    const found = (await catalogue()).map(({ resource, region, price }) => [resource, region, price.amount]);
    expect(found).toEqual([
      ['c5.large', 'eu-west-1', '0.096'],
      ['c5.large', 'us-east-1', '0.085'],
      ['c5.metal', 'us-east-1', '4.08'],
      ['i3.metal', 'us-east-1', '4.992'],
    ]);
    expect(await priceOf('c5.large')).toEqual({
      resource: 'c5.large',
      amount: '0.085',
      currency: 'USD',
      unit: 'hour',
      origin: 'catalogue',
      region: 'us-east-1',
      source: 'AWS on demand, Linux, us-east-1, price list of 2026-11-20',
      book: 'aws-price-list@2026-11-20',
      agreedRows: null,
      rows: null,
      effectiveFrom: '2026-11-01T00:00:00Z',
      effectiveTo: null,
      asOf: '2026-11-20T10:00:00Z',
      ageDays: 3,
    });
    expect(await priceOf('c5.large', { region: 'eu-west-1' })).toMatchObject({ amount: '0.096', region: 'eu-west-1' });
    expect(await priceOf('c5.large@eu-west-1')).toMatchObject({ amount: '0.096' });
    expect(await importAws(content)).toMatchObject({ unchanged: true });
  });

  it('may be taken in for one region only, and says which regions it has for any other', async () => {
    await ownApplication();
    expect((await importAws(awsJson(OFFERS), 'eu-west-1')).regions).toMatchObject([{ region: 'eu-west-1' }]);
    expect(await catchProblem(importAws(awsJson(OFFERS), 'ap-south-1'))).toMatchObject({
      code: 'price_list_unusable',
      detail: expect.stringContaining('no price of ap-south-1; it has eu-west-1, us-east-1'),
    });
  });

  it('of before regions were named needs to be told which it is of', async () => {
    await ownApplication();
    const old = { ...c5, attributes: { regionCode: undefined, marketoption: undefined, locationType: undefined } };
    for (const content of [awsJson([old]), awsCsv([old])]) {
      expect(await catchProblem(importAws(content))).toMatchObject({ detail: expect.stringContaining('--region') });
      expect((await importAws(content, 'us-west-2')).regions).toMatchObject([{ region: 'us-west-2' }]);
    }
  });

  it('leaves out a machine that it prices twice, and says so', async () => {
    await ownApplication();
    const twice = [c5, { ...c5, price: '0.086' }, { type: 'c5.xlarge', price: '0.17' }];
    expect(await importAws(awsJson(twice))).toMatchObject({
      prices: 1,
      leftOutPrices: 1,
      leftOut: [{ resource: 'c5.large', region: 'us-east-1', reason: 'it is priced twice, at $0.085 and at $0.086' }],
    });
  });

  it('is refused whole when it is cut off anywhere, packed or not, and nothing changes', async () => {
    await ownApplication();
    await importAws(awsJson([{ ...c5, price: '9' }]));
    const before = await catalogue();
    const [json, csv] = [Buffer.from(awsJson(OFFERS, '2026-11-21T00:00:00Z')), Buffer.from(awsCsv(OFFERS))];
    for (const ratio of [0.2, 0.5, 0.9, 0.999]) {
      const cut = json.subarray(0, Math.floor((json.length - 1) * ratio));
      expect((await catchProblem(importAws(cut))).code).toBe('file_truncated');
      const packed = gzipSync(json);
      expect((await catchProblem(importAws(packed.subarray(0, Math.floor(packed.length * ratio))))).code).toBe(
        'file_truncated',
      );
      const packedCsv = gzipSync(csv);
      const cutCsv = packedCsv.subarray(0, Math.floor(packedCsv.length * ratio));
      expect((await catchProblem(importAws(cutCsv))).code).toBe('file_truncated');
    }
    expect(await catchProblem(importAws(csv.subarray(0, csv.length - 30)))).toMatchObject({
      code: 'file_truncated',
      detail: expect.stringContaining('in line 32'),
    });
    const lastLine = csv.toString().trimEnd().lastIndexOf(',');
    expect(await catchProblem(importAws(csv.subarray(0, lastLine)))).toMatchObject({
      code: 'csv_malformed',
      detail: expect.stringContaining('line 32: the row has 25 fields, the header has 26'),
    });
    expect(await catalogue()).toEqual(before);
  });

  it.each([
    ['nothing', '', 'file_empty'],
    ['white space', ' \n', 'file_empty'],
    ['text', 'hello', 'file_format_unknown'],
    ['a bill', 'BilledCost,BillingCurrency\n1,USD\n', 'file_format_unknown'],
    ['JSON of something else', '{"a": [1, 2]}', 'file_format_unknown'],
    ['an array', '[1]', 'file_format_unknown'],
    ['the price list of another service', awsJson(OFFERS, undefined, 'AmazonS3'), 'file_format_unknown'],
    ['the same as CSV', awsCsv(OFFERS, undefined, 'AmazonS3'), 'file_format_unknown'],
    ['retail prices of Azure', azurePage([{ type: 'Standard_D2', price: 1 }]), 'file_format_unknown'],
    ['a list without machines', awsJson([{ ...c5, family: 'Storage' }]), 'price_list_unusable'],
    ['a damaged archive', Buffer.from('1f8b0800000000000003ffffffff', 'hex'), 'file_unreadable'],
  ])('is not %s', async (_what, content, code) => {
    expect(await catchProblem(importAws(content))).toMatchObject({ code });
    expect(await catalogue()).toEqual([]);
  });
});

const h100: AzureItem = { type: 'Standard_ND96isr_H100_v5', price: 98.32 };
const ITEMS: readonly AzureItem[] = [
  h100,
  { ...h100, price: 180.1, more: { productName: 'Virtual Machines ND H100 v5 Series Windows' } },
  { ...h100, price: 20, more: { skuName: 'ND96isr H100 v5 Spot', meterName: 'ND96isr H100 v5 Spot' } },
  { ...h100, price: 21, more: { meterName: 'ND96isr H100 v5 Low Priority', skuName: 'ND96isr H100 v5 Low Priority' } },
  { ...h100, price: 400_000, more: { type: 'Reservation', reservationTerm: '1 Year' } },
  { ...h100, price: 60, more: { type: 'DevTestConsumption' } },
  { ...h100, price: 70, more: { productName: 'ND Series Cloud Services' } },
  { ...h100, price: 0 },
  { ...h100, price: 99, more: { isPrimaryMeterRegion: false } },
  { type: 'Standard_ND96isr_H100_v5', price: 110.5, region: 'westeurope' },
  { type: 'Standard_D2_v5', price: 0.096, more: { effectiveStartDate: '2026-09-01T00:00:00Z' } },
];

describe("Azure's retail prices", () => {
  const importAzure = (...pages: string[]) =>
    importPriceFiles(application, 'azure', pages, { publishedAt: '2026-11-23T00:00:00Z' });

  it('give what Linux machines cost on demand, page by page, in one file or several', async () => {
    await ownApplication();
    const next = 'https://prices.example/api/retail/prices?$skip=1000';
    const pages = [azurePage(ITEMS.slice(0, 4), next), azurePage(ITEMS.slice(4), null)];
    expect(await importAzure(...pages)).toMatchObject({
      prices: 3,
      unchanged: false,
      publishedAt: '2026-11-23T00:00:00Z',
    });
    expect(await importAzure(pages.join('\n'))).toMatchObject({ prices: 3, unchanged: true });
    const found = (await catalogue()).map(({ resource, region, price }) => [resource, region, price.amount]);
    expect(found).toEqual([
      ['Standard_D2_v5', 'eastus', '0.096'],
      ['Standard_ND96isr_H100_v5', 'eastus', '98.32'],
      ['Standard_ND96isr_H100_v5', 'westeurope', '110.5'],
    ]);
    expect(await priceOf('Standard_D2_v5')).toMatchObject({
      source: 'Azure pay as you go, Linux, eastus, retail prices of 2026-11-23',
      effectiveFrom: '2026-09-01T00:00:00Z',
      ageDays: 1,
    });
  });

  it('are refused while the last page leads on to one that is not there', async () => {
    const page = azurePage(ITEMS, 'https://prices.example/api/retail/prices?$skip=1000');
    expect(await catchProblem(importAzure(page))).toMatchObject({ code: 'price_list_unusable' });
    expect(await catchProblem(importAzure(page, page))).toMatchObject({ code: 'price_list_unusable' });
    expect(await catalogue()).toEqual([]);
  });

  it.each([
    ['a page that is cut off', azurePage(ITEMS).slice(0, -40), 'file_truncated'],
    ['a price list of AWS', awsJson(OFFERS), 'file_format_unknown'],
    ['a page of other items', JSON.stringify({ Items: [{ id: 1 }] }), 'file_format_unknown'],
    ['no page', '{"error": "too many requests"}', 'file_format_unknown'],
    ['prices of disks only', azurePage([{ ...h100, more: { serviceName: 'Storage' } }]), 'price_list_unusable'],
  ])('are not %s', async (_what, content, code) => {
    expect(await catchProblem(importAzure(content))).toMatchObject({ code });
    expect(await catalogue()).toEqual([]);
  });

  it('end on the day that they say', async () => {
    await ownApplication();
    const ended = { ...h100, type: 'Standard_X', more: { effectiveEndDate: '2026-06-01T00:00:00Z' } };
    await importAzure(azurePage([ended]));
    expect(await priceOf('Standard_X', { at: '2026-05-31T23:00:00Z' })).toMatchObject({ amount: '98.32' });
    expect(await catchProblem(priceOf('Standard_X'))).toMatchObject({ code: 'price_not_found' });
  });
});

describe('price lists over time', () => {
  const month = (name: string, price: string, day = 10) =>
    importAws(awsJson([{ ...c5, price, from: `2026-${name}-01T00:00:00Z` }], `2026-${name}-${day}T00:00:00Z`));
  const timeline = async () => {
    const days = ['2026-08-15', '2026-09-15', '2026-10-15', '2026-11-15'];
    return Promise.all(
      days.map(async (day) => {
        const found = await priceOf('c5.large', { at: `${day}T00:00:00Z` }).catch(() => null);
        return found === null ? null : [found.amount, found.effectiveFrom.slice(0, 10), found.ageDays];
      }),
    );
  };

  it('keep the history, whatever the order in which they come', async () => {
    await ownApplication();
    const expected = [null, ['1', '2026-09-01', 0], ['1', '2026-09-01', 0], ['2', '2026-11-01', 5]];
    await month('09', '1');
    expect(await timeline()).toEqual([null, ['1', '2026-09-01', 5], ['1', '2026-09-01', 35], ['1', '2026-09-01', 66]]);
    await month('11', '2');
    await month('10', '1');
    expect(await timeline()).toEqual(expected);
    expect(await month('09', '1')).toMatchObject({ unchanged: true });
    expect(await timeline()).toEqual(expected);
  });

  it('replace what the same publication said, and what an older one said of the same day', async () => {
    await ownApplication();
    await month('11', '2', 10);
    await month('11', '3', 20);
    expect(await priceOf('c5.large')).toMatchObject({ amount: '3', ageDays: 4 });
    await month('11', '2', 10);
    expect(await priceOf('c5.large')).toMatchObject({ amount: '3', ageDays: 4 });
    const other = { ...c5, type: 'c5.xlarge', from: '2026-11-01T00:00:00Z' };
    await importAws(awsJson([other], '2026-11-20T00:00:00Z'));
    expect((await catalogue()).map(({ resource }) => resource)).toEqual(['c5.xlarge']);
  });
});
