import type { z } from 'zod';
import { AppError } from '../../../platform/errors/index.ts';
import { decimal, decimalString, formatPriceText } from '../../../platform/units/index.ts';
import type { Money } from '../../../platform/units/schema.ts';
import type { BilledUsage, Costs } from '../../costs/index.ts';
import { findPrice, type PriceInputDeps, refuseTwoCurrencies } from '../asked-prices/money-of.ts';
import { adviseOnDemand, computeResidual } from './advise.ts';
import { buildBilledDemand, type HourlyDemand, parseStatedDemand } from './hourly-demand.ts';
import type { adviseCommitment, CommitmentAdvice } from './schema.ts';

export interface CommitmentDeps extends PriceInputDeps {
  readonly costs: Pick<Costs, 'usageOver'>;
}

export type CommitmentQuestion = z.output<typeof adviseCommitment.body>;

/**
 * Errors: `demand_unusable`, `price_not_found`, `dimension_unknown`, `bill_delivery_not_found`, `invalid_request` for prices of two
 * currencies.
 */
export async function buildCommitmentAdvice(
  deps: CommitmentDeps,
  question: CommitmentQuestion,
): Promise<CommitmentAdvice> {
  return (await buildCommitmentCase(deps, question)).advice;
}

/** The advice with its inputs. */
export interface CommitmentCase {
  readonly advice: CommitmentAdvice;
  /** Demand of each hour beyond the present commitments, exact; hours since 1970, ascending. */
  readonly hours: readonly { readonly hour: number; readonly demand: string }[];
  /** Deliveries that the demand comes from; empty for a file. */
  readonly deliveries: readonly string[];
}

/** The same errors. */
export async function buildCommitmentCase(deps: CommitmentDeps, question: CommitmentQuestion): Promise<CommitmentCase> {
  const { demand, usage } = await readDemand(deps, question);
  const committedPrice = await findPrice(deps, question.committedPrice);
  const onDemandPrice =
    question.onDemandPrice === undefined ? findPaidPrice(usage) : await findPrice(deps, question.onDemandPrice);
  refuseTwoCurrencies([onDemandPrice, committedPrice]);
  for (const { amount } of [onDemandPrice, committedPrice]) {
    if (decimal(amount).gt(0)) continue;
    throw new AppError('invalid_request', `A price of ${amount} is not more than 0.`, { amount });
  }
  refuseTinyUnits(demand, question.unitQuantity);
  const advice = adviseOnDemand(demand, {
    onDemandPrice,
    committedPrice,
    unitQuantity: decimal(question.unitQuantity),
    termHours: question.termHours,
    demandRatios: question.demandRatios,
  });
  return {
    advice: { source: usage === null ? 'file' : 'bill', ...advice },
    hours: computeResidual(demand.hours, 1).map((one) => ({ hour: one.hour, demand: decimalString(one.demand) })),
    deliveries: usage?.deliveries ?? [],
  };
}

/** Larger numbers are no longer exact integers. */
const MOST_UNITS = 1e9;

function refuseTinyUnits({ hours }: HourlyDemand, unitQuantity: string): void {
  const most = decimal(unitQuantity).times(MOST_UNITS);
  if (hours.every(({ wanted, committed }) => wanted.lte(most) && committed.lte(most))) return;
  const detail = `The demand of an hour is more than a billion units of ${unitQuantity}. Give a larger --unit.`;
  throw new AppError('demand_unusable', detail, { unitQuantity });
}

async function readDemand(
  { costs }: CommitmentDeps,
  { hours, filter, from, to, delivery }: CommitmentQuestion,
): Promise<{ demand: HourlyDemand; usage: BilledUsage | null }> {
  if (hours !== undefined) return { demand: parseStatedDemand(hours), usage: null };
  const usage = await costs.usageOver({ filter, from, to, delivery });
  return { demand: buildBilledDemand(usage), usage };
}

/** The one on-demand price that the rows have. Error: `demand_unusable` when they have none, or several. */
function findPaidPrice(usage: BilledUsage | null): Money {
  const [price, other] = usage?.prices ?? [];
  if (price === undefined) {
    throw new AppError('demand_unusable', 'No on-demand row has a price. State it, for example --on-demand 3.06USD/h.');
  }
  if (other !== undefined) {
    const detail = `The usage was paid for at ${usage?.prices.length} prices, such as ${formatPriceText(price)} and ${formatPriceText(other)}. Filter to one skuId, or state --on-demand.`;
    throw new AppError('demand_unusable', detail, { prices: usage?.prices.length });
  }
  return { amount: decimalString(price.amount), currency: price.currency };
}
