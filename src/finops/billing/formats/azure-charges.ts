import type { AzureFile } from './azure-columns.ts';
import { buildFirstText, buildMembership, type Sql } from './expressions.ts';
import type { BillDataset, FormatContext } from './format.ts';

/** SQL expressions for the charge type of an Azure record. */
export interface AzureCharge {
  readonly dataset: BillDataset;
  /** True only where the manifest or the file name declares it. */
  readonly isAmortized: boolean;
  /** True only where the manifest declares it. */
  readonly isActual: boolean;
  /** Lower case; `usage` in exports without this column. */
  readonly type: string;
  readonly isUsage: string;
  readonly isUnused: string;
  /** Purchase or refund of a commitment. */
  readonly isCovering: string;
  /** Usage paid by a commitment, and the unused part of the commitment. */
  readonly isCovered: string;
  readonly commitmentId: Sql;
  readonly isSavingsPlan: string;
  readonly isSpot: string;
}

export function buildAzureCharge(file: AzureFile, context: FormatContext): AzureCharge {
  const type = buildLowerSql(file.find('chargeType')?.sql ?? null, 'usage');
  const model = buildLowerSql(file.find('pricingModel')?.sql ?? null, '');
  const commitmentId = buildFirstText(file.find('benefitId'), file.find('reservationId'));
  const isUnused = buildMembership(type, ['unusedreservation', 'unusedsavingsplan']);
  const isUsage = `(${type} = 'usage' OR ${isUnused})`;
  const isCommitted = commitmentId === null ? isUnused : `(${isUnused} OR ${commitmentId} IS NOT NULL)`;
  const isAmortized =
    context.dataset === 'AmortizedCost' || (context.dataset === null && /amorti[sz]ed/i.test(context.file));
  return {
    dataset: isAmortized ? 'AmortizedCost' : 'ActualCost',
    isAmortized,
    isActual: context.dataset === 'ActualCost',
    type,
    isUsage,
    isUnused,
    isCovering: `(${buildMembership(type, ['purchase', 'refund'])} AND ${isCommitted})`,
    isCovered: `(${isUsage} AND ${isCommitted})`,
    commitmentId,
    isSavingsPlan: `(${model} = 'savingsplan' OR ${type} = 'unusedsavingsplan' OR contains(lower(coalesce(${commitmentId ?? 'NULL'}, '')), '/savingsplan'))`,
    isSpot: `${model} = 'spot'`,
  };
}

function buildLowerSql(sql: Sql, otherwise: string): string {
  return sql === null ? `'${otherwise}'` : `coalesce(lower(${sql}), '${otherwise}')`;
}
