import { EXACT_TYPE, quoteIdentifier, quoteLiteral } from '../../../platform/lake/index.ts';
import { buildDimensionExpression, buildRowSource, type CostRelations } from '../query.ts';
import type { ChargeCondition, ChargesQuestion } from './daily-charges.ts';

export const SKU = 'sku';
const SKU_NAME = 'coalesce(SkuId, SkuMeter, ChargeDescription)';
const SKU_COLUMN = `CASE WHEN SkuId IS NOT NULL THEN 'skuId' WHEN SkuMeter IS NOT NULL THEN 'skuMeter' ELSE 'chargeDescription' END`;
const SKU_COLUMNS = ['skuId', 'skuMeter', 'chargeDescription'];
/** Excluded charge categories: a credit would hide the cost that it pays, and a tax repeats cost. */
const LEFT_OUT = ['Credit', 'Tax'];
/** Longest charge that counts as cost of one day: a day plus the extra hour when daylight saving time ends. */
const LONGEST_CHARGE = "INTERVAL '25 hours'";

/** Dimensions that must be columns of the relations. */
export function listNamedDimensions({ dimensions }: ChargesQuestion): string[] {
  return dimensions.filter((name) => name !== SKU);
}

/**
 * SELECT of the charges of days, one row each; `judged` is false for credits, taxes and charges for longer than a day.
 */
export function buildChargesSql(question: ChargesQuestion, relations: CostRelations): string {
  const { from: first, to, dimensions } = question;
  const selection = { from: first, to, filter: [] };
  const { from, where, cost, isJoined } = buildRowSource(selection, listNamedDimensions(question), relations);
  const amount = cost('EffectiveCost');
  const share = `(PricingQuantity::DOUBLE * a.ratio::DOUBLE)::${EXACT_TYPE}`;
  const quantity = isJoined ? `CASE WHEN a.ratio IS NULL THEN PricingQuantity ELSE ${share} END` : 'PricingQuantity';
  const columns = [
    `strftime(ChargePeriodStart, '%Y-%m-%d') AS day`,
    'BillingCurrency AS currency',
    'source',
    ...dimensions.map((name, index) => `${name === SKU ? SKU_NAME : buildDimensionExpression(name)} AS d${index}`),
    `${SKU_COLUMN} AS sku_column`,
    'ServiceName AS service',
    'ChargeCategory AS category',
    'coalesce(ChargeDescription, SkuMeter) AS description',
    'CASE WHEN PricingQuantity IS NOT NULL THEN PricingUnit END AS unit',
    `${amount} AS cost`,
    `CASE WHEN ${amount} IS NOT NULL AND PricingUnit IS NOT NULL THEN ${quantity} END AS quantity`,
    `coalesce(ChargeCategory, '') NOT IN (${LEFT_OUT.map(quoteLiteral).join(', ')})
      AND coalesce(ChargePeriodEnd - ChargePeriodStart <= ${LONGEST_CHARGE}, true) AS judged`,
  ];
  return `SELECT ${columns.join(', ')} FROM ${from} ${where}`;
}

/** SQL of conditions over the table of charges. */
export function buildConditionsSql({ dimensions }: ChargesQuestion, where: readonly ChargeCondition[]): string[] {
  return where.map(({ dimension, value, isNot }) => {
    const isSku = SKU_COLUMNS.includes(dimension);
    const column = quoteIdentifier(`d${dimensions.indexOf(isSku ? SKU : dimension)}`);
    const named = isSku ? ` AND sku_column = ${quoteLiteral(dimension)}` : '';
    const holds = `(${column} = ${quoteLiteral(value)}${named})`;
    return isNot === true ? `NOT coalesce(${holds}, false)` : holds;
  });
}
