/** A FOCUS rule that bill rows can break. Such rows count like all others: they are reported, never changed. */
export interface QualityRule {
  readonly rule: string;
  readonly title: string;
  /** Column that the rule checks. */
  readonly column: string;
  /** The FOCUS requirement, by its id in the 1.3 requirements model where it has one. */
  readonly focus: string;
  /** SQL over the columns of a bill: true for a row that breaks the rule. */
  readonly when: string;
  /** SQL of the value that an example displays. */
  readonly shown: string;
}

/** Tolerance for rounding of costs. Source: FOCUS tools compare to eight decimals. */
const ROUNDING = '0.00000001';
/**
 * Days between charge and billing period. Clouds bill the end of a month late; ChargeClass marks a correction of an
 * older charge.
 */
const FAR_DAYS = 45;

export const qualityRules: readonly QualityRule[] = [
  {
    rule: 'charge_category_unknown',
    title: 'ChargeCategory is none of Usage, Purchase, Tax, Credit and Adjustment',
    column: 'ChargeCategory',
    focus: 'CAU-ChargeCategory-C-003-M: ChargeCategory MUST be one of the allowed values',
    when: `ChargeCategory NOT IN ('Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment')`,
    shown: 'ChargeCategory',
  },
  {
    rule: 'list_below_contracted',
    title: 'ListCost is less than ContractedCost',
    column: 'ListCost',
    focus: 'ListCost is the cost without any discount, ContractedCost that with negotiated discounts',
    when: `ContractedCost > 0 AND ListCost < ContractedCost - ${ROUNDING}`,
    shown: `ListCost::VARCHAR || ' < ' || ContractedCost::VARCHAR`,
  },
  {
    rule: 'contracted_below_effective',
    title: 'ContractedCost is less than EffectiveCost',
    column: 'ContractedCost',
    focus: 'EffectiveCost is ContractedCost with all further discounts',
    when: `EffectiveCost > 0 AND ContractedCost < EffectiveCost - ${ROUNDING}`,
    shown: `ContractedCost::VARCHAR || ' < ' || EffectiveCost::VARCHAR`,
  },
  {
    rule: 'charge_outside_billing_period',
    title: `The charge begins after the billing period, or more than ${FAR_DAYS} days before it, and is no correction`,
    column: 'ChargePeriodStart',
    focus: 'A charge of another billing period is a correction, with the ChargeClass Correction',
    when: `ChargeClass IS DISTINCT FROM 'Correction' AND (
      ChargePeriodStart < BillingPeriodStart - INTERVAL ${FAR_DAYS} DAY
      OR ChargePeriodStart >= coalesce(BillingPeriodEnd, BillingPeriodStart + INTERVAL 1 MONTH) + INTERVAL 1 DAY)`,
    shown: `strftime(ChargePeriodStart, '%Y-%m-%d') || ' in ' || period`,
  },
];

/** Aggregates over bill rows: violations of each rule, named by the rule. */
export const ruleCounts = qualityRules.map(({ rule, when }) => `count(*) FILTER (${when})::INTEGER AS ${rule}`);
