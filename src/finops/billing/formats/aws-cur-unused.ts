import { type Amounts, castToDecimal } from './amounts.ts';
import { buildCase, buildCoalesce, type Sql } from './expressions.ts';
import type { SourceExpression } from './format.ts';

type Column = SourceExpression | null;

/** Amortized fee of the unused hours of a reservation, net where AWS states it. For `RIFee` records only. */
export function buildReservationUnusedSql(
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
export function buildSavingsPlanUnusedSql(columns: PlanColumns, amounts: Amounts): Sql {
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
