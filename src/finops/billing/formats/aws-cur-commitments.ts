import { quoteLiteral } from '../../../platform/lake/index.ts';
import { buildAmounts } from './amounts.ts';
import type { CurCharge } from './aws-cur-charges.ts';
import { buildCase, buildCoalesce, buildDerivedText, buildFirstText, type Sql } from './expressions.ts';
import type { FileColumns } from './file-columns.ts';
import type { SourceExpression } from './format.ts';

/** Identity, kind and use of the savings plan or reservation that a record belongs to. */
export function mapCurCommitments(file: FileColumns, charge: CurCharge) {
  const plan = file.find('savingsPlan/SavingsPlanARN');
  const reservation = file.find('reservation/ReservationARN');
  if (plan === null && reservation === null) return {};
  const id = charge.commitment(
    buildFirstText(plan),
    buildFirstText(reservation, file.find('reservation/SubscriptionId')),
  );
  const shown = (plan ?? reservation)?.shown ?? '';
  const known = (savingsPlan: string, ofReservation: string) =>
    buildDerivedText(charge.commitment(quoteLiteral(savingsPlan), quoteLiteral(ofReservation)), shown);
  const status = buildCase([
    { when: charge.isUsage, value: null },
    { when: charge.isCovered, value: "'Used'" },
    { when: charge.isOnlyUnused, value: "'Unused'" },
  ]);
  return {
    CommitmentDiscountId: buildDerivedText(id, shown),
    CommitmentDiscountType: known('Savings Plan', 'Reserved Instance'),
    CommitmentDiscountCategory: known('Spend', 'Usage'),
    CommitmentDiscountStatus: buildDerivedText(status, 'lineItem/LineItemType'),
    ...mapCommitmentQuantities(file, charge),
  };
}

/**
 * Savings plans: in currency and before discounts, because the commitment is an amount of money before discounts.
 * Reservations: in normalized hours if the size is flexible, else in the unit of the price.
 */
function mapCommitmentQuantities(file: FileColumns, charge: CurCharge) {
  const { columns, type } = charge;
  const reserved = findReservedColumns(file);
  const amounts = buildAmounts([...Object.values(columns), ...Object.values(reserved)]);
  const isRecurring = `${type} = 'SavingsPlanRecurringFee'`;
  const ofPlan = buildCase(
    [
      { when: `${type} = 'SavingsPlanCoveredUsage'`, value: amounts.of(columns.planEffective) },
      {
        when: `${isRecurring} AND ${charge.isOnlyUnused}`,
        value: amounts.difference(columns.planCommitment, columns.planUsed),
      },
    ],
    amounts.of(columns.unblended),
  );
  const ofReservation = buildCase(
    [
      { when: `${type} = 'DiscountedUsage'`, value: amounts.firstOf(reserved.normalizedUsage, reserved.usage) },
      { when: charge.isOnlyUnused, value: amounts.firstOf(reserved.unusedNormalized, reserved.unused) },
    ],
    amounts.firstOf(reserved.totalNormalized, reserved.total),
  );
  const quantity = charge.commitment(ofPlan, ofReservation);
  return {
    CommitmentDiscountQuantity: { sql: quantity, type: amounts.type, shown: 'lineItem/UsageAmount' },
    CommitmentDiscountUnit: buildDerivedText(
      charge.commitment(buildFirstText(file.find('lineItem/CurrencyCode')), buildUnitSql(file, charge)),
      'pricing/unit',
    ),
  };
}

type Reserved = Readonly<Record<keyof typeof reservedNames, SourceExpression | null>>;

const reservedNames = {
  usage: 'lineItem/UsageAmount',
  normalizedUsage: 'lineItem/NormalizedUsageAmount',
  unused: 'reservation/UnusedQuantity',
  unusedNormalized: 'reservation/UnusedNormalizedUnitQuantity',
  total: 'reservation/TotalReservedUnits',
  totalNormalized: 'reservation/TotalReservedNormalizedUnits',
} as const;

function findReservedColumns(file: FileColumns): Reserved {
  const found = Object.entries(reservedNames).map(([key, name]) => [key, file.find(name)] as const);
  return Object.fromEntries(found) as Reserved;
}

/** Null where the quantity is null. */
function buildUnitSql(file: FileColumns, { type }: CurCharge): Sql {
  const { usage, normalizedUsage, total, totalNormalized } = findReservedColumns(file);
  const isUsed = `${type} = 'DiscountedUsage'`;
  const [normalized, whole] = [buildCoalesce([normalizedUsage?.sql ?? null]), buildCoalesce([usage?.sql ?? null])];
  const branches = [
    { when: `${isUsed} AND ${normalized ?? 'NULL'} IS NOT NULL`, value: "'Normalized Hours'" },
    { when: `${isUsed} AND ${whole ?? 'NULL'} IS NOT NULL`, value: "'Hours'" },
    { when: `NOT (${isUsed}) AND ${totalNormalized?.sql ?? 'NULL'} IS NOT NULL`, value: "'Normalized Hours'" },
    { when: `NOT (${isUsed}) AND ${total?.sql ?? 'NULL'} IS NOT NULL`, value: "'Hours'" },
  ];
  return buildCase(branches);
}
