import type { z } from 'zod';
import type { Application } from '../../main.ts';
import { Upload } from '../../platform/uploads/schema.ts';
import { call } from '../../testing/application.ts';
import { importPrices, type PriceImport } from '../prices/schema.ts';

/** A product of an AWS price list with its on-demand price; the defaults are those of a Linux machine with shared tenancy, in use. */
export interface AwsOffer {
  readonly type: string;
  readonly price: string;
  readonly region?: string;
  readonly currency?: string;
  readonly from?: string;
  readonly family?: string;
  readonly unit?: string;
  readonly attributes?: Readonly<Record<string, string | undefined>>;
}

const buildAttributes = ({
  type,
  region = 'us-east-1',
  attributes,
}: AwsOffer): Readonly<Record<string, string | undefined>> => ({
  servicecode: 'AmazonEC2',
  location: 'Somewhere (Else)',
  locationType: 'AWS Region',
  instanceType: type,
  tenancy: 'Shared',
  operatingSystem: 'Linux',
  licenseModel: 'No License required',
  usagetype: `BoxUsage:${type}`,
  operation: 'RunInstances',
  capacitystatus: 'Used',
  marketoption: 'OnDemand',
  preInstalledSw: 'NA',
  regionCode: region,
  ...attributes,
});

const FAMILY = 'Compute Instance';
const FROM = '2026-11-01T00:00:00Z';

/** An AWS price list as the bulk API serves it in JSON, with reserved terms and a product that is no machine. */
export function awsJson(offers: readonly AwsOffer[], publishedAt = '2026-11-20T10:00:00Z', code = 'AmazonEC2'): string {
  const skus = offers.map((_, index) => `SKU${index}`);
  const products = offers.map((offer, index) => [
    skus[index],
    { sku: skus[index], productFamily: offer.family ?? FAMILY, attributes: buildAttributes(offer) },
  ]);
  const other = { sku: 'OTHER', productFamily: 'Storage', attributes: { servicecode: 'AmazonEC2', volumeType: 'gp3' } };
  const term = ({ price, currency = 'USD', from = FROM, unit = 'Hrs' }: AwsOffer, sku = '') => ({
    [`${sku}.JRTCKXETXF`]: {
      offerTermCode: 'JRTCKXETXF',
      sku,
      effectiveDate: from,
      priceDimensions: {
        [`${sku}.JRTCKXETXF.6YS6EN2CT7`]: {
          rateCode: `${sku}.JRTCKXETXF.6YS6EN2CT7`,
          description: `$${price} per On Demand`,
          beginRange: '0',
          endRange: 'Inf',
          unit,
          appliesTo: [],
          pricePerUnit: { [currency]: price },
        },
      },
      termAttributes: {},
    },
  });
  const terms = Object.fromEntries(offers.map((offer, index) => [skus[index], term(offer, skus[index])]));
  const reserved = Object.fromEntries(offers.map((offer, index) => [skus[index], term({ ...offer, price: '0.01' })]));
  const document = {
    formatVersion: 'v1.0',
    disclaimer: 'Made for a test.',
    offerCode: code,
    version: '20261120100000',
    publicationDate: publishedAt,
    products: { ...Object.fromEntries(products), OTHER: other },
    terms: { OnDemand: terms, Reserved: reserved },
    attributesList: {},
  };
  return JSON.stringify(document, null, 2);
}

const CSV_ATTRIBUTES: Readonly<Record<string, string>> = {
  serviceCode: 'servicecode',
  Location: 'location',
  'Location Type': 'locationType',
  'Instance Type': 'instanceType',
  Tenancy: 'tenancy',
  'Operating System': 'operatingSystem',
  'License Model': 'licenseModel',
  usageType: 'usagetype',
  operation: 'operation',
  CapacityStatus: 'capacitystatus',
  'Pre Installed S/W': 'preInstalledSw',
  MarketOption: 'marketoption',
  'Region Code': 'regionCode',
};

/** The same list as CSV: facts in front, then one line a rate. */
export function awsCsv(offers: readonly AwsOffer[], publishedAt = '2026-11-20T10:00:00Z', code = 'AmazonEC2'): string {
  const facts = [
    ['FormatVersion', 'v1.0'],
    ['Disclaimer', 'Made for a test, with a comma and a "quote".'],
    ['Publication Date', publishedAt],
    ['Version', '20261120100000'],
    ['OfferCode', code],
  ];
  const columns = [
    'SKU',
    'OfferTermCode',
    'RateCode',
    'TermType',
    'PriceDescription',
    'EffectiveDate',
    'StartingRange',
  ];
  const rates = ['EndingRange', 'Unit', 'PricePerUnit', 'Currency', 'LeaseContractLength', 'Product Family'];
  const rowOf = (offer: AwsOffer, index: number, term: string) => [
    ...[`SKU${index}`, 'JRTCKXETXF', `SKU${index}.JRTCKXETXF`, term, `$${offer.price} per hour`],
    ...[(offer.from ?? FROM).slice(0, 10), '0', 'Inf', offer.unit ?? 'Hrs', offer.price, offer.currency ?? 'USD'],
    ...[term === 'Reserved' ? '1yr' : '', offer.family ?? FAMILY],
    ...Object.values(CSV_ATTRIBUTES).map((name) => buildAttributes(offer)[name] ?? ''),
  ];
  const rows = offers.flatMap((offer, index) => [
    rowOf(offer, index, 'OnDemand'),
    rowOf({ ...offer, price: '0.01' }, index, 'Reserved'),
  ]);
  const quoted = (fields: readonly string[]) => fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(',');
  return `${[...facts, [...columns, ...rates, ...Object.keys(CSV_ATTRIBUTES)], ...rows].map(quoted).join('\n')}\n`;
}

/** A price of Azure's Retail Prices API; the defaults are those of a Linux machine on demand. */
export interface AzureItem {
  readonly type: string;
  readonly price: number;
  readonly region?: string;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** A page of the Retail Prices API. */
export function azurePage(items: readonly AzureItem[], next: string | null = null): string {
  return JSON.stringify({
    BillingCurrency: 'USD',
    CustomerEntityId: 'Default',
    CustomerEntityType: 'Retail',
    Items: items.map(({ type, price, region = 'eastus', more }) => ({
      currencyCode: 'USD',
      tierMinimumUnits: 0,
      retailPrice: price,
      unitPrice: price,
      armRegionName: region,
      location: 'US East',
      effectiveStartDate: '2026-03-01T00:00:00Z',
      meterId: '000a794b-bdb0-58be-a0cd-0c3a0f222923',
      meterName: type.replace('Standard_', '').replaceAll('_', ' '),
      productId: 'DZH318Z0BQPS',
      skuId: 'DZH318Z0BQPS/00TG',
      productName: 'Virtual Machines ND H100 v5 Series',
      skuName: type.replace('Standard_', '').replaceAll('_', ' '),
      serviceName: 'Virtual Machines',
      serviceId: 'DZH313Z7MMC8',
      serviceFamily: 'Compute',
      unitOfMeasure: '1 Hour',
      type: 'Consumption',
      isPrimaryMeterRegion: true,
      armSkuName: type,
      ...more,
    })),
    NextPageLink: next,
    Count: items.length,
  });
}

type ImportOptions = Omit<z.input<typeof importPrices.body>, 'cloud' | 'files'>;

/** Uploads a price list and imports it, as the command line does. */
export async function importPriceFiles(
  application: Application,
  cloud: 'aws' | 'azure',
  contents: readonly (string | Buffer)[],
  options: ImportOptions = {},
): Promise<PriceImport> {
  const files: { upload: string; name: string }[] = [];
  for (const [index, content] of contents.entries()) {
    const answer = await application.http.inject({
      method: 'POST',
      url: '/api/v1/uploads?name=list',
      headers: { host: 'localhost', 'content-type': 'application/octet-stream' },
      payload: content,
    });
    files.push({ upload: Upload.parse(answer.json()).upload, name: `list-${index}` });
  }
  return call(application, importPrices, { body: { cloud, files, ...options } });
}
