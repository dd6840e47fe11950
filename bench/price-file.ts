import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** Contents of a generated price list, and the expected result of its import. */
export interface PriceFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** Instance types with an on-demand price of Linux, each once. */
  readonly prices: number;
}

export type PriceFileFormat = 'json' | 'csv';

/** Products of one instance type: operating systems, tenancies, software and states of its capacity, as EC2 lists them. */
const SYSTEMS = ['Linux', 'Windows', 'RHEL', 'SUSE', 'Ubuntu Pro'] as const;
const TENANCIES = ['Shared', 'Dedicated', 'Host'] as const;
const SOFTWARE = ['NA', 'SQL Web', 'SQL Std', 'SQL Ent'] as const;
const CAPACITIES = ['Used', 'AllocatedCapacityReservation', 'UnusedCapacityReservation'] as const;
const PRODUCTS_A_TYPE = SYSTEMS.length * TENANCIES.length * SOFTWARE.length * CAPACITIES.length;
/** Offer code of on-demand usage. */
const ON_DEMAND = 'JRTCKXETXF';
/** Offer codes of a reserved instance: one and three years, by three ways to pay, standard and convertible. */
const LEASES = Array.from({ length: 12 }, (_, index) => `NQ3QZPMQV${index.toString(36).toUpperCase()}`);

/**
 * Writes an AWS price list of EC2 in one region, as the bulk API serves it, with `types` instance types. Everything is made
 * from numbers, so that the same call writes the same bytes. A type takes some 1.4 MB of either.
 */
export async function writePriceFile(
  path: string,
  {
    format,
    types,
    gzip = false,
  }: { readonly format: PriceFileFormat; readonly types: number; readonly gzip?: boolean },
): Promise<PriceFile> {
  const text = Readable.from(format === 'json' ? jsonParts(types) : csvParts(types));
  await (gzip
    ? pipeline(text, createGzip({ level: 1 }), createWriteStream(path))
    : pipeline(text, createWriteStream(path)));
  return { path, sizeBytes: (await stat(path)).size, prices: types };
}

interface Product {
  readonly sku: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Dollars an hour. */
  readonly price: string;
}

function* productsOf(types: number): Generator<Product> {
  for (let index = 0; index < types * PRODUCTS_A_TYPE; index += 1) yield productAt(index);
}

function productAt(index: number): Product {
  const type = Math.floor(index / PRODUCTS_A_TYPE);
  const variant = index % PRODUCTS_A_TYPE;
  const of = <T>(values: readonly T[], stride: number): T => values[Math.floor(variant / stride) % values.length] as T;
  const system = of(SYSTEMS, 1);
  const tenancy = of(TENANCIES, SYSTEMS.length);
  const software = of(SOFTWARE, SYSTEMS.length * TENANCIES.length);
  const capacity = of(CAPACITIES, SYSTEMS.length * TENANCIES.length * SOFTWARE.length);
  const instanceType = `g${type}.${2 ** (type % 6)}xlarge`;
  return {
    sku: skuOf(index),
    price: `${1 + (type % 97)}.${String(variant).padStart(4, '0')}000000`,
    attributes: attributesOf({ instanceType, system, tenancy, software, capacity }),
  };
}

/** Sixteen letters and digits that no other number has. */
function skuOf(index: number): string {
  return (BigInt(index + 1) * 2_862_933_555_777_941_759n).toString(36).toUpperCase().padStart(16, 'S').slice(-16);
}

function attributesOf(of: Readonly<Record<'instanceType' | 'system' | 'tenancy' | 'software' | 'capacity', string>>) {
  return {
    servicecode: 'AmazonEC2',
    location: 'US East (N. Virginia)',
    locationType: 'AWS Region',
    instanceType: of.instanceType,
    currentGeneration: 'Yes',
    instanceFamily: 'GPU instance',
    vcpu: '192',
    physicalProcessor: 'AMD EPYC 7R13 Processor',
    memory: '2048 GiB',
    storage: '8 x 3840 GB NVMe SSD',
    networkPerformance: '3200 Gigabit',
    processorArchitecture: '64-bit',
    tenancy: of.tenancy,
    operatingSystem: of.system,
    licenseModel: 'No License required',
    usagetype: `${of.capacity === 'Used' ? 'BoxUsage' : 'Reservation'}:${of.instanceType}`,
    operation: 'RunInstances',
    availabilityzone: 'NA',
    capacitystatus: of.capacity,
    classicnetworkingsupport: 'false',
    gpu: '8',
    marketoption: 'OnDemand',
    normalizationSizeFactor: '384',
    preInstalledSw: of.software,
    processorFeatures: 'Intel AVX; Intel AVX2; Intel Turbo',
    regionCode: 'us-east-1',
    servicename: 'Amazon Elastic Compute Cloud',
    vpcnetworkingsupport: 'true',
  };
}

const EFFECTIVE = '2026-11-01T00:00:00Z';

function* jsonParts(types: number): Generator<string> {
  yield '{\n  "formatVersion" : "v1.0",\n  "disclaimer" : "Generated: no price of anybody.",\n  "offerCode" : "AmazonEC2",\n';
  yield '  "version" : "20261120000000",\n  "publicationDate" : "2026-11-20T00:00:00Z",\n  "products" : {\n';
  yield* separated(productsOf(types), ({ sku, attributes }) => {
    const product = { sku, productFamily: 'Compute Instance', attributes };
    return `    "${sku}" : ${JSON.stringify(product, null, 2)}`;
  });
  yield '\n  },\n  "terms" : {\n    "OnDemand" : {\n';
  yield* separated(productsOf(types), (product) => termJson(product, [ON_DEMAND]));
  yield '\n    },\n    "Reserved" : {\n';
  yield* separated(productsOf(types), (product) => termJson(product, LEASES));
  yield '\n    }\n  },\n  "attributesList" : { }\n}\n';
}

function* separated<T>(items: Iterable<T>, textOf: (item: T) => string): Generator<string> {
  let first = true;
  for (const item of items) {
    yield first ? textOf(item) : `,\n${textOf(item)}`;
    first = false;
  }
}

/** Offers of one product under `terms`, by their codes. */
function termJson({ sku, price }: Product, codes: readonly string[]): string {
  const offers = Object.fromEntries(codes.map((code) => [`${sku}.${code}`, offerOf(sku, code, price)]));
  return `      "${sku}" : ${JSON.stringify(offers, null, 2)}`;
}

function offerOf(sku: string, code: string, price: string) {
  const rateCode = `${sku}.${code}.6YS6EN2CT7`;
  const dimension = {
    rateCode,
    description: `$${price} per hour`,
    beginRange: '0',
    endRange: 'Inf',
    unit: 'Hrs',
    appliesTo: [],
    pricePerUnit: { USD: price },
  };
  return {
    offerTermCode: code,
    sku,
    effectiveDate: EFFECTIVE,
    priceDimensions: { [rateCode]: dimension },
    termAttributes: {},
  };
}

const TERM_COLUMNS = [
  ...['SKU', 'OfferTermCode', 'RateCode', 'TermType', 'PriceDescription', 'EffectiveDate', 'StartingRange'],
  ...['EndingRange', 'Unit', 'PricePerUnit', 'Currency', 'RelatedTo', 'LeaseContractLength', 'PurchaseOption'],
  'OfferingClass',
];
/** Columns of a product in CSV, with the attribute that JSON has. */
const PRODUCT_COLUMNS: Readonly<Record<string, string>> = {
  serviceCode: 'servicecode',
  Location: 'location',
  'Location Type': 'locationType',
  'Instance Type': 'instanceType',
  'Current Generation': 'currentGeneration',
  'Instance Family': 'instanceFamily',
  vCPU: 'vcpu',
  'Physical Processor': 'physicalProcessor',
  Memory: 'memory',
  Storage: 'storage',
  'Network Performance': 'networkPerformance',
  'Processor Architecture': 'processorArchitecture',
  Tenancy: 'tenancy',
  'Operating System': 'operatingSystem',
  'License Model': 'licenseModel',
  usageType: 'usagetype',
  operation: 'operation',
  AvailabilityZone: 'availabilityzone',
  CapacityStatus: 'capacitystatus',
  GPU: 'gpu',
  MarketOption: 'marketoption',
  'Normalization Size Factor': 'normalizationSizeFactor',
  'Pre Installed S/W': 'preInstalledSw',
  'Processor Features': 'processorFeatures',
  'Region Code': 'regionCode',
  serviceName: 'servicename',
};

function* csvParts(types: number): Generator<string> {
  const preamble = [
    ['FormatVersion', 'v1.0'],
    ['Disclaimer', 'Generated: no price of anybody.'],
    ['Publication Date', '2026-11-20T00:00:00Z'],
    ['Version', '20261120000000'],
    ['OfferCode', 'AmazonEC2'],
  ];
  for (const line of preamble) yield csvRecord(line);
  yield csvRecord([...TERM_COLUMNS, 'Product Family', ...Object.keys(PRODUCT_COLUMNS)]);
  for (const product of productsOf(types)) {
    yield csvRecord(['OnDemand', ...termFields(product, ON_DEMAND, ['', '', ''])], product);
    for (const [index, code] of LEASES.entries()) {
      const lease = [index % 2 === 0 ? '1yr' : '3yr', 'No Upfront', 'standard'];
      yield csvRecord(['Reserved', ...termFields(product, code, lease)], product);
    }
  }
}

function termFields({ price }: Product, code: string, lease: readonly string[]): string[] {
  return [code, `$${price} per hour`, EFFECTIVE, '0', 'Inf', 'Hrs', price, 'USD', '', ...lease];
}

function csvRecord(fields: readonly string[], product?: Product): string {
  if (product === undefined) return line(fields);
  const [term = '', code = '', ...rest] = fields;
  const attributes = Object.values(PRODUCT_COLUMNS).map((name) => product.attributes[name] ?? '');
  const { sku } = product;
  return line([sku, code, `${sku}.${code}`, term, ...rest, 'Compute Instance', ...attributes]);
}

function line(fields: readonly string[]): string {
  return `${fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(',')}\n`;
}
