import { quoteLiteral } from '../../../platform/lake/index.ts';
import type { CurCharge } from './aws-cur-charges.ts';
import { awsServices } from './aws-services.ts';
import { castToText } from './convert.ts';
import {
  buildCase,
  buildCoalesce,
  buildConstant,
  buildDerivedText,
  buildFirstText,
  lookup,
  type Sql,
} from './expressions.ts';
import type { FileColumns } from './file-columns.ts';
import { mapServiceColumns } from './services.ts';

/** Display names of AWS regions, as its bills write them. */
const awsRegions: Readonly<Record<string, string>> = {
  'us-east-1': 'US East (N. Virginia)',
  'us-east-2': 'US East (Ohio)',
  'us-west-1': 'US West (N. California)',
  'us-west-2': 'US West (Oregon)',
  'ca-central-1': 'Canada (Central)',
  'ca-west-1': 'Canada West (Calgary)',
  'mx-central-1': 'Mexico (Central)',
  'sa-east-1': 'South America (Sao Paulo)',
  'eu-central-1': 'EU (Frankfurt)',
  'eu-central-2': 'Europe (Zurich)',
  'eu-west-1': 'EU (Ireland)',
  'eu-west-2': 'EU (London)',
  'eu-west-3': 'EU (Paris)',
  'eu-north-1': 'EU (Stockholm)',
  'eu-south-1': 'EU (Milan)',
  'eu-south-2': 'Europe (Spain)',
  'ap-east-1': 'Asia Pacific (Hong Kong)',
  'ap-east-2': 'Asia Pacific (Taipei)',
  'ap-south-1': 'Asia Pacific (Mumbai)',
  'ap-south-2': 'Asia Pacific (Hyderabad)',
  'ap-northeast-1': 'Asia Pacific (Tokyo)',
  'ap-northeast-2': 'Asia Pacific (Seoul)',
  'ap-northeast-3': 'Asia Pacific (Osaka)',
  'ap-southeast-1': 'Asia Pacific (Singapore)',
  'ap-southeast-2': 'Asia Pacific (Sydney)',
  'ap-southeast-3': 'Asia Pacific (Jakarta)',
  'ap-southeast-4': 'Asia Pacific (Melbourne)',
  'ap-southeast-5': 'Asia Pacific (Malaysia)',
  'ap-southeast-7': 'Asia Pacific (Thailand)',
  'me-south-1': 'Middle East (Bahrain)',
  'me-central-1': 'Middle East (UAE)',
  'il-central-1': 'Israel (Tel Aviv)',
  'af-south-1': 'Africa (Cape Town)',
  'us-gov-east-1': 'AWS GovCloud (US-East)',
  'us-gov-west-1': 'AWS GovCloud (US-West)',
};

/** Dimensions of a record: provider, service, location and resource. */
export function mapCurDimensions(file: FileColumns, charge: CurCharge) {
  const code = buildFirstText(file.find('lineItem/ProductCode')) ?? 'NULL';
  const product = buildProductValue(file, 'product_name', 'product/ProductName');
  // AWS Marketplace sells models of other vendors under separate product codes.
  const bedrock =
    product === null
      ? []
      : [
          {
            when: `ends_with(${product}, '(Amazon Bedrock Edition)')`,
            service: 'AI and Machine Learning|Generative AI' as const,
          },
        ];
  const { category, subcategory } = mapServiceColumns(code, awsServices, bedrock);
  return {
    ServiceName: buildDerivedText(buildCoalesce([product, code]), 'lineItem/ProductCode'),
    ServiceCategory: buildDerivedText(category, 'lineItem/ProductCode'),
    ServiceSubcategory: buildDerivedText(subcategory, 'lineItem/ProductCode'),
    ...mapProviders(file),
    ...mapPlaces(file),
    ...mapResources(file, charge),
    SkuPriceId: buildDerivedText(
      buildFirstText(file.find('pricing/RateCode'), file.find('pricing/RateId')),
      'pricing/RateCode',
    ),
    SkuPriceDetails: buildSkuPriceDetails(file),
  };
}

/** A marketplace sells for other providers; AWS provides everything else, regardless of the invoicing AWS company. */
function mapProviders(file: FileColumns) {
  const entity = buildFirstText(file.find('bill/BillingEntity')) ?? 'NULL';
  const legal = buildFirstText(file.find('lineItem/LegalEntity'));
  const isMarketplace = `${entity} = 'AWS Marketplace'`;
  const seller = buildCase([{ when: isMarketplace, value: buildCoalesce([legal, entity]) }], "'AWS'");
  const issuer = buildCoalesce([
    buildFirstText(file.find('bill/InvoicingEntity')),
    legal === null ? null : buildCase([{ when: `NOT coalesce(${isMarketplace}, false)`, value: legal }]),
  ]);
  return {
    ServiceProviderName: buildDerivedText(seller, 'bill/BillingEntity'),
    HostProviderName: buildConstant('AWS'),
    InvoiceIssuerName: buildDerivedText(issuer, 'bill/InvoicingEntity'),
  };
}

/** Older reports have no region column: the region is the availability zone without its letter. */
function mapPlaces(file: FileColumns) {
  const zone = buildFirstText(file.find('lineItem/AvailabilityZone'));
  const ofZone =
    zone === null ? null : buildCase([{ when: `${zone}[-1] BETWEEN 'a' AND 'z'`, value: `${zone}[:-2]` }], zone);
  const region = buildCoalesce([
    buildFirstText(file.find('product/regionCode')),
    buildProductValue(file, 'region', 'product/region'),
    ofZone,
  ]);
  if (region === null) return {};
  const location = buildFirstText(file.find('product/location'));
  return {
    RegionId: buildDerivedText(region, 'product/regionCode'),
    RegionName: buildDerivedText(lookup(region, awsRegions, location), 'product/location'),
  };
}

/** Purchase records and unused-commitment records have the commitment as their resource. */
function mapResources(file: FileColumns, charge: CurCharge) {
  const own = buildFirstText(file.find('lineItem/ResourceId'));
  const arn = charge.commitment(
    buildFirstText(file.find('savingsPlan/SavingsPlanARN')),
    buildFirstText(file.find('reservation/ReservationARN'), file.find('reservation/SubscriptionId')),
  );
  const isCommitment = `${charge.isFee} AND ${arn} IS NOT NULL`;
  const id = buildCase(
    [
      { when: charge.isUsage, value: own },
      { when: isCommitment, value: arn },
    ],
    own,
  );
  if (own === null) return { ResourceId: buildDerivedText(id, 'lineItem/ResourceId') };
  const isArn = `starts_with(${own}, 'arn:')`;
  const path = `split_part(${own}, ':', 6)`;
  const type = buildCase([
    { when: `${isArn} AND contains(${path}, '/')`, value: `nullif(split_part(${path}, '/', 1), '')` },
    { when: `${isArn} AND split_part(${own}, ':', 7) <> ''`, value: path },
    { when: `starts_with(${own}, 'i-')`, value: "'instance'" },
    { when: `starts_with(${own}, 'vol-')`, value: "'volume'" },
  ]);
  const name = buildCase([{ when: isArn, value: `split_part(split_part(${own}, ':', -1), '/', -1)` }]);
  return {
    ResourceId: buildDerivedText(id, 'lineItem/ResourceId'),
    ResourceType: buildDerivedText(type, 'lineItem/ResourceId'),
    ResourceName: buildDerivedText(name, 'lineItem/ResourceId'),
  };
}

/** FOCUS keys of `SkuPriceDetails` with their AWS columns. */
const priceDetails: Readonly<
  Record<string, { readonly nested: string; readonly column: string; readonly isNumber: boolean }>
> = {
  InstanceType: { nested: 'instance_type', column: 'product/instanceType', isNumber: false },
  InstanceSeries: { nested: 'instance_family', column: 'product/instanceFamily', isNumber: false },
  GpuCount: { nested: 'gpu', column: 'product/gpu', isNumber: true },
  CoreCount: { nested: 'vcpu', column: 'product/vcpu', isNumber: true },
  OperatingSystem: { nested: 'operating_system', column: 'product/operatingSystem', isNumber: false },
};

/** Only for instances; the JSON contains the known keys. */
function buildSkuPriceDetails(file: FileColumns) {
  const instance = buildProductValue(file, 'instance_type', 'product/instanceType');
  if (instance === null) return null;
  const members = Object.entries(priceDetails).flatMap(([key, { nested, column, isNumber }]) => {
    const value = buildProductValue(file, nested, column);
    if (value === null) return [];
    return [`${quoteLiteral(`"${key}":`)} || ${isNumber ? `TRY_CAST(${value} AS INTEGER)` : `to_json(${value})`}`];
  });
  const json = `'{' || concat_ws(',', ${members.join(', ')}) || '}'`;
  return buildDerivedText(buildCase([{ when: `${instance} IS NOT NULL`, value: json }]), 'product/instanceType');
}

/** Attribute of the product, from its column, else from the product map of CUR 2.0 (JSON text in CSV). */
function buildProductValue(file: FileColumns, nested: string, column: string): Sql {
  const own = file.find(column);
  if (own !== null) return castToText(own);
  const map = file.find('product');
  if (map === null) return null;
  if (map.type.startsWith('MAP')) return `${map.sql}[${quoteLiteral(nested)}]::VARCHAR`;
  return map.type === 'VARCHAR'
    ? `json_extract_string(TRY_CAST(${map.sql} AS JSON), ${quoteLiteral(`$.${nested}`)})`
    : null;
}
