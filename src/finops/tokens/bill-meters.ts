import { quoteIdentifier } from '../../platform/lake/index.ts';
import type { MeterText } from './classify.ts';

/** Columns outside FOCUS by the names that clouds' exports give them, without the `x_`. */
const usageTypes = ['UsageType', 'usage_type', 'lineItem/UsageType', 'line_item_usage_type', 'lineItem_UsageType'];
const meterNames = ['SkuMeterName', 'MeterName', 'meterName', 'meter_name'];
const products = [
  'SkuMeterSubcategory',
  'MeterSubCategory',
  'MeterSubcategory',
  'meterSubCategory',
  'ProductName',
  'product/ProductName',
  'product_product_name',
  'product/servicename',
  'product_servicename',
];
const unitDescriptions = ['PricingUnitDescription', 'UnitOfMeasure', 'unitOfMeasure'];
const blockSizes = ['PricingBlockSize'];

function buildCustomColumnSql(names: readonly string[]): string {
  return names.map((name) => quoteIdentifier(`x_${name}`)).join(', ');
}

/** Columns outside FOCUS that a bill relation must show. */
export const meterColumns = [usageTypes, meterNames, products, unitDescriptions, blockSizes]
  .flat()
  .map((name) => `x_${name}`);

/** SQL expression of each part of the text that is classified. */
const parts: Readonly<Record<keyof MeterText, string>> = {
  provider: 'ServiceProviderName',
  service: 'ServiceName',
  product: `coalesce(${buildCustomColumnSql(products)})`,
  // AWS has more details in its usage type than in the meter of FOCUS.
  meter: `coalesce(${buildCustomColumnSql(usageTypes)}, SkuMeter, ${buildCustomColumnSql(meterNames)})`,
  description: 'ChargeDescription',
  pricingUnit: 'PricingUnit',
  unitDescription: `coalesce(${buildCustomColumnSql(unitDescriptions)})`,
  blockSize: `coalesce(${buildCustomColumnSql(blockSizes)})`,
  skuPriceDetails: 'SkuPriceDetails',
};

export const meterParts = Object.keys(parts) as readonly (keyof MeterText)[];

/** `provider, service, …` as a SELECT list over bill rows. */
export const meterPartColumns = meterParts.map((name) => `${parts[name]} AS "${name}"`).join(', ');

/** Names of services and providers that sell tokens. */
const SELLERS =
  'bedrock|openai|azure ai|foundry|cognitive services|vertex|gemini|generative ai|anthropic|claude|mistral|cohere|genai';

/**
 * Rows worth classifying: of an AI service, priced by tokens, or with a model in their SKU. `M2MTokenRequests` of a login
 * service is none. Only these are grouped, so that a large bill is scanned once.
 */
export const mayBeTokens = `(
  regexp_matches(concat_ws(' ', ServiceName, ServiceProviderName, ${parts.product}), '${SELLERS}', 'i')
  OR ServiceSubcategory = 'Generative AI'
  OR regexp_matches(coalesce(PricingUnit, ''), '\\btokens?\\b', 'i')
  OR regexp_matches(coalesce(SkuPriceDetails, ''), '"(x_)?Model(Id|Family)"'))`;

/**
 * The quantity that the row's own price confirms. Pricing and consumed quantity have different units in the exports of some
 * clouds, and list cost = list price x quantity is true for one of them. Floats only select one of the two. The result is 0
 * for charges that are not usage, such as credits and taxes, although some clouds repeat the quantity of the usage on them.
 */
export const billedUnits = `CASE
  WHEN ChargeCategory <> 'Usage' THEN 0
  WHEN abs(ListUnitPrice::DOUBLE * ConsumedQuantity::DOUBLE - ListCost::DOUBLE)
     < abs(ListUnitPrice::DOUBLE * PricingQuantity::DOUBLE - ListCost::DOUBLE) THEN ConsumedQuantity
  ELSE coalesce(PricingQuantity, ConsumedQuantity) END`;

/** A row of a query over `meterPartColumns` as the text to classify. */
export function rowToMeterText(row: Readonly<Record<string, unknown>>): MeterText {
  const text = (name: keyof MeterText) => (row[name] === null || row[name] === undefined ? null : String(row[name]));
  return Object.fromEntries(meterParts.map((name) => [name, text(name)])) as Record<keyof MeterText, string | null>;
}
