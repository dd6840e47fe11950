import { AppError } from '../../../platform/errors/index.ts';
import { quoteIdentifier } from '../../../platform/lake/index.ts';
import { buildCurCharge, type CurCharge } from './aws-cur-charges.ts';
import { mapCurCommitments } from './aws-cur-commitments.ts';
import { mapCurCosts, mapCurQuantities } from './aws-cur-costs.ts';
import { mapCurDimensions } from './aws-cur-dimensions.ts';
import { findCurTags } from './aws-cur-tags.ts';
import {
  buildCase,
  buildConstant,
  buildDerivedText,
  buildFirstText,
  buildMapping,
  buildMembership,
} from './expressions.ts';
import type { FileColumns } from './file-columns.ts';
import { indexFileColumns } from './file-columns.ts';
import { DECIMAL_TYPE, type FocusColumn } from './focus-columns.ts';
import type { BillFormat, FormatContext, FormatMapping, RowSplit, SourceColumn } from './format.ts';

const REQUIRED = [
  'lineItem/LineItemType',
  'lineItem/UnblendedCost',
  'lineItem/CurrencyCode',
  'lineItem/UsageStartDate',
  'bill/BillingPeriodStartDate',
] as const;

/**
 * AWS Cost and Usage Reports: legacy in both spellings (`lineItem/UsageType`, `line_item_usage_type`) with columns that
 * change every month, and CUR 2.0 with its map columns. Errors: `bill_column_missing`.
 */
export const awsCurFormat: BillFormat = {
  name: 'AWS CUR',
  map(columns, context) {
    const file = indexFileColumns(columns);
    if (!isCur(file)) return null;
    refuseIncomplete(file, context);
    return buildCurMapping(file, columns);
  },
};

const DATES = [
  'bill/BillingPeriodStartDate',
  'bill/BillingPeriodEndDate',
  'lineItem/UsageStartDate',
  'lineItem/UsageEndDate',
] as const;

function isCur(file: FileColumns): boolean {
  const known = ['lineItem/LineItemType', 'lineItem/UsageStartDate', 'lineItem/UnblendedCost', 'lineItem/ProductCode'];
  return known.filter((name) => file.find(name) !== null).length >= 2;
}

function refuseIncomplete(file: FileColumns, context: FormatContext): void {
  const missing = REQUIRED.filter((name) => file.find(name) === null);
  if (missing.length === 0) return;
  throw new AppError(
    'bill_column_missing',
    `${context.file}, line 1: column ${missing.join(', ')} is missing. An AWS Cost and Usage Report has it; choose all columns of the line item and bill groups in the export.`,
    { file: context.file, line: 1, column: missing[0], missing },
  );
}

function buildCurMapping(file: FileColumns, columns: readonly SourceColumn[]): FormatMapping {
  const charge = buildCurCharge(file);
  const mapped = buildMapping({
    ...mapCurCosts(charge),
    ...mapCurQuantities(file, charge),
    ...mapCurCommitments(file, charge),
    ...mapCurDimensions(file, charge),
    ...mapChargeKind(file, charge),
    ...mapVerbatim(file),
    Tags: findCurTags(file, columns),
  });
  const dates = DATES.flatMap((name) => file.find(name)?.shown ?? []);
  const amounts = columns.map(({ name }) => name).filter((name) => /cost|rate|amount/i.test(name));
  const rows = { columns: mapped, custom: file.rest(), split: buildCurSplit(file) };
  return { format: 'AWS CUR', dataset: 'CostAndUsage', ...rows, dates, amounts };
}

/** Columns mapped to FOCUS unchanged. */
function mapVerbatim(file: FileColumns) {
  return {
    BillingAccountId: file.take('bill/PayerAccountId'),
    BillingAccountName: file.take('bill/PayerAccountName'),
    BillingAccountType: buildConstant('Payer Account'),
    BillingCurrency: file.take('lineItem/CurrencyCode'),
    BillingPeriodStart: file.take('bill/BillingPeriodStartDate'),
    BillingPeriodEnd: file.take('bill/BillingPeriodEndDate'),
    ChargePeriodStart: file.take('lineItem/UsageStartDate'),
    ChargePeriodEnd: file.take('lineItem/UsageEndDate'),
    ChargeDescription: file.take('lineItem/LineItemDescription'),
    AvailabilityZone: file.take('lineItem/AvailabilityZone'),
    InvoiceId: file.take('bill/InvoiceId'),
    PricingCurrency: file.take('pricing/currency'),
    SubAccountId: file.take('lineItem/UsageAccountId'),
    SubAccountName: file.take('lineItem/UsageAccountName'),
    SubAccountType: buildConstant('Member Account'),
    SkuId: file.take('product/sku'),
    SkuMeter: file.take('lineItem/UsageType'),
    CapacityReservationId: file.take('capacityReservation/CapacityReservationArn'),
  };
}

const DISCOUNT_TYPES = [
  'EdpDiscount',
  'PrivateRateDiscount',
  'RiVolumeDiscount',
  'SppDiscount',
  'Discount',
  'BundledDiscount',
];
const SUPPORT_CODES = [
  'AWSSupportEnterprise',
  'AWSSupportBusiness',
  'AWSDeveloperSupport',
  'AWSSupportDeveloper',
  'OCBPremiumSupport',
];

/** Charge category and class of a record; the mapping table is in docs/bill-formats.md. */
function mapChargeKind(file: FileColumns, charge: CurCharge) {
  const { type } = charge;
  const isUsed = `${charge.isConsumption} OR ${type} = 'BundledDiscount'`;
  const category = buildCase(
    [
      { when: `${isUsed} OR ${charge.isOnlyUnused}`, value: "'Usage'" },
      { when: charge.isFee, value: "'Purchase'" },
      { when: buildMembership(type, ['Tax', 'Credit']), value: type },
    ],
    "'Adjustment'",
  );
  const billType = buildFirstText(file.find('bill/BillType'));
  const product = buildFirstText(file.find('lineItem/ProductCode')) ?? 'NULL';
  const isRefund = `${type} = 'Refund'${billType === null ? '' : ` OR ${billType} = 'Refund'`}`;
  const frequency = buildCase(
    [
      {
        when: `${isUsed} OR ${charge.isOnlyUnused} OR ${buildMembership(type, DISCOUNT_TYPES)}`,
        value: "'Usage-Based'",
      },
      { when: buildMembership(type, ['RIFee', 'SavingsPlanRecurringFee']), value: "'Recurring'" },
      { when: `${type} = 'Fee' AND ${buildMembership(product, SUPPORT_CODES)}`, value: "'Recurring'" },
    ],
    "'One-Time'",
  );
  const shown = 'lineItem/LineItemType';
  return {
    ChargeCategory: buildDerivedText(category, shown),
    ChargeClass: buildDerivedText(buildCase([{ when: isRefund, value: "'Correction'" }]), shown),
    ChargeFrequency: buildDerivedText(frequency, shown),
    PricingCategory: buildDerivedText(buildPricingCategorySql(file, charge), shown),
  };
}

function buildPricingCategorySql(file: FileColumns, charge: CurCharge): string {
  const usageType = buildFirstText(file.find('lineItem/UsageType'));
  const spot =
    usageType === null
      ? []
      : [{ when: `${charge.isUsage} AND contains(${usageType}, 'SpotUsage')`, value: "'Dynamic'" }];
  return buildCase([
    ...spot,
    { when: charge.isUsage, value: "'Standard'" },
    { when: `${charge.isCovered} OR ${charge.isOnlyUnused}`, value: "'Committed'" },
    { when: `${charge.isFee} OR ${charge.type} = 'BundledDiscount'`, value: "'Standard'" },
  ]);
}

/**
 * Splits a recurring-fee record into two charges: the fee, which is the purchase, and the unused part, which is usage
 * of the commitment. Before the split, one row carries both, billed and effective.
 */
function buildCurSplit(file: FileColumns): RowSplit {
  return {
    when: `ChargeCategory = 'Purchase' AND CommitmentDiscountId IS NOT NULL AND BilledCost <> 0 AND EffectiveCost <> 0`,
    first: new Map<FocusColumn, string>([['EffectiveCost', '0']]),
    second: new Map<FocusColumn, string>([
      ['ChargeCategory', "'Usage'"],
      ['ChargeFrequency', "'Usage-Based'"],
      ['PricingCategory', "'Committed'"],
      ['CommitmentDiscountStatus', "'Unused'"],
      ['CommitmentDiscountQuantity', buildUnusedQuantitySql(file)],
      ['BilledCost', '0'],
      ['ListCost', '0'],
      ['ContractedCost', '0'],
      ['PricingQuantity', 'NULL'],
      ['PricingUnit', 'NULL'],
    ]),
  };
}

/** Savings plans: in currency, before discounts. Reservations: in the units of the purchase. */
function buildUnusedQuantitySql(file: FileColumns): string {
  const plan = `${buildColumnSql(file, 'savingsPlan/TotalCommitmentToDate')} - ${buildColumnSql(file, 'savingsPlan/UsedCommitment')}`;
  const normalized = buildColumnSql(file, 'reservation/UnusedNormalizedUnitQuantity');
  const whole = buildColumnSql(file, 'reservation/UnusedQuantity');
  const isNormalized = `CommitmentDiscountUnit = 'Normalized Hours'`;
  return buildCase(
    [
      { when: `CommitmentDiscountCategory = 'Spend'`, value: plan },
      { when: isNormalized, value: normalized },
    ],
    whole,
  );
}

/** Column of the file, as stored in the canonical row. */
function buildColumnSql(file: FileColumns, name: string): string {
  const column = file.find(name);
  return column === null
    ? `NULL::${DECIMAL_TYPE}`
    : `TRY_CAST(${quoteIdentifier(`x_${column.shown}`)} AS ${DECIMAL_TYPE})`;
}
