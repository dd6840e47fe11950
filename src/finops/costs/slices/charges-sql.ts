import { EXACT_TYPE, literal } from '../../../platform/lake/index.ts';
import type { CostRelations } from '../query.ts';
import { dimensionExpression, type RowSelection, rowSource } from '../query.ts';

/** A SKU by its id, else its meter, else the description of the charge: `sku` is its name, `sku_column` what names it. */
export const SKU = 'sku';
const SKU_NAME = 'coalesce(SkuId, SkuMeter, ChargeDescription)';
const SKU_COLUMN = `CASE WHEN SkuId IS NOT NULL THEN 'skuId' WHEN SkuMeter IS NOT NULL THEN 'skuMeter' ELSE 'chargeDescription' END`;
/** A credit would hide the cost that it pays, and a tax repeats it. */
const LEFT_OUT = ['Credit', 'Tax'];
/** A charge for longer is no cost of one day. An hour more than a day, for days of clocks that are put back. */
const LONGEST_CHARGE = "INTERVAL '25 hours'";

/** What is asked of daily charges: charge days from `from` to `to`, both included, of everything that the filters take. */
export interface ChargeQuestion {
  /** YYYY-MM-DD */
  readonly from: string;
  readonly to: string;
  /** Dimensions as `cost summary` takes them, or `sku`. */
  readonly dimensions: readonly string[];
  readonly filter: readonly string[];
}

export function selectionOf({ from, to, filter }: ChargeQuestion): RowSelection {
  return { from, to, filter };
}

/** Dimensions that relations have to know by name. */
export function namedDimensions({ dimensions }: ChargeQuestion): string[] {
  return dimensions.filter((name) => name !== SKU);
}

/**
 * SELECT of the charges of days: `day`, `currency`, `source`, `d0`, `d1`…, `sku_column`, `unit`, `quantity`, `cost` (effective
 * cost), `category`, `service`, `description`, and whether it is `judged`.
 */
export function chargesSql(question: ChargeQuestion, relations: CostRelations): string {
  const { from, where, cost, isJoined } = rowSource(selectionOf(question), namedDimensions(question), relations);
  const amount = cost('EffectiveCost');
  const share = `(PricingQuantity::DOUBLE * a.ratio::DOUBLE)::${EXACT_TYPE}`;
  const quantity = isJoined ? `CASE WHEN a.ratio IS NULL THEN PricingQuantity ELSE ${share} END` : 'PricingQuantity';
  const columns = [
    `strftime(ChargePeriodStart, '%Y-%m-%d') AS day`,
    'BillingCurrency AS currency',
    'source',
    ...question.dimensions.map((name, index) => `${name === SKU ? SKU_NAME : dimensionExpression(name)} AS d${index}`),
    `${SKU_COLUMN} AS sku_column`,
    'ServiceName AS service',
    'ChargeCategory AS category',
    'ChargeDescription AS description',
    'CASE WHEN PricingQuantity IS NOT NULL THEN PricingUnit END AS unit',
    `${amount} AS cost`,
    `CASE WHEN ${amount} IS NOT NULL AND PricingUnit IS NOT NULL THEN (${quantity})::${EXACT_TYPE} END AS quantity`,
    `coalesce(ChargeCategory, '') NOT IN (${LEFT_OUT.map(literal).join(', ')})
      AND coalesce(ChargePeriodEnd - ChargePeriodStart <= ${LONGEST_CHARGE}, true) AS judged`,
  ];
  return `SELECT ${columns.join(', ')} FROM ${from} ${where}`;
}
