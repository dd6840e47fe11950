import { AppError } from '../../../platform/errors/index.ts';
import { type AzureCharge, buildAzureCharge } from './azure-charges.ts';
import { type AzureColumn, type AzureFile, buildAzureFile } from './azure-columns.ts';
import { mapAzureCosts } from './azure-costs.ts';
import { mapAzureDimensions } from './azure-dimensions.ts';
import { castToText } from './convert.ts';
import { buildCase, buildConstant, buildDerivedText, buildFirstText, buildMapping } from './expressions.ts';
import type { BillFormat, FormatContext, FormatMapping, SourceExpression } from './format.ts';

const required: Readonly<Partial<Record<AzureColumn, string>>> = {
  cost: 'CostInBillingCurrency',
  currency: 'BillingCurrency',
  date: 'Date',
};

/**
 * Azure cost details, actual and amortised: Enterprise Agreement, Microsoft Customer Agreement, Pay-As-You-Go; headers in any
 * casing, with blanks, or in German. Errors: `bill_column_missing`.
 */
export const azureCostDetailsFormat: BillFormat = {
  name: 'Azure cost details',
  map(columns, context) {
    const file = buildAzureFile(columns);
    if (!isCostDetails(file)) return null;
    refuseIncomplete(file, context);
    return buildAzureMapping(file, buildAzureCharge(file, context));
  },
};

function isCostDetails(file: AzureFile): boolean {
  const known: readonly AzureColumn[] = [
    'meterCategory',
    'date',
    'resourceId',
    'consumedService',
    'subscriptionId',
    'cost',
  ];
  return file.find('meterCategory') !== null && known.filter((name) => file.find(name) !== null).length >= 4;
}

function refuseIncomplete(file: AzureFile, context: FormatContext): void {
  const missing = Object.entries(required)
    .filter(([column]) => file.find(column as AzureColumn) === null)
    .map(([, name]) => name);
  if (missing.length === 0) return;
  throw new AppError(
    'bill_column_missing',
    `${context.file}, line 1: column ${missing.join(', ')} is missing. Azure's cost exports have it; export actual or amortized cost from Cost Management again.`,
    { file: context.file, line: 1, column: missing[0], missing },
  );
}

function buildAzureMapping(file: AzureFile, charge: AzureCharge): FormatMapping {
  const columns = buildMapping({
    ...mapAzureCosts(file, charge),
    ...mapChargeKind(file, charge),
    ...mapCommitment(file, charge),
    ...mapAzureDimensions(file, charge),
    ...mapPeriods(file),
    ...mapAccounts(file),
    BillingCurrency: file.take('currency'),
    PricingCurrency: file.take('pricingCurrency'),
    InvoiceId: file.take('invoiceId'),
    ChargeDescription: file.take('product'),
    AvailabilityZone: file.take('availabilityZone'),
    Tags: findTags(file),
  });
  const { dates, amounts } = file;
  return { format: 'Azure cost details', dataset: charge.dataset, columns, custom: file.rest(), dates, amounts };
}

/**
 * Azure dates a record by its day and states the last day of a period (inclusive), so the end of both is the following
 * day.
 */
function mapPeriods(file: AzureFile) {
  const [date, start, end] = [file.find('date'), file.find('periodStart'), file.find('periodEnd')];
  const day = (column: SourceExpression | null) => (column === null ? 'NULL::DATE' : `TRY_CAST(${column.sql} AS DATE)`);
  const month = `date_trunc('month', ${day(date)})`;
  const instant = (sql: string, shown: string) => ({ sql: `(${sql})::TIMESTAMP`, type: 'TIMESTAMP', shown });
  const shown = date?.shown ?? 'Date';
  // A blank cell means the month of the date, as in a file without the column. Text that is not a date stays and is
  // rejected.
  const filled = (column: SourceExpression, blank: string, value: string = day(column)) => ({
    ...{ type: 'VARCHAR', shown: column.shown },
    sql: buildCase(
      [
        { when: `${column.sql} IS NULL`, value: `(${blank})::TIMESTAMP::VARCHAR` },
        { when: `(${value}) IS NOT NULL`, value: `(${value})::TIMESTAMP::VARCHAR` },
      ],
      castToText(column),
    ),
  });
  return {
    ChargePeriodStart: date,
    ChargePeriodEnd: instant(`${day(date)} + INTERVAL 1 DAY`, shown),
    BillingPeriodStart: start === null ? instant(month, shown) : filled(start, month),
    BillingPeriodEnd:
      end === null
        ? instant(`${month} + INTERVAL 1 MONTH`, shown)
        : filled(end, `${month} + INTERVAL 1 MONTH`, `${day(end)} + INTERVAL 1 DAY`),
  };
}

/**
 * Invoiced account: the billing profile of a customer agreement, else the billing account (enrollment), else the
 * subscription.
 */
function mapAccounts(file: AzureFile) {
  const isCustomerAgreement = file.find('pricingCurrency') !== null && file.find('billingProfileId') !== null;
  const invoiced = isCustomerAgreement
    ? { id: 'billingProfileId', name: 'billingProfileName', type: 'Billing Profile' }
    : file.find('billingAccountId') !== null
      ? { id: 'billingAccountId', name: 'billingAccountName', type: 'Billing Account' }
      : { id: 'subscriptionId', name: 'subscriptionName', type: 'Subscription' };
  return {
    BillingAccountId: file.take(invoiced.id as AzureColumn),
    BillingAccountName: file.take(invoiced.name as AzureColumn),
    BillingAccountType: buildConstant(invoiced.type),
    SubAccountId: file.take('subscriptionId'),
    SubAccountName: file.take('subscriptionName'),
    SubAccountType: buildConstant('Subscription'),
  };
}

function mapChargeKind(file: AzureFile, charge: AzureCharge) {
  const { type } = charge;
  const category = buildCase(
    [
      { when: charge.isUsage, value: "'Usage'" },
      { when: `${type} = 'purchase' OR ${charge.isCovering}`, value: "'Purchase'" },
      { when: `${type} = 'tax'`, value: "'Tax'" },
      { when: `${type} = 'credit'`, value: "'Credit'" },
    ],
    "'Adjustment'",
  );
  const frequency = buildFirstText(file.find('frequency'));
  const said = frequency === null ? [] : mapFrequencies(frequency);
  const pricing = buildCase([
    { when: `${charge.isCovered}`, value: "'Committed'" },
    { when: `${charge.isUsage} AND ${charge.isSpot}`, value: "'Dynamic'" },
    { when: `${charge.isUsage} OR ${type} = 'purchase' OR ${charge.isCovering}`, value: "'Standard'" },
  ]);
  return {
    ChargeCategory: buildDerivedText(category, 'ChargeType'),
    ChargeClass: buildDerivedText(buildCase([{ when: `${type} = 'refund'`, value: "'Correction'" }]), 'ChargeType'),
    ChargeFrequency: buildDerivedText(
      buildCase([...said, { when: charge.isUsage, value: "'Usage-Based'" }], "'One-Time'"),
      'Frequency',
    ),
    PricingCategory: buildDerivedText(pricing, 'PricingModel'),
  };
}

function mapFrequencies(frequency: string) {
  return [
    { when: `lower(${frequency}) = 'usagebased'`, value: "'Usage-Based'" },
    { when: `lower(${frequency}) IN ('recurring', 'monthly')`, value: "'Recurring'" },
    { when: `lower(${frequency}) = 'onetime'`, value: "'One-Time'" },
  ];
}

function mapCommitment(file: AzureFile, charge: AzureCharge) {
  if (charge.commitmentId === null) return {};
  const isOne = `(${charge.isCovered} OR ${charge.isCovering})`;
  const of = (plan: string, reservation: string) =>
    buildDerivedText(
      buildCase(
        [
          { when: `NOT ${isOne}`, value: null },
          { when: charge.isSavingsPlan, value: plan },
        ],
        reservation,
      ),
      'PricingModel',
    );
  const status = buildCase([
    { when: charge.isUnused, value: "'Unused'" },
    { when: charge.isCovered, value: "'Used'" },
  ]);
  return {
    CommitmentDiscountId: buildDerivedText(charge.commitmentId, 'BenefitId'),
    CommitmentDiscountName: buildDerivedText(
      buildFirstText(file.find('benefitName'), file.find('reservationName')),
      'BenefitName',
    ),
    CommitmentDiscountType: of("'Savings Plan'", "'Reservation'"),
    CommitmentDiscountCategory: of("'Spend'", "'Usage'"),
    CommitmentDiscountStatus: buildDerivedText(status, 'ChargeType'),
  };
}

/** Some exports omit the braces around the JSON object. */
function findTags(file: AzureFile): SourceExpression | null {
  const column = file.take('tags');
  if (column === null || column.type !== 'VARCHAR') return column;
  const text = castToText(column);
  const sql = buildCase([
    { when: `starts_with(ltrim(${text}), '{')`, value: text },
    { when: `${text} IS NOT NULL`, value: `'{' || rtrim(${text}, ', ') || '}'` },
  ]);
  return { ...column, sql };
}
