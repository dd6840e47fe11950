import { type Amounts, buildAmounts, castToDecimal } from './amounts.ts';
import { type Branch, buildCase, buildCoalesce, buildFirstText, buildMembership, type Sql } from './expressions.ts';
import type { FileColumns } from './file-columns.ts';
import type { SourceExpression } from './format.ts';

/**
 * SQL expressions for the charge type of a record, from `lineItem/LineItemType`. They test `Usage` first, because most
 * records are usage.
 */
export interface CurCharge {
  readonly type: string;
  readonly isUsage: string;
  /** Usage of any kind, with or without a commitment. */
  readonly isConsumption: string;
  readonly isCovered: string;
  readonly isNegation: string;
  readonly isFee: string;
  /** A fee record that bills nothing (all was paid upfront) and only states the unused amount. */
  readonly isOnlyUnused: string;
  readonly amounts: Amounts;
  readonly columns: CurAmountColumns;
  /** As invoiced: net of discounts where AWS states them, before the effect of commitments. */
  readonly invoiced: Sql;
  /** Unused part of a commitment, in money at the rate of the commitment; for the two kinds of recurring fees. */
  readonly unusedOfReservation: Sql;
  readonly unusedOfSavingsPlan: Sql;
  /** The first value for records of a savings plan, the second for those of a reservation, null for other records. */
  commitment(ofSavingsPlan: Sql, ofReservation: Sql): string;
}

type CurAmountColumns = Readonly<Record<keyof typeof amountColumns, SourceExpression | null>>;

const amountColumns = {
  unblended: 'lineItem/UnblendedCost',
  netUnblended: 'lineItem/NetUnblendedCost',
  listed: 'pricing/publicOnDemandCost',
  reservationEffective: 'reservation/EffectiveCost',
  netReservationEffective: 'reservation/NetEffectiveCost',
  planEffective: 'savingsPlan/SavingsPlanEffectiveCost',
  netPlanEffective: 'savingsPlan/NetSavingsPlanEffectiveCost',
  unusedUpfront: 'reservation/UnusedAmortizedUpfrontFeeForBillingPeriod',
  netUnusedUpfront: 'reservation/NetUnusedAmortizedUpfrontFeeForBillingPeriod',
  unusedRecurring: 'reservation/UnusedRecurringFee',
  netUnusedRecurring: 'reservation/NetUnusedRecurringFee',
  planCommitment: 'savingsPlan/TotalCommitmentToDate',
  planUsed: 'savingsPlan/UsedCommitment',
  planUpfront: 'savingsPlan/AmortizedUpfrontCommitmentForBillingPeriod',
  planRecurring: 'savingsPlan/RecurringCommitmentForBillingPeriod',
  netPlanUpfront: 'savingsPlan/NetAmortizedUpfrontCommitmentForBillingPeriod',
  netPlanRecurring: 'savingsPlan/NetRecurringCommitmentForBillingPeriod',
} as const;

const SAVINGS_PLAN_TYPES = ['SavingsPlanCoveredUsage', 'SavingsPlanRecurringFee', 'SavingsPlanUpfrontFee'];
const RESERVATION_TYPES = ['DiscountedUsage', 'RIFee'];
const FEE_TYPES = ['Fee', ...RESERVATION_TYPES.slice(1), ...SAVINGS_PLAN_TYPES.slice(1)];

export function buildCurCharge(file: FileColumns): CurCharge {
  const type = file.find('lineItem/LineItemType')?.sql ?? 'NULL';
  const columns = findAmountColumns(file);
  const amounts = buildAmounts(Object.values(columns));
  const ofReservation = buildReservationUnusedSql(columns, amounts);
  const ofSavingsPlan = buildSavingsPlanUnusedSql(columns, amounts);
  return {
    type,
    isUsage: `${type} = 'Usage'`,
    isConsumption: buildMembership(type, ['Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage']),
    isCovered: buildMembership(type, ['DiscountedUsage', 'SavingsPlanCoveredUsage']),
    isNegation: `${type} = 'SavingsPlanNegation'`,
    isFee: buildMembership(type, FEE_TYPES),
    isOnlyUnused: isOnlyUnused(type, columns),
    amounts,
    columns,
    invoiced: invoiced(file, columns, amounts),
    unusedOfReservation: ofReservation,
    unusedOfSavingsPlan: ofSavingsPlan,
    commitment: (savingsPlan, reservation) => buildCase(buildCommitmentBranches(file, type, savingsPlan, reservation)),
  };
}

function findAmountColumns(file: FileColumns): CurAmountColumns {
  const found = Object.entries(amountColumns).map(([key, name]) => [key, file.find(name)] as const);
  return Object.fromEntries(found) as CurAmountColumns;
}

/** A record of split cost allocation repeats part of the cost of its parent, so its missing cost is billed as 0. */
function invoiced(file: FileColumns, columns: CurAmountColumns, amounts: Amounts): Sql {
  const known = amounts.firstOf(columns.netUnblended, columns.unblended);
  const parent = file.find('splitLineItem/ParentResourceId');
  if (parent === null) return known;
  return `coalesce(${known}, CASE WHEN ${parent.sql} IS NOT NULL THEN ${amounts.zero} END)`;
}

/** Evaluated only for the two fee types. Doubles only classify the record here; they never become an amount. */
function isOnlyUnused(type: string, columns: CurAmountColumns): string {
  const double = (column: SourceExpression | null) => `TRY_CAST(${column?.sql ?? 'NULL'} AS DOUBLE)`;
  const isSomething = (column: SourceExpression | null) => `coalesce(${double(column)}, 0) <> 0`;
  const isNothingBilled = `${double(columns.unblended)} = 0`;
  const ofReservation = `(${isSomething(columns.unusedUpfront)} OR ${isSomething(columns.unusedRecurring)})`;
  const ofSavingsPlan = `${double(columns.planCommitment)} <> ${double(columns.planUsed)}`;
  return `((${type} = 'RIFee' AND ${isNothingBilled} AND ${ofReservation})
    OR (${type} = 'SavingsPlanRecurringFee' AND ${isNothingBilled} AND ${ofSavingsPlan}))`;
}

function buildCommitmentBranches(file: FileColumns, type: string, savingsPlan: Sql, reservation: Sql): Branch[] {
  const arn = buildFirstText(file.find('reservation/ReservationARN'));
  const upfront = arn === null ? [] : [{ when: `${type} = 'Fee' AND ${arn} IS NOT NULL`, value: reservation }];
  return [
    { when: `${type} = 'Usage'`, value: null },
    { when: buildMembership(type, SAVINGS_PLAN_TYPES), value: savingsPlan },
    { when: buildMembership(type, RESERVATION_TYPES), value: reservation },
    ...upfront,
  ];
}

type Column = SourceExpression | null;

/** Amortized fee of the unused hours of a reservation, net where AWS states it. For `RIFee` records only. */
function buildReservationUnusedSql(
  columns: Readonly<Record<'unusedUpfront' | 'unusedRecurring' | 'netUnusedUpfront' | 'netUnusedRecurring', Column>>,
  amounts: Amounts,
): Sql {
  return buildCoalesce([
    amounts.sum(columns.netUnusedUpfront, columns.netUnusedRecurring),
    amounts.sum(columns.unusedUpfront, columns.unusedRecurring),
  ]);
}

type PlanColumns = Readonly<
  Record<
    'planCommitment' | 'planUsed' | 'planUpfront' | 'planRecurring' | 'netPlanUpfront' | 'netPlanRecurring',
    Column
  >
>;

/**
 * Unused part of a savings plan's commitment. AWS states it before discounts. If AWS also states the fee both before
 * and after discounts, the unused part is reduced in the same proportion, in whole units of 10^-10 to avoid floats.
 */
function buildSavingsPlanUnusedSql(columns: PlanColumns, amounts: Amounts): Sql {
  const unused = amounts.difference(columns.planCommitment, columns.planUsed);
  const gross = buildTotalSql(columns.planUpfront, columns.planRecurring);
  const net = buildTotalSql(columns.netPlanUpfront, columns.netPlanRecurring);
  if (unused === null || gross === null || net === null) return unused;
  const value = `TRY_CAST(${unused} AS DECIMAL(28,10))`;
  const scaled = `((${buildWholeSql(value)} * ${buildWholeSql(net)}) // ${buildWholeSql(gross)})::DECIMAL(38,0) * 0.0000000001::DECIMAL(10,10)`;
  const isReduced = `${gross} <> 0 AND ${net} <> 0 AND ${gross} <> ${net} AND ${value} IS NOT NULL`;
  const result = amounts.type === 'VARCHAR' ? `(${scaled})::VARCHAR` : `(${scaled})::${amounts.type}`;
  return buildCase([{ when: isReduced, value: result }], unused);
}

function buildTotalSql(upfront: Column, recurring: Column): Sql {
  const present = [upfront, recurring].filter((column) => column !== null);
  if (present.length === 0) return null;
  return `(${present.map((column) => `coalesce(${castToDecimal(column)}, 0)`).join(' + ')})`;
}

function buildWholeSql(decimal: string): string {
  return `(${decimal}::DECIMAL(28,10) * 10000000000)::HUGEINT`;
}
