import type { Subject } from '../../../org/schema.ts';
import { type LakeRow, type LakeSession, quoteIdentifier } from '../../../platform/lake/index.ts';
import type { CostMetric } from '../../billing/schema.ts';
import type { Classification, SubjectField } from '../rules/classify.ts';
import type { Match } from '../rules/schema.ts';

/** A measured amount of a subject; `currency` and `day` where the measure has them. */
export interface BasisAmount {
  readonly subject: Subject;
  readonly amount: string;
  readonly currency: string | null;
  readonly day: string | null;
  readonly unit: string | null;
}

const getCostIdentifier = (metric: CostMetric) => quoteIdentifier(metric.charAt(0).toUpperCase() + metric.slice(1));

/** Cost of subjects by day: from direct rules and from earlier pools. */
export async function readCostBasis(
  session: LakeSession,
  fields: readonly SubjectField[],
  metric: CostMetric,
): Promise<BasisAmount[]> {
  const names = fields.map(quoteIdentifier).join(', ');
  const cost = getCostIdentifier(metric);
  const rows =
    await session.query(`SELECT BillingCurrency AS currency, charge_day::VARCHAR AS day, NULL AS unit, ${names},
      coalesce(sum(${cost}), 0)::VARCHAR AS amount
    FROM (SELECT BillingCurrency, charge_day, kind, ${names}, ${cost} FROM direct_daily
      UNION ALL SELECT BillingCurrency, charge_day, kind, ${names}, ${cost} FROM shared_daily)
    WHERE kind IN ('allocated', 'idle') AND coalesce(${names}) IS NOT NULL GROUP BY ALL ORDER BY ALL`);
  return rows.map((row) => rowToBasisAmount(row, fields));
}

/** Cost or consumed quantity of the directly allocated bill rows that match, by day. */
export async function readBillBasis(
  session: LakeSession,
  classification: Classification,
  bill: string,
  basis: { fields: readonly SubjectField[]; of: Match | undefined; rule: string; metric: CostMetric | 'quantity' },
): Promise<BasisAmount[]> {
  const { fields, of, rule, metric } = basis;
  const quantity = metric === 'quantity';
  const names = fields.map(quoteIdentifier).join(', ');
  const columns = fields.map((field) => `${classification.subject(field)} AS ${quoteIdentifier(field)}`).join(', ');
  const matches = of === undefined ? 'true' : classification.condition(of, rule);
  const [value, unit] = quantity ? ['ConsumedQuantity', 'ConsumedUnit'] : [getCostIdentifier(metric), 'NULL'];
  const rows = await session.query(`SELECT ${quantity ? 'NULL' : 'currency'} AS currency, day, unit, ${names},
      sum(value)::VARCHAR AS amount
    FROM (SELECT BillingCurrency AS currency, ChargePeriodStart::DATE::VARCHAR AS day, ${unit} AS unit, ${columns}, ${value} AS value
      FROM ${classification.from(bill)} WHERE ${classification.isDirect} AND rule_index IS NOT NULL AND ${matches})
    WHERE coalesce(${names}) IS NOT NULL AND value IS NOT NULL GROUP BY ALL ORDER BY ALL`);
  return rows.map((row) => rowToBasisAmount(row, fields));
}

function rowToBasisAmount(row: LakeRow, fields: readonly SubjectField[]): BasisAmount {
  const subject = Object.fromEntries(
    fields.flatMap((field) => (row[field] === null ? [] : [[field, String(row[field])]])),
  ) as Subject;
  const text = (value: unknown) => (value === null || value === undefined ? null : String(value));
  return {
    subject,
    amount: String(row.amount),
    currency: text(row.currency),
    day: text(row.day),
    unit: text(row.unit),
  };
}
