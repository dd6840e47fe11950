import { EXACT_DECIMALS, quoteIdentifier } from '../../../platform/lake/index.ts';

/** Columns outside FOCUS, by the names that clouds' exports give them. */
const usageTypes = ['x_UsageType', 'x_lineItem/UsageType', 'x_line_item_usage_type'];
const operations = ['x_Operation', 'x_lineItem/Operation', 'x_line_item_operation'];
const subcategories = ['x_SkuMeterSubcategory', 'x_MeterSubCategory', 'x_MeterSubcategory', 'x_meterSubCategory'];
const details = ['x_SkuDetails'];

/** Columns outside FOCUS that the relation must show. */
export const machineColumns = [...usageTypes, ...operations, ...subcategories, ...details];

const buildFirstSql = (names: readonly string[]) => `coalesce(${names.map(quoteIdentifier).join(', ')})`;

/** AWS writes the type behind its usage type; Azure's meters do not spell it. */
const AWS_TYPE = '[a-z][a-z0-9-]*\\.(?:metal(?:-[0-9a-z]+)?|[0-9]*(?:nano|micro|small|medium|x?large))';
const usageType = `concat_ws(' ', ${buildFirstSql(usageTypes)}, SkuMeter)`;

/** Instance type of a row: from the price details, otherwise from AWS's usage type or description; NULL without any. */
const instanceType = `coalesce(
  nullif(SkuPriceDetails->>'$.InstanceType', ''),
  nullif(SkuPriceDetails->>'$.x_InstanceType', ''),
  nullif(TRY_CAST(${buildFirstSql(details)} AS JSON)->>'$.ServiceType', ''),
  nullif(regexp_extract(${usageType}, 'BoxUsage:(${AWS_TYPE})', 1), ''),
  nullif(regexp_extract(ChargeDescription, 'On Demand Linux (${AWS_TYPE}) Instance Hour', 1), ''))`;

/** All text of a row about the product sold. */
const productText = `concat_ws(' ', ChargeDescription, ${usageType}, ${buildFirstSql(subcategories)})`;

/**
 * Rows that show the price of a machine hour: usage by the hour, Linux, no price that changes by the hour, in the month of
 * the bill, and no correction.
 */
const isMachineHour = `ChargeCategory = 'Usage' AND ChargeClass IS NULL AND RegionId IS NOT NULL
  AND strftime(ChargePeriodStart, '%Y-%m') = period
  AND (ServiceCategory IS NULL OR ServiceCategory IN ('Compute', 'AI and Machine Learning'))
  AND EffectiveCost > 0 AND ConsumedQuantity > 0 AND regexp_matches(lower(ConsumedUnit), '^(1 )?(h|hr|hrs|hour|hours)$')
  AND PricingCategory IS DISTINCT FROM 'Dynamic' AND CommitmentDiscountStatus IS DISTINCT FROM 'Unused'
  AND NOT regexp_matches(${productText}, '\\b(spot|low priority|windows|rhel|red hat|suse|sql)\\b|SpotUsage|EBSOptimized|CPUCredits', 'i')
  AND coalesce(SkuPriceDetails->>'$.OperatingSystem', 'Linux') ILIKE 'linux%'
  AND NOT contains(coalesce(${buildFirstSql(operations)}, ''), ':')`;

/**
 * An uncommitted cost above the list price: some exports round costs, to whole dollars even. Such a machine teaches nothing,
 * for its other rows are rounded too. A commitment may cost more than the list, after prices fell. Floats only compare.
 */
const isDearerThanListed = `(CommitmentDiscountId IS NULL AND PricingCategory IS DISTINCT FROM 'Committed'
  AND ListUnitPrice > 0 AND EffectiveCost::DOUBLE
    > ListUnitPrice::DOUBLE * greatest(ConsumedQuantity, coalesce(PricingQuantity, 0))::DOUBLE * 1.000001 + 0.000001)`;

/** Decimals of a learned price. */
const PRICE_DECIMALS = 8;
/** Rows with equal prices at this number of decimals agree: quantities are rounded, for example to seconds. */
const AGREEING_DECIMALS = 6;
/** Number of decimals of a quantity in the division; a cost has additional decimals, as many as the price. */
const QUANTITY_DECIMALS = 12;

/** The digits of a decimal as a whole number: `1.50` with two decimals is 150. */
const buildDigitsSql = (value: string, decimals: number) =>
  `replace((${value})::DECIMAL(38,${decimals})::VARCHAR, '.', '')::HUGEINT`;

/**
 * SQL of the prices that a relation of bill rows shows: by machine, region and currency the price of the largest number of
 * rows, with that number. price = cost / hours, exact in whole numbers and rounded half up to 8 decimals. Of equally
 * frequent prices, the one with more hours wins, then the higher one. Of the rows that agree, the one with the most hours
 * gives the last digits.
 * Columns: resource, region, currency, amount, effective_from, as_of, agreed_rows, rows.
 */
export function buildLearnedSelect(relation: string): string {
  const [cost, hours] = [
    buildDigitsSql('cost', PRICE_DECIMALS + QUANTITY_DECIMALS),
    buildDigitsSql('hours', QUANTITY_DECIMALS),
  ];
  const step = 10 ** (PRICE_DECIMALS - AGREEING_DECIMALS);
  return `WITH hours AS (
      SELECT ${instanceType} AS resource, RegionId AS region, BillingCurrency AS currency, EffectiveCost AS cost,
        ConsumedQuantity AS hours, count(*) AS row_count, min(ChargePeriodStart) AS first_at, max(ChargePeriodEnd) AS last_at,
        bool_or(coalesce(${isDearerThanListed}, false)) AS is_dear
      FROM ${relation} WHERE ${isMachineHour} GROUP BY ALL),
    divided AS (
      SELECT *, ${cost} // ${hours} + CASE WHEN (${cost} % ${hours}) * 2 >= ${hours} THEN 1 ELSE 0 END AS price
      FROM hours WHERE resource IS NOT NULL),
    agreeing AS (
      SELECT resource, region, currency, (price + ${step / 2}) // ${step} AS about, arg_max(price, hours) AS price,
        sum(row_count) AS agreed_rows, sum(hours) AS all_hours, min(first_at) AS first_at, max(last_at) AS as_of,
        bool_or(is_dear) AS is_dear
      FROM divided GROUP BY ALL),
    ranked AS (
      SELECT *, sum(agreed_rows) OVER same AS row_count, min(first_at) OVER same AS effective_from,
        bool_or(is_dear) OVER same AS is_rounded,
        row_number() OVER (same ORDER BY agreed_rows DESC, all_hours DESC, about DESC) AS place
      FROM agreeing WHERE price > 0 WINDOW same AS (PARTITION BY resource, region, currency))
    SELECT resource, region, currency, (price::DECIMAL(38,0) * 0.${'0'.repeat(PRICE_DECIMALS - 1)}1)::DECIMAL(38,${EXACT_DECIMALS})::VARCHAR AS amount,
      strftime(effective_from, '%Y-%m-%dT%H:%M:%SZ') AS effective_from, strftime(as_of, '%Y-%m-%dT%H:%M:%SZ') AS as_of,
      agreed_rows::INTEGER AS agreed_rows, row_count::INTEGER AS row_count
    FROM ranked WHERE place = 1 AND NOT is_rounded ORDER BY resource, region, currency`;
}
