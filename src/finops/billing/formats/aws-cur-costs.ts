import type { CurCharge } from './aws-cur-charges.ts';
import { buildCase, buildMembership, type Sql } from './expressions.ts';
import type { FileColumns } from './file-columns.ts';
import type { SourceExpression } from './format.ts';

/**
 * The four costs of a record. Billed: the invoiced amount; usage covered by a savings plan and its negation cancel each
 * other, so both are 0, as FOCUS requires. Effective: the fees of a commitment spread over its used and unused hours.
 * List: the public on-demand price. Contracted: the negotiated price before commitments.
 */
export function mapCurCosts(charge: CurCharge) {
  const { amounts, columns, invoiced } = charge;
  const money = (sql: Sql, shown: SourceExpression | null) =>
    sql === null ? null : { sql, type: amounts.type, shown: shown?.shown ?? 'lineItem/UnblendedCost' };
  return {
    BilledCost: money(buildBilledSql(charge), columns.netUnblended ?? columns.unblended),
    EffectiveCost: money(buildEffectiveSql(charge), columns.unblended),
    ListCost: money(
      buildCase(
        [{ when: charge.isConsumption, value: amounts.of(columns.listed) }, buildNothingCondition(charge)],
        amounts.of(columns.unblended),
      ),
      columns.listed,
    ),
    ContractedCost: money(
      buildCase(
        [
          { when: charge.isUsage, value: invoiced },
          { when: `${charge.type} = 'DiscountedUsage'`, value: buildOwnPriceSql(charge, amounts.of(columns.listed)) },
          buildNothingCondition(charge),
        ],
        invoiced,
      ),
      columns.unblended,
    ),
  };
}

function buildBilledSql({ type, invoiced, amounts }: CurCharge): string {
  return buildCase(
    [{ when: `${type} IN ('SavingsPlanCoveredUsage', 'SavingsPlanNegation')`, value: amounts.zero }],
    invoiced,
  );
}

function buildEffectiveSql(charge: CurCharge): string {
  const { type, amounts, columns, invoiced } = charge;
  return buildCase(
    [
      { when: charge.isUsage, value: invoiced },
      {
        when: `${type} = 'DiscountedUsage'`,
        value: amounts.firstOf(columns.netReservationEffective, columns.reservationEffective),
      },
      {
        when: `${type} = 'SavingsPlanCoveredUsage'`,
        value: amounts.firstOf(columns.netPlanEffective, columns.planEffective),
      },
      { when: `${type} IN ('SavingsPlanNegation', 'SavingsPlanUpfrontFee')`, value: amounts.zero },
      { when: `${type} = 'SavingsPlanRecurringFee'`, value: charge.unusedOfSavingsPlan },
      { when: `${type} = 'RIFee'`, value: charge.unusedOfReservation },
      { when: `${type} = 'Fee' AND ${charge.commitment(null, "''")} IS NOT NULL`, value: amounts.zero },
    ],
    invoiced,
  );
}

/** Unused commitment and negation records would have cost nothing without the commitment. */
function buildNothingCondition({ isNegation, isOnlyUnused, amounts }: CurCharge) {
  return { when: `${isNegation} OR ${isOnlyUnused}`, value: amounts.zero };
}

/**
 * AWS adds its net columns if and only if the account has negotiated discounts. Without these columns, the contracted
 * prices are the list prices.
 */
function buildOwnPriceSql({ columns }: CurCharge, listed: Sql): Sql {
  return columns.netUnblended === null ? listed : null;
}

/** Unit prices and quantities; null for taxes, credits and negation records. */
export function mapCurQuantities(file: FileColumns, charge: CurCharge) {
  const amount = file.find('lineItem/UsageAmount');
  const listed = file.find('pricing/publicOnDemandRate');
  const rate = file.find('lineItem/NetUnblendedRate') ?? file.find('lineItem/UnblendedRate');
  const unit = findPricingUnit(file);
  const consumed = (source: SourceExpression | null) => restrictExpression(charge.isConsumption, source);
  const isPriced = `(${charge.isConsumption} OR ${charge.isFee})`;
  const contracted = buildCase([
    { when: `${charge.type} IN ('Usage', 'SavingsPlanCoveredUsage')`, value: rate?.sql ?? null },
    { when: `${charge.type} = 'DiscountedUsage'`, value: buildOwnPriceSql(charge, listed?.sql ?? null) },
  ]);
  return {
    PricingQuantity: restrictExpression(isPriced, amount),
    PricingUnit: restrictExpression(`${isPriced} AND ${amount?.sql ?? 'NULL'} IS NOT NULL`, unit),
    ConsumedQuantity: consumed(amount),
    ConsumedUnit: consumed(unit),
    ListUnitPrice: consumed(listed),
    ContractedUnitPrice: rate === null ? null : { ...rate, sql: contracted },
  };
}

function restrictExpression(when: string, source: SourceExpression | null): SourceExpression | null {
  return source === null ? null : { ...source, sql: buildCase([{ when, value: source.sql }]) };
}

/** Replaces AWS abbreviations by FOCUS words: `Hrs` -> `Hours`, `GB-Mo` -> `GB-Months`. Other units stay unchanged. */
function findPricingUnit(file: FileColumns): SourceExpression | null {
  const unit = file.find('pricing/unit');
  if (unit === null) return null;
  const hours = { when: buildMembership(unit.sql, ['Hrs', 'hours', 'Hour', 'hrs', 'Hourly']), value: "'Hours'" };
  const months = { when: `ends_with(${unit.sql}, '-Mo')`, value: `${unit.sql} || 'nths'` };
  const single = { when: `${unit.sql} IN ('Request', 'API Request', 'Second')`, value: `${unit.sql} || 's'` };
  return { ...unit, sql: buildCase([hours, months, single], unit.sql) };
}
