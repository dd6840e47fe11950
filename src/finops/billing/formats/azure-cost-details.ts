import { AppError } from '../../../platform/errors/index.ts';
import { type AzureCharge, azureCharge } from './azure-charges.ts';
import { type AzureColumn, type AzureFile, azureFile } from './azure-columns.ts';
import { azureCosts } from './azure-costs.ts';
import { azureDimensions } from './azure-dimensions.ts';
import { textOf } from './convert.ts';
import { caseOf, constant, derivedText, firstText, mappingOf } from './expressions.ts';
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
    const file = azureFile(columns);
    if (!isCostDetails(file)) return null;
    refuseIncomplete(file, context);
    return mappingOfAzure(file, azureCharge(file, context));
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

function mappingOfAzure(file: AzureFile, charge: AzureCharge): FormatMapping {
  const columns = mappingOf({
    ...azureCosts(file, charge),
    ...chargeKind(file, charge),
    ...commitment(file, charge),
    ...azureDimensions(file, charge),
    ...periods(file),
    ...accounts(file),
    BillingCurrency: file.take('currency'),
    PricingCurrency: file.take('pricingCurrency'),
    InvoiceId: file.take('invoiceId'),
    ChargeDescription: file.take('product'),
    AvailabilityZone: file.take('availabilityZone'),
    Tags: tags(file),
  });
  const { dates, amounts } = file;
  return { format: 'Azure cost details', dataset: charge.dataset, columns, custom: file.rest(), dates, amounts };
}

/**
 * Azure dates a record by its day and states the last day of a period (inclusive), so the end of both is the following
 * day.
 */
function periods(file: AzureFile) {
  const [date, start, end] = [file.find('date'), file.find('periodStart'), file.find('periodEnd')];
  const day = (column: SourceExpression | null) => (column === null ? 'NULL::DATE' : `TRY_CAST(${column.sql} AS DATE)`);
  const month = `date_trunc('month', ${day(date)})`;
  const instant = (sql: string, shown: string) => ({ sql: `(${sql})::TIMESTAMP`, type: 'TIMESTAMP', shown });
  const shown = date?.shown ?? 'Date';
  // A blank cell means the month of the date, as in a file without the column. Text that is not a date stays and is
  // rejected.
  const filled = (column: SourceExpression, blank: string, value: string = day(column)) => ({
    ...{ type: 'VARCHAR', shown: column.shown },
    sql: caseOf(
      [
        { when: `${column.sql} IS NULL`, value: `(${blank})::TIMESTAMP::VARCHAR` },
        { when: `(${value}) IS NOT NULL`, value: `(${value})::TIMESTAMP::VARCHAR` },
      ],
      textOf(column),
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
function accounts(file: AzureFile) {
  const isCustomerAgreement = file.find('pricingCurrency') !== null && file.find('billingProfileId') !== null;
  const invoiced = isCustomerAgreement
    ? { id: 'billingProfileId', name: 'billingProfileName', type: 'Billing Profile' }
    : file.find('billingAccountId') !== null
      ? { id: 'billingAccountId', name: 'billingAccountName', type: 'Billing Account' }
      : { id: 'subscriptionId', name: 'subscriptionName', type: 'Subscription' };
  return {
    BillingAccountId: file.take(invoiced.id as AzureColumn),
    BillingAccountName: file.take(invoiced.name as AzureColumn),
    BillingAccountType: constant(invoiced.type),
    SubAccountId: file.take('subscriptionId'),
    SubAccountName: file.take('subscriptionName'),
    SubAccountType: constant('Subscription'),
  };
}

function chargeKind(file: AzureFile, charge: AzureCharge) {
  const { type } = charge;
  const category = caseOf(
    [
      { when: charge.isUsage, value: "'Usage'" },
      { when: `${type} = 'purchase' OR ${charge.isCovering}`, value: "'Purchase'" },
      { when: `${type} = 'tax'`, value: "'Tax'" },
      { when: `${type} = 'credit'`, value: "'Credit'" },
    ],
    "'Adjustment'",
  );
  const frequency = firstText(file.find('frequency'));
  const said = frequency === null ? [] : frequencies(frequency);
  const pricing = caseOf([
    { when: `${charge.isCovered}`, value: "'Committed'" },
    { when: `${charge.isUsage} AND ${charge.isSpot}`, value: "'Dynamic'" },
    { when: `${charge.isUsage} OR ${type} = 'purchase' OR ${charge.isCovering}`, value: "'Standard'" },
  ]);
  return {
    ChargeCategory: derivedText(category, 'ChargeType'),
    ChargeClass: derivedText(caseOf([{ when: `${type} = 'refund'`, value: "'Correction'" }]), 'ChargeType'),
    ChargeFrequency: derivedText(
      caseOf([...said, { when: charge.isUsage, value: "'Usage-Based'" }], "'One-Time'"),
      'Frequency',
    ),
    PricingCategory: derivedText(pricing, 'PricingModel'),
  };
}

function frequencies(frequency: string) {
  return [
    { when: `lower(${frequency}) = 'usagebased'`, value: "'Usage-Based'" },
    { when: `lower(${frequency}) IN ('recurring', 'monthly')`, value: "'Recurring'" },
    { when: `lower(${frequency}) = 'onetime'`, value: "'One-Time'" },
  ];
}

function commitment(file: AzureFile, charge: AzureCharge) {
  if (charge.commitmentId === null) return {};
  const isOne = `(${charge.isCovered} OR ${charge.isCovering})`;
  const of = (plan: string, reservation: string) =>
    derivedText(
      caseOf(
        [
          { when: `NOT ${isOne}`, value: null },
          { when: charge.isSavingsPlan, value: plan },
        ],
        reservation,
      ),
      'PricingModel',
    );
  const status = caseOf([
    { when: charge.isUnused, value: "'Unused'" },
    { when: charge.isCovered, value: "'Used'" },
  ]);
  return {
    CommitmentDiscountId: derivedText(charge.commitmentId, 'BenefitId'),
    CommitmentDiscountName: derivedText(
      firstText(file.find('benefitName'), file.find('reservationName')),
      'BenefitName',
    ),
    CommitmentDiscountType: of("'Savings Plan'", "'Reservation'"),
    CommitmentDiscountCategory: of("'Spend'", "'Usage'"),
    CommitmentDiscountStatus: derivedText(status, 'ChargeType'),
  };
}

/** Some exports omit the braces around the JSON object. */
function tags(file: AzureFile): SourceExpression | null {
  const column = file.take('tags');
  if (column === null || column.type !== 'VARCHAR') return column;
  const text = textOf(column);
  const sql = caseOf([
    { when: `starts_with(ltrim(${text}), '{')`, value: text },
    { when: `${text} IS NOT NULL`, value: `'{' || rtrim(${text}, ', ') || '}'` },
  ]);
  return { ...column, sql };
}
