import { type Decimal, decimalString } from '../../platform/units/index.ts';
import { buildRowSource, type CostRelations } from '../costs/index.ts';
import type { Exchange } from '../exchange/index.ts';
import type { CostPair } from './amounts.ts';
import type { StatementReporting } from './schema.ts';

export interface ReportingDeps {
  readonly exchange: Pick<Exchange, 'conversion'>;
  readonly config: { readonly reportingCurrency?: string | undefined };
}

/** Billed and effective cost of a charge day in one currency. */
export interface DatedPair extends CostPair {
  readonly team: string | null;
  /** YYYY-MM-DD */
  readonly day: string;
}

const DAY = `strftime(ChargePeriodStart, '%Y-%m-%d')`;
const SUMS = `coalesce(sum(billed), 0)::VARCHAR AS billed, coalesce(sum(effective), 0)::VARCHAR AS effective`;

/**
 * Billed and effective cost of a month by team, charge day and currency, from the same rows and shares as its cells.
 */
export function buildDatedSql(relations: CostRelations): string {
  const { from, cost } = buildRowSource({ filter: [] }, ['rule'], relations);
  return `SELECT team, day, currency, ${SUMS}
    FROM (SELECT a.team AS team, ${DAY} AS day, BillingCurrency AS currency, ${cost('BilledCost')} AS billed,
      ${cost('EffectiveCost')} AS effective FROM ${from})
    GROUP BY ALL ORDER BY ALL`;
}

/** The same for the whole bill, from bill rows alone. */
export function buildDatedBillSql({ bill }: CostRelations): string {
  return `SELECT NULL AS team, ${DAY} AS day, BillingCurrency AS currency, coalesce(sum(BilledCost), 0)::VARCHAR AS billed,
    coalesce(sum(EffectiveCost), 0)::VARCHAR AS effective FROM ${bill} GROUP BY ALL ORDER BY ALL`;
}

/**
 * Converts costs to one currency, each charge day at its rate. Products are exact, so that the statements of a month
 * add up to its bill. Zero without cost; null when no part of the cost has a rate.
 */
export async function reportPairs(
  { exchange }: Pick<ReportingDeps, 'exchange'>,
  currency: string,
  rows: readonly DatedPair[],
): Promise<StatementReporting> {
  const days = rows.map(({ day }) => day).toSorted();
  const [from, to] = [days[0], days.at(-1)];
  if (from === undefined || to === undefined)
    return { currency, billedCost: '0', effectiveCost: '0', rates: [], leftOut: [] };
  // Both conversions use the same days and currencies, so that they use the same rates and exclude the same days.
  const billed = await exchange.conversion(currency, { from, to });
  const effective = await exchange.conversion(currency, { from, to });
  const sumOf = (amounts: readonly (Decimal | null)[]) =>
    amounts.reduce((sum, amount) => (amount === null ? sum : amount.plus(sum ?? 0)), null);
  const billedSum = sumOf(rows.map((row) => billed.convert({ ...row, amount: row.billed })));
  const effectiveSum = sumOf(rows.map((row) => effective.convert({ ...row, amount: row.effective })));
  const billedLeftOut = billed.leftOut();
  return {
    currency,
    billedCost: billedSum === null ? null : decimalString(billedSum),
    effectiveCost: effectiveSum === null ? null : decimalString(effectiveSum),
    rates: effective.rates(),
    leftOut: effective.leftOut().map(({ amount, ...left }, at) => ({
      ...left,
      billedCost: billedLeftOut[at]?.amount ?? '0',
      effectiveCost: amount,
    })),
  };
}
