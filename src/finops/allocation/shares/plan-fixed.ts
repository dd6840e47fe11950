import { type LakeSession, quoteIdentifier } from '../../../platform/lake/index.ts';
import { type Decimal, decimal, decimalString, sumDecimals } from '../../../platform/units/index.ts';
import type { FixedSplit } from '../rules/schema.ts';
import type { Outcome, Pool, Receiver } from './receivers.ts';
import { buildCostSql } from './split-sql.ts';

/**
 * Fixed amounts of a pool: each receiver gets its amount, and the remainder goes to the subjects that the rule names,
 * or is left over. A pool smaller than the sum of the amounts is split in their ratio, without a remainder. A pool in a
 * different currency, or one that is zero or a credit, stays whole.
 */
export async function planFixed(
  session: LakeSession,
  ruleIndex: number,
  split: FixedSplit,
  pools: readonly Pool[],
): Promise<{ pool: Pool; outcome: Outcome }[]> {
  const totals = await readPoolTotals(session, ruleIndex, split);
  return pools.map((pool) => ({ pool, outcome: splitFixed(split, pool, totals.get(pool.pool) ?? null) }));
}

async function readPoolTotals(
  session: LakeSession,
  ruleIndex: number,
  split: FixedSplit,
): Promise<Map<string, string | null>> {
  const cost = quoteIdentifier(split.metric.charAt(0).toUpperCase() + split.metric.slice(1));
  const rows = await session.query(
    `SELECT pool, ${buildCostSql(`sum(${cost})`)}::VARCHAR AS total FROM pool_row WHERE rule_index = ${ruleIndex} GROUP BY pool`,
  );
  return new Map(rows.map((row) => [String(row.pool), row.total === null ? null : String(row.total)]));
}

export function splitFixed(split: FixedSplit, pool: Pool, total: string | null): Outcome {
  if (pool.currency !== split.currency) {
    return { reason: `the amounts are in ${split.currency}, the cost is in ${pool.currency}` };
  }
  if (total === null) return { reason: `no row states its ${split.metric}` };
  if (decimal(total).lte(0)) return { reason: `the shared ${split.metric} is ${decimalString(total)}` };
  const fixed = sumDecimals(split.amounts.map(({ amount }) => amount));
  const left = decimal(total).minus(fixed);
  const amounts = split.amounts.map(({ subject, amount }): Receiver => ({ subject, weight: amount, usage: null }));
  if (left.lte(0)) return { receivers: amounts };
  return { receivers: [...scaleAmounts(amounts, split), ...buildRemainderReceivers(split, left)] };
}

/** Amounts multiplied by the sum of the remainder weights, to match the weights of `buildRemainderReceivers`. */
function scaleAmounts(amounts: readonly Receiver[], split: FixedSplit): Receiver[] {
  const unit = sumRemainderWeights(split);
  return amounts.map((receiver) => ({ ...receiver, weight: decimalString(decimal(receiver.weight).times(unit)) }));
}

function buildRemainderReceivers(split: FixedSplit, left: Decimal): Receiver[] {
  if (split.remainder === undefined) {
    const leftOver = 'remainder after the fixed amounts';
    return [{ subject: {}, weight: decimalString(left), usage: null, leftOver }];
  }
  return split.remainder.map(({ subject, weight }) => ({
    subject,
    weight: decimalString(left.times(weight)),
    usage: null,
  }));
}

function sumRemainderWeights({ remainder }: FixedSplit): Decimal {
  return decimal(remainder === undefined ? 1 : sumDecimals(remainder.map(({ weight }) => weight)));
}
