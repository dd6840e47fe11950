import { EXACT_TYPE } from '../../../platform/lake/index.ts';
import {
  buildCostSource,
  buildDimensionExpression,
  buildRowSource,
  type CostRelations,
  type CostSelection,
} from '../query.ts';

/** One side of a comparison: its selection of rows and the relations to read. */
export interface ComparedSide {
  readonly selection: CostSelection;
  readonly relations: CostRelations;
}

/**
 * Columns that identify a SKU, as SQL over bill rows. A SKU bought in two ways (on demand, committed) counts as two.
 */
const ITEM = {
  category: 'ChargeCategory',
  service: 'ServiceName',
  sku: 'coalesce(SkuId, SkuMeter, ChargeDescription)',
  sku_column: `CASE WHEN SkuId IS NOT NULL THEN 'skuId' WHEN SkuMeter IS NOT NULL THEN 'skuMeter' WHEN ChargeDescription IS NOT NULL THEN 'chargeDescription' END`,
  pricing_category: 'PricingCategory',
  unit: 'CASE WHEN PricingQuantity IS NOT NULL THEN PricingUnit END',
} as const;
const itemKeys = Object.keys(ITEM);

/**
 * Items of two periods in one row each, by dimension, currency and SKU, with the volume of their service and unit. Rows
 * with unknown cost are counted (`missing`) and otherwise excluded.
 */
export function buildItemsSql(before: ComparedSide, after: ComparedSide, dimensions: readonly string[]): string {
  const keys = [...dimensions.map((_, index) => `d${index}`), 'currency', ...itemKeys];
  const groups = [...dimensions.map((_, index) => `d${index}`), 'currency'];
  const sum = (column: string, side: string) =>
    `coalesce(sum(${column}) FILTER (${side}), 0)::${EXACT_TYPE} AS ${column}_${side === 'is_after' ? 'after' : 'before'}`;
  const items = `SELECT ${keys.join(', ')}, any_value(description) AS description,
      ${['cost', 'quantity'].flatMap((column) => [sum(column, 'NOT is_after'), sum(column, 'is_after')]).join(', ')},
      count(*) FILTER (NOT is_after AND cost IS NOT NULL) AS rows_before,
      count(*) FILTER (is_after AND cost IS NOT NULL) AS rows_after,
      count(*) FILTER (NOT is_after AND cost IS NULL) AS missing_before,
      count(*) FILTER (is_after AND cost IS NULL) AS missing_after
    FROM (${buildSideSql(before, dimensions, false)} UNION ALL ${buildSideSql(after, dimensions, true)}) GROUP BY ALL`;
  const isComparable = `unit IS NOT NULL AND coalesce(category, '') NOT IN ('Purchase', 'Credit', 'Tax', 'Adjustment') AND rows_before > 0 AND rows_after > 0
    AND quantity_before > 0 AND quantity_after > 0`;
  const volume = (side: string) =>
    `coalesce(sum(CASE WHEN ${isComparable} THEN quantity_${side} END) OVER (PARTITION BY ${groups.join(', ')}, service, unit), 0)::VARCHAR AS volume_${side}`;
  const texts = ['cost_before', 'cost_after', 'quantity_before', 'quantity_after'].map(
    (name) => `${name}::VARCHAR AS ${name}`,
  );
  const counts = ['rows_before', 'rows_after', 'missing_before', 'missing_after'].map(
    (name) => `${name}::INTEGER AS ${name}`,
  );
  return `SELECT ${keys.join(', ')}, description, ${[...texts, ...counts, volume('before'), volume('after')].join(', ')}
    FROM (${items}) ORDER BY ${keys.join(', ')}`;
}

function buildSideSql({ selection, relations }: ComparedSide, dimensions: readonly string[], isAfter: boolean): string {
  const { isJoined } = buildRowSource(selection, dimensions, relations);
  const { from, where, amount } = buildCostSource(selection, dimensions, relations);
  const columns = [
    ...dimensions.map((name, index) => `${buildDimensionExpression(name)} AS d${index}`),
    'BillingCurrency AS currency',
    ...Object.entries(ITEM).map(([name, expression]) => `${expression} AS ${name}`),
    'ChargeDescription AS description',
    `${amount} AS cost`,
    `CASE WHEN ${amount} IS NOT NULL THEN ${buildQuantitySql(isJoined)} END AS quantity`,
    `${isAfter} AS is_after`,
  ];
  return `SELECT ${columns.join(', ')} FROM ${from} ${where}`;
}

/** Scales the row's quantity by the ratio of the share, to the 15 digits of a double: it only serves as a weight. */
function buildQuantitySql(isJoined: boolean): string {
  if (!isJoined) return 'PricingQuantity';
  return `CASE WHEN a.ratio IS NULL THEN PricingQuantity ELSE (PricingQuantity::DOUBLE * a.ratio::DOUBLE)::${EXACT_TYPE} END`;
}

export function buildTotalsSql({ selection, relations }: ComparedSide): string {
  const { from, where, amount } = buildCostSource(selection, [], relations);
  return `SELECT BillingCurrency AS currency, coalesce(sum(${amount}), 0)::VARCHAR AS amount,
    count(*) FILTER (${amount} IS NULL)::INTEGER AS missing FROM ${from} ${where} GROUP BY 1 ORDER BY 1`;
}

/** Whether the bill has any row of the period, regardless of filters. */
export function buildCoversSql({ selection, relations }: ComparedSide): string {
  const { from, where } = buildRowSource({ ...selection, filter: [] }, [], relations);
  return `SELECT 1 FROM ${from} ${where} LIMIT 1`;
}
