import { buildAmounts, castToDecimal, multiplySql } from './amounts.ts';
import type { AzureCharge } from './azure-charges.ts';
import type { AzureFile } from './azure-columns.ts';
import { parseAzureUnit } from './azure-units.ts';
import { buildCase, buildCoalesce, buildDerivedText, buildFirstText, type Sql } from './expressions.ts';
import { DECIMAL_TYPE } from './focus-columns.ts';
import type { SourceExpression } from './format.ts';

/**
 * Costs of a record. An actual export bills a commitment at purchase and does not state the cost of the usage that it
 * covers: that cost is unknown, not zero. An amortized export spreads the price over used and unused hours and bills
 * none of them. If the dataset is not declared, covered usage with a cost proves that the export is amortized.
 */
export function mapAzureCosts(file: AzureFile, charge: AzureCharge) {
  const cost = file.find('cost');
  const priced = file.find('costInPricingCurrency');
  const amounts = buildAmounts([cost]);
  const money = (sql: Sql, column: SourceExpression | null) =>
    sql === null || column === null ? null : { sql, type: amounts.type, shown: column.shown };
  const isSpread = buildSpreadSql(charge, cost);
  const billed = buildCase([{ when: isSpread, value: amounts.zero }], amounts.of(cost));
  return {
    BilledCost: money(billed, cost),
    EffectiveCost: money(buildEffectiveSql(charge, isSpread, amounts.of(cost), amounts.zero), cost),
    PricingCurrencyEffectiveCost: buildPricedEffective(charge, isSpread, priced),
    ...listAndContracted(file, charge),
    ...mapPrices(file, charge),
    ...mapAzureQuantities(file, charge, isSpread),
  };
}

function buildSpreadSql(charge: AzureCharge, cost: SourceExpression | null): string {
  if (charge.isActual) return 'false';
  if (charge.isAmortized) return charge.isCovered;
  return `(${charge.isCovered} AND TRY_CAST(${cost?.sql ?? 'NULL'} AS DOUBLE) <> 0)`;
}

function buildEffectiveSql(charge: AzureCharge, isSpread: string, cost: Sql, zero: string): string {
  return buildCase(
    [
      { when: charge.isCovering, value: zero },
      { when: isSpread, value: cost },
      { when: charge.isCovered, value: null },
    ],
    cost,
  );
}

function buildPricedEffective(charge: AzureCharge, isSpread: string, priced: SourceExpression | null) {
  if (priced === null) return null;
  const amounts = buildAmounts([priced]);
  const sql = buildEffectiveSql(charge, isSpread, amounts.of(priced), amounts.zero);
  return { sql, type: amounts.type, shown: priced.shown };
}

/**
 * price x quantity for usage; other records use their own price. A price of 0 with a non-zero cost or with a commitment
 * is missing in Azure's data, so it is unknown.
 */
function listAndContracted(file: AzureFile, charge: AzureCharge) {
  const cost = file.find('cost');
  const quantity = file.find('quantity');
  const own = cost === null ? null : castToDecimal(cost);
  const of = (given: SourceExpression | null, price: SourceExpression | null) => {
    const computed = convertToBillingCurrency(file, multiplySql(price, quantity));
    const value = buildCoalesce([given === null ? null : castToDecimal(given), computed]);
    if (value === null) return null;
    const isUnknown = `${value} = 0 AND (${own} <> 0 OR ${charge.isCovered})`;
    const sql = buildCase(
      [
        { when: charge.isUnused, value: `0::${DECIMAL_TYPE}` },
        { when: `NOT (${charge.isUsage})`, value: own },
        { when: isUnknown, value: null },
      ],
      value,
    );
    return { sql, type: DECIMAL_TYPE, shown: (given ?? price)?.shown ?? '' };
  };
  return {
    ListCost: of(file.find('listCost'), file.find('listPrice')),
    ContractedCost: of(null, file.find('price')),
  };
}

/** A customer agreement can have different pricing and billing currencies; other agreements have one currency. */
function convertToBillingCurrency(file: AzureFile, sql: Sql): Sql {
  const rate = file.find('exchangeRate');
  if (sql === null || file.find('pricingCurrency') === null) return sql;
  if (rate === null) return null;
  return multiplySql({ sql, type: DECIMAL_TYPE, shown: '' }, rate);
}

/** A price of 0 with a non-zero cost or with a commitment is unknown, as for the costs. */
function mapPrices(file: AzureFile, charge: AzureCharge) {
  const cost = file.find('cost')?.sql ?? 'NULL';
  const known = (column: SourceExpression | null) => {
    if (column === null) return null;
    const isNothing = (sql: string) => `TRY_CAST(${sql} AS DOUBLE) = 0`;
    const isUnknown = `${isNothing(column.sql)} AND (NOT (${isNothing(cost)}) OR ${charge.isCovered})`;
    return { ...column, sql: buildCase([{ when: isUnknown, value: null }], column.sql) };
  };
  const [listed, own] = [known(file.find('listPrice')), known(file.find('price'))];
  const billing = (column: SourceExpression | null) => {
    const sql = column === null ? null : convertToBillingCurrency(file, castToDecimal(column));
    return sql === null || column === null ? null : { sql, type: DECIMAL_TYPE, shown: column.shown };
  };
  if (file.find('pricingCurrency') === null) return { ListUnitPrice: listed, ContractedUnitPrice: own };
  return {
    ListUnitPrice: billing(listed),
    ContractedUnitPrice: billing(own),
    PricingCurrencyListUnitPrice: listed,
    PricingCurrencyContractedUnitPrice: own,
  };
}

/** The pricing quantity counts Azure's priced blocks (`10 Hours`); the consumed quantity counts single units. */
function mapAzureQuantities(file: AzureFile, charge: AzureCharge, isSpread: string) {
  const quantity = file.find('quantity');
  const unitText = buildFirstText(file.find('unit'));
  if (quantity === null) return {};
  const unit = parseAzureUnit(unitText ?? 'NULL', buildFirstText(file.find('meterName')));
  const shown = quantity.shown;
  const isConsumed = `(${charge.isUsage} AND NOT (${charge.isUnused}))`;
  const consumed = `(${castToDecimal(quantity)} * (${unit.block})::DECIMAL(12,0))::${DECIMAL_TYPE}`;
  const isUnit = unitText === null ? 'false' : `${unitText} IS NOT NULL`;
  const isPlan = `${charge.isCovered} AND ${charge.isSavingsPlan}`;
  const cost = file.find('cost');
  const planUsed = buildCase([{ when: isSpread, value: cost === null ? null : castToDecimal(cost) }]);
  const committed = buildCase([
    { when: isPlan, value: planUsed },
    { when: charge.isCovered, value: consumed },
    { when: `${charge.isCovering} AND ${charge.isSavingsPlan}`, value: cost === null ? null : castToDecimal(cost) },
  ]);
  const currency = buildFirstText(file.find('currency'));
  const committedUnit = buildCase([
    { when: `${committed} IS NULL`, value: null },
    { when: charge.isSavingsPlan, value: currency },
    { when: charge.isCovered, value: unit.noun },
  ]);
  const isCommittable = charge.commitmentId !== null;
  return {
    PricingQuantity: quantity,
    PricingUnit: buildDerivedText(unitText === null ? null : unit.priced, shown),
    ConsumedQuantity: {
      sql: buildCase([{ when: `${isConsumed} AND ${isUnit}`, value: consumed }]),
      type: DECIMAL_TYPE,
      shown,
    },
    ConsumedUnit: buildDerivedText(buildCase([{ when: `${isConsumed} AND ${isUnit}`, value: unit.noun }]), shown),
    CommitmentDiscountQuantity: isCommittable ? { sql: committed, type: DECIMAL_TYPE, shown } : null,
    CommitmentDiscountUnit: isCommittable ? buildDerivedText(committedUnit, shown) : null,
  };
}
