import { AppError } from '../../../platform/errors/index.ts';
import { quoteIdentifier, quoteLiteral } from '../../../platform/lake/index.ts';
import { castToText } from './convert.ts';
import { buildCase, buildConstant, buildDerivedText, buildFirstText, buildMapping } from './expressions.ts';
import { type FileColumns, indexFileColumns } from './file-columns.ts';
import type { BillFormat, FormatContext, FormatMapping, SourceExpression } from './format.ts';
import { ociServices } from './oci-services.ts';
import { mapServiceColumns } from './services.ts';

const REQUIRED = ['lineItem/intervalUsageStart', 'cost/myCost', 'cost/currencyCode'] as const;

/** Oracle Cloud Infrastructure cost reports. Errors: `bill_column_missing`. */
export const ociFormat: BillFormat = {
  name: 'OCI cost report',
  map(columns, context) {
    const file = indexFileColumns(columns);
    if (file.find('lineItem/referenceNo') === null && file.find('cost/myCost') === null) return null;
    refuseIncomplete(file, context);
    return buildOciMapping(file);
  },
};

function refuseIncomplete(file: FileColumns, context: FormatContext): void {
  const missing = REQUIRED.filter((name) => file.find(name) === null);
  if (missing.length === 0) return;
  throw new AppError(
    'bill_column_missing',
    `${context.file}, line 1: column ${missing.join(', ')} is missing. An OCI cost report has it (a usage report has no costs); take the file from the folder of cost reports.`,
    { file: context.file, line: 1, column: missing[0], missing },
  );
}

function buildOciMapping(file: FileColumns): FormatMapping {
  const cost = file.find('cost/myCost');
  const shown = 'lineItem/isCorrection';
  const correction = buildFirstText(file.find(shown));
  const isCorrection = correction === null ? 'false' : `lower(${correction}) = 'true'`;
  const columns = buildMapping({
    BilledCost: cost,
    EffectiveCost: cost,
    ContractedCost: cost,
    ContractedUnitPrice: file.find('cost/unitPrice'),
    ChargeCategory: buildDerivedText(buildCase([{ when: isCorrection, value: "'Adjustment'" }], "'Usage'"), shown),
    ChargeClass: buildDerivedText(buildCase([{ when: isCorrection, value: "'Correction'" }]), shown),
    ChargeFrequency: buildConstant('Usage-Based'),
    PricingCategory: buildDerivedText(buildCase([{ when: `NOT (${isCorrection})`, value: "'Standard'" }]), shown),
    ...mapVerbatim(file),
    ...mapPeriods(file),
    ...mapDimensions(file),
    Tags: findTags(file),
  });
  const found = (...names: string[]) => names.flatMap((name) => file.find(name)?.shown ?? []);
  return {
    ...{ format: 'OCI cost report', dataset: 'CostAndUsage', columns, custom: file.rest() },
    dates: found('lineItem/intervalUsageStart', 'lineItem/intervalUsageEnd'),
    amounts: found('cost/myCost', 'cost/unitPrice', 'usage/billedQuantity'),
  };
}

function mapVerbatim(file: FileColumns) {
  const billed = file.take('usage/billedQuantity');
  const unit = file.take('cost/billingUnitReadable');
  return {
    BillingAccountId: file.take('cost/subscriptionId'),
    BillingAccountType: buildConstant('Billing Account'),
    BillingCurrency: file.take('cost/currencyCode'),
    PricingQuantity: billed,
    PricingUnit: unit,
    ConsumedQuantity: billed,
    ConsumedUnit: unit,
    ChargeDescription: file.take('product/Description'),
    SubAccountId: file.take('lineItem/tenantId'),
    SubAccountType: buildConstant('Tenancy'),
    SkuId: file.take('cost/productSku'),
    RegionId: file.take('product/region'),
    AvailabilityZone: file.take('product/availabilityDomain'),
    ResourceId: file.take('product/resourceId'),
    ServiceProviderName: buildConstant('Oracle'),
    HostProviderName: buildConstant('Oracle'),
    InvoiceIssuerName: buildConstant('Oracle'),
  };
}

/** The report has no billing period: it is the calendar month of the usage, in UTC. */
function mapPeriods(file: FileColumns) {
  const start = file.take('lineItem/intervalUsageStart');
  const month = `date_trunc('month', TRY_CAST(left(${start === null ? 'NULL' : castToText(start)}, 10) AS DATE))`;
  const instant = (sql: string) => ({ sql: `(${sql})::TIMESTAMP`, type: 'TIMESTAMP', shown: start?.shown ?? '' });
  return {
    ChargePeriodStart: start,
    ChargePeriodEnd: file.take('lineItem/intervalUsageEnd'),
    BillingPeriodStart: instant(month),
    BillingPeriodEnd: instant(`${month} + INTERVAL 1 MONTH`),
  };
}

function mapDimensions(file: FileColumns) {
  const service = buildFirstText(file.find('product/service'));
  const { category, subcategory } = mapServiceColumns(`upper(${service ?? 'NULL'})`, ociServices);
  const resource = buildFirstText(file.find('product/resourceId'));
  const type =
    resource === null
      ? null
      : buildCase([{ when: `starts_with(${resource}, 'ocid1.')`, value: `split_part(${resource}, '.', 2)` }]);
  return {
    ServiceName: file.take('product/service'),
    ServiceCategory: buildDerivedText(category, 'product/service'),
    ServiceSubcategory: buildDerivedText(subcategory, 'product/service'),
    ResourceType: buildDerivedText(type, 'product/resourceId'),
  };
}

/**
 * Tags from columns such as `tags/Team` and `tags/Oracle-Tags.CreatedBy`: the key is the text after the first slash.
 */
function findTags(file: FileColumns): SourceExpression | null {
  const tagged = file.takeAll('tags').filter(({ name }) => name.startsWith('tags/'));
  if (tagged.length === 0) return null;
  const values = tagged.map(({ name, type }) => castToText({ sql: quoteIdentifier(name), type }));
  const entries = tagged.map(
    ({ name }, index) => `{'k': ${quoteLiteral(name.slice('tags/'.length))}, 'v': ${values[index]}}`,
  );
  const sql = `map_from_entries(list_filter([${entries.join(', ')}], lambda entry: entry.v IS NOT NULL))`;
  const isTagged = `coalesce(${values.join(', ')}, NULL) IS NOT NULL`;
  return { sql: buildCase([{ when: isTagged, value: sql }]), type: 'MAP(VARCHAR, VARCHAR)', shown: 'tags' };
}
