import { literal } from '../../../platform/lake/index.ts';
import type { CurCharge } from './aws-cur-charges.ts';
import { awsRegions } from './aws-regions.ts';
import { awsServices } from './aws-services.ts';
import { textOf } from './convert.ts';
import { caseOf, coalesced, constant, derivedText, firstText, lookup, type Sql } from './expressions.ts';
import type { FileColumns } from './file-columns.ts';
import { serviceColumns } from './services.ts';

/** Dimensions of a record: provider, service, location and resource. */
export function curDimensions(file: FileColumns, charge: CurCharge) {
  const code = firstText(file.find('lineItem/ProductCode')) ?? 'NULL';
  const product = productValue(file, 'product_name', 'product/ProductName');
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
  const { category, subcategory } = serviceColumns(code, awsServices, bedrock);
  return {
    ServiceName: derivedText(coalesced([product, code]), 'lineItem/ProductCode'),
    ServiceCategory: derivedText(category, 'lineItem/ProductCode'),
    ServiceSubcategory: derivedText(subcategory, 'lineItem/ProductCode'),
    ...providers(file),
    ...places(file),
    ...resources(file, charge),
    SkuPriceId: derivedText(firstText(file.find('pricing/RateCode'), file.find('pricing/RateId')), 'pricing/RateCode'),
    SkuPriceDetails: skuPriceDetails(file),
  };
}

/** A marketplace sells for other providers; AWS provides everything else, regardless of the invoicing AWS company. */
function providers(file: FileColumns) {
  const entity = firstText(file.find('bill/BillingEntity')) ?? 'NULL';
  const legal = firstText(file.find('lineItem/LegalEntity'));
  const isMarketplace = `${entity} = 'AWS Marketplace'`;
  const seller = caseOf([{ when: isMarketplace, value: coalesced([legal, entity]) }], "'AWS'");
  const issuer = coalesced([
    firstText(file.find('bill/InvoicingEntity')),
    legal === null ? null : caseOf([{ when: `NOT coalesce(${isMarketplace}, false)`, value: legal }]),
  ]);
  return {
    ServiceProviderName: derivedText(seller, 'bill/BillingEntity'),
    HostProviderName: constant('AWS'),
    InvoiceIssuerName: derivedText(issuer, 'bill/InvoicingEntity'),
  };
}

/** Older reports have no region column: the region is the availability zone without its letter. */
function places(file: FileColumns) {
  const zone = firstText(file.find('lineItem/AvailabilityZone'));
  const ofZone =
    zone === null ? null : caseOf([{ when: `${zone}[-1] BETWEEN 'a' AND 'z'`, value: `${zone}[:-2]` }], zone);
  const region = coalesced([
    firstText(file.find('product/regionCode')),
    productValue(file, 'region', 'product/region'),
    ofZone,
  ]);
  if (region === null) return {};
  const location = firstText(file.find('product/location'));
  return {
    RegionId: derivedText(region, 'product/regionCode'),
    RegionName: derivedText(lookup(region, awsRegions, location), 'product/location'),
  };
}

/** Purchase records and unused-commitment records have the commitment as their resource. */
function resources(file: FileColumns, charge: CurCharge) {
  const own = firstText(file.find('lineItem/ResourceId'));
  const arn = charge.commitment(
    firstText(file.find('savingsPlan/SavingsPlanARN')),
    firstText(file.find('reservation/ReservationARN'), file.find('reservation/SubscriptionId')),
  );
  const isCommitment = `${charge.isFee} AND ${arn} IS NOT NULL`;
  const id = caseOf(
    [
      { when: charge.isUsage, value: own },
      { when: isCommitment, value: arn },
    ],
    own,
  );
  if (own === null) return { ResourceId: derivedText(id, 'lineItem/ResourceId') };
  const isArn = `starts_with(${own}, 'arn:')`;
  const path = `split_part(${own}, ':', 6)`;
  const type = caseOf([
    { when: `${isArn} AND contains(${path}, '/')`, value: `nullif(split_part(${path}, '/', 1), '')` },
    { when: `${isArn} AND split_part(${own}, ':', 7) <> ''`, value: path },
    { when: `starts_with(${own}, 'i-')`, value: "'instance'" },
    { when: `starts_with(${own}, 'vol-')`, value: "'volume'" },
  ]);
  const name = caseOf([{ when: isArn, value: `split_part(split_part(${own}, ':', -1), '/', -1)` }]);
  return {
    ResourceId: derivedText(id, 'lineItem/ResourceId'),
    ResourceType: derivedText(type, 'lineItem/ResourceId'),
    ResourceName: derivedText(name, 'lineItem/ResourceId'),
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
function skuPriceDetails(file: FileColumns) {
  const instance = productValue(file, 'instance_type', 'product/instanceType');
  if (instance === null) return null;
  const members = Object.entries(priceDetails).flatMap(([key, { nested, column, isNumber }]) => {
    const value = productValue(file, nested, column);
    if (value === null) return [];
    return [`${literal(`"${key}":`)} || ${isNumber ? `TRY_CAST(${value} AS INTEGER)` : `to_json(${value})`}`];
  });
  const json = `'{' || concat_ws(',', ${members.join(', ')}) || '}'`;
  return derivedText(caseOf([{ when: `${instance} IS NOT NULL`, value: json }]), 'product/instanceType');
}

/** Attribute of the product, from its column, else from the product map of CUR 2.0 (JSON text in CSV). */
function productValue(file: FileColumns, nested: string, column: string): Sql {
  const own = file.find(column);
  if (own !== null) return textOf(own);
  const map = file.find('product');
  if (map === null) return null;
  if (map.type.startsWith('MAP')) return `${map.sql}[${literal(nested)}]::VARCHAR`;
  return map.type === 'VARCHAR' ? `json_extract_string(TRY_CAST(${map.sql} AS JSON), ${literal(`$.${nested}`)})` : null;
}
