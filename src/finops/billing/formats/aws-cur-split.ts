import { quoteIdentifier } from '../../../platform/lake/index.ts';
import { buildCase } from './expressions.ts';
import type { FileColumns } from './file-columns.ts';
import { DECIMAL_TYPE, type FocusColumn } from './focus-columns.ts';
import type { RowSplit } from './format.ts';

/**
 * Splits a recurring-fee record into two charges: the fee, which is the purchase, and the unused part, which is usage
 * of the commitment. Before the split, one row carries both, billed and effective.
 */
export function buildCurSplit(file: FileColumns): RowSplit {
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
