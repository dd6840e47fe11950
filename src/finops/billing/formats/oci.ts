import { AppError } from '../../../platform/errors/index.ts';
import { identifier, literal } from '../../../platform/lake/index.ts';
import { textOf } from './convert.ts';
import { caseOf, constant, derivedText, firstText, mappingOf } from './expressions.ts';
import { type FileColumns, fileColumns } from './file-columns.ts';
import type { BillFormat, FormatContext, FormatMapping, SourceExpression } from './format.ts';
import { ociServices } from './oci-services.ts';
import { serviceColumns } from './services.ts';

const REQUIRED = ['lineItem/intervalUsageStart', 'cost/myCost', 'cost/currencyCode'] as const;

/** Oracle Cloud Infrastructure cost reports. Errors: `bill_column_missing`. */
export const ociFormat: BillFormat = {
  name: 'OCI cost report',
  map(columns, context) {
    const file = fileColumns(columns);
    if (file.find('lineItem/referenceNo') === null && file.find('cost/myCost') === null) return null;
    refuseIncomplete(file, context);
    return mappingOfOci(file);
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

function mappingOfOci(file: FileColumns): FormatMapping {
  const cost = file.find('cost/myCost');
  const shown = 'lineItem/isCorrection';
  const correction = firstText(file.find(shown));
  const isCorrection = correction === null ? 'false' : `lower(${correction}) = 'true'`;
  const columns = mappingOf({
    BilledCost: cost,
    EffectiveCost: cost,
    ContractedCost: cost,
    ContractedUnitPrice: file.find('cost/unitPrice'),
    ChargeCategory: derivedText(caseOf([{ when: isCorrection, value: "'Adjustment'" }], "'Usage'"), shown),
    ChargeClass: derivedText(caseOf([{ when: isCorrection, value: "'Correction'" }]), shown),
    ChargeFrequency: constant('Usage-Based'),
    PricingCategory: derivedText(caseOf([{ when: `NOT (${isCorrection})`, value: "'Standard'" }]), shown),
    ...verbatim(file),
    ...periods(file),
    ...dimensions(file),
    Tags: tags(file),
  });
  const found = (...names: string[]) => names.flatMap((name) => file.find(name)?.shown ?? []);
  return {
    ...{ format: 'OCI cost report', dataset: 'CostAndUsage', columns, custom: file.rest() },
    dates: found('lineItem/intervalUsageStart', 'lineItem/intervalUsageEnd'),
    amounts: found('cost/myCost', 'cost/unitPrice', 'usage/billedQuantity'),
  };
}

function verbatim(file: FileColumns) {
  const billed = file.take('usage/billedQuantity');
  const unit = file.take('cost/billingUnitReadable');
  return {
    BillingAccountId: file.take('cost/subscriptionId'),
    BillingAccountType: constant('Billing Account'),
    BillingCurrency: file.take('cost/currencyCode'),
    PricingQuantity: billed,
    PricingUnit: unit,
    ConsumedQuantity: billed,
    ConsumedUnit: unit,
    ChargeDescription: file.take('product/Description'),
    SubAccountId: file.take('lineItem/tenantId'),
    SubAccountType: constant('Tenancy'),
    SkuId: file.take('cost/productSku'),
    RegionId: file.take('product/region'),
    AvailabilityZone: file.take('product/availabilityDomain'),
    ResourceId: file.take('product/resourceId'),
    ServiceProviderName: constant('Oracle'),
    HostProviderName: constant('Oracle'),
    InvoiceIssuerName: constant('Oracle'),
  };
}

/** The report has no billing period: it is the calendar month of the usage, in UTC. */
function periods(file: FileColumns) {
  const start = file.take('lineItem/intervalUsageStart');
  const month = `date_trunc('month', TRY_CAST(left(${start === null ? 'NULL' : textOf(start)}, 10) AS DATE))`;
  const instant = (sql: string) => ({ sql: `(${sql})::TIMESTAMP`, type: 'TIMESTAMP', shown: start?.shown ?? '' });
  return {
    ChargePeriodStart: start,
    ChargePeriodEnd: file.take('lineItem/intervalUsageEnd'),
    BillingPeriodStart: instant(month),
    BillingPeriodEnd: instant(`${month} + INTERVAL 1 MONTH`),
  };
}

function dimensions(file: FileColumns) {
  const service = firstText(file.find('product/service'));
  const { category, subcategory } = serviceColumns(`upper(${service ?? 'NULL'})`, ociServices);
  const resource = firstText(file.find('product/resourceId'));
  const type =
    resource === null
      ? null
      : caseOf([{ when: `starts_with(${resource}, 'ocid1.')`, value: `split_part(${resource}, '.', 2)` }]);
  return {
    ServiceName: file.take('product/service'),
    ServiceCategory: derivedText(category, 'product/service'),
    ServiceSubcategory: derivedText(subcategory, 'product/service'),
    ResourceType: derivedText(type, 'product/resourceId'),
  };
}

/**
 * Tags from columns such as `tags/Team` and `tags/Oracle-Tags.CreatedBy`: the key is the text after the first slash.
 */
function tags(file: FileColumns): SourceExpression | null {
  const tagged = file.takeAll('tags').filter(({ name }) => name.startsWith('tags/'));
  if (tagged.length === 0) return null;
  const values = tagged.map(({ name, type }) => textOf({ sql: identifier(name), type }));
  const entries = tagged.map(
    ({ name }, index) => `{'k': ${literal(name.slice('tags/'.length))}, 'v': ${values[index]}}`,
  );
  const sql = `map_from_entries(list_filter([${entries.join(', ')}], lambda entry: entry.v IS NOT NULL))`;
  const isTagged = `coalesce(${values.join(', ')}, NULL) IS NOT NULL`;
  return { sql: caseOf([{ when: isTagged, value: sql }]), type: 'MAP(VARCHAR, VARCHAR)', shown: 'tags' };
}
