import type { Subject } from '../../../org/schema.ts';
import type { LakeSession } from '../../../platform/lake/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import { decimal, sumDecimals, toMonthPeriod } from '../../../platform/units/index.ts';
import { DEFAULT_METRIC } from '../../billing/schema.ts';
import { buildSubjectKeySql } from '../period-tables.ts';
import type { Classification, SubjectField } from '../rules/classify.ts';
import type { AllocationRule, ProportionalSplit, Split } from '../rules/schema.ts';
import { type BasisAmount, readBillBasis, readCostBasis } from './basis.ts';
import { planFixed } from './plan-fixed.ts';
import type { Outcome, Pool, Receiver } from './receivers.ts';
import { type MeasuredUsage, readUsageBasis } from './usage-basis.ts';

export interface SplitContext {
  readonly session: LakeSession;
  readonly sql: Sql;
  readonly classification: Classification;
  /** Bill relation of the period with row ids. */
  readonly bill: string;
  /** YYYY-MM */
  readonly period: string;
  readonly usage: MeasuredUsage;
}

/**
 * Receivers and weights for each pool of a rule. Pools of earlier rules are already settled, so their shares count as
 * cost.
 */
export async function planSplit(
  context: SplitContext,
  rule: AllocationRule,
  ruleIndex: number,
  split: Split,
): Promise<{ pool: Pool; outcome: Outcome }[]> {
  const pools = await readPools(context.session, ruleIndex);
  switch (split.method) {
    case 'weights':
      return pools.map((pool) => ({ pool, outcome: { receivers: split.to.map(toReceiver) } }));
    case 'fixed':
      return planFixed(context.session, ruleIndex, split, pools);
    case 'even': {
      if (split.to !== undefined) {
        const receivers = split.to.map((subject) => toReceiver({ subject, weight: '1' }));
        return pools.map((pool) => ({ pool, outcome: { receivers } }));
      }
      const basis = await readCostBasis(context.session, split.fields, DEFAULT_METRIC);
      return pools.map((pool) => ({ pool, outcome: splitEvenly(pool, basis, split.per === 'day') }));
    }
    case 'proportional':
      return planProportional(context, rule, split, pools);
  }
}

const toReceiver = ({ subject, weight }: { subject: Subject; weight: string }): Receiver => ({
  subject,
  weight,
  usage: null,
});

async function readPools(session: LakeSession, ruleIndex: number): Promise<Pool[]> {
  const rows = await session.query(`SELECT pool, any_value(currency) AS currency, max(charge_day)::VARCHAR AS day
    FROM pool_row WHERE rule_index = ${ruleIndex} GROUP BY pool ORDER BY pool`);
  return rows.map((row) => ({
    pool: String(row.pool),
    currency: String(row.currency ?? ''),
    day: row.day === null ? null : String(row.day),
  }));
}

function splitEvenly(pool: Pool, basis: readonly BasisAmount[], byDay: boolean): Outcome {
  const subjects = sumBySubject(selectPoolBasis(basis, pool, byDay)).map(({ subject }) =>
    toReceiver({ subject, weight: '1' }),
  );
  return subjects.length > 0
    ? { receivers: subjects }
    : { reason: `no subject has a direct ${DEFAULT_METRIC} to split by` };
}

async function planProportional(
  context: SplitContext,
  rule: AllocationRule,
  split: ProportionalSplit,
  pools: readonly Pool[],
): Promise<{ pool: Pool; outcome: Outcome }[]> {
  const byDay = split.per === 'day';
  const basis = await readBasis(context, rule, split, pools);
  return pools.map((pool) => ({
    pool,
    outcome: splitProportionally(split, selectPoolBasis(basis, pool, byDay), pool),
  }));
}

async function readBasis(
  context: SplitContext,
  rule: AllocationRule,
  split: ProportionalSplit,
  pools: readonly Pool[],
): Promise<BasisAmount[]> {
  const { session, classification, bill, sql, usage } = context;
  const { fields, of, metric, by } = split;
  if (by === 'cost' && of === undefined) return readCostBasis(session, fields, metric);
  if (by === 'cost' || by === 'quantity') {
    const basis = { fields, of, rule: rule.name, metric: by === 'quantity' ? ('quantity' as const) : metric };
    const found = await readBillBasis(session, classification, bill, basis);
    return split.unit === undefined ? found : found.filter(({ unit }) => unit === split.unit);
  }
  if (split.per === 'period')
    return restrictToFields(await readUsageBasis(usage, sql, by, toMonthPeriod(context.period), null), fields);
  const days = [...new Set(pools.flatMap(({ day }) => (day === null ? [] : [day])))];
  const measured: BasisAmount[] = [];
  for (const day of days) measured.push(...(await readUsageBasis(usage, sql, by, toDayPeriod(day), day)));
  return restrictToFields(measured, fields);
}

function toDayPeriod(day: string): { start: string; end: string } {
  const start = new Date(`${day}T00:00:00Z`);
  return { start: start.toISOString(), end: new Date(start.getTime() + 86_400_000).toISOString() };
}

function restrictToFields(basis: readonly BasisAmount[], fields: readonly SubjectField[]): BasisAmount[] {
  return basis.flatMap((amount) => {
    const known = fields.filter((field) => amount.subject[field] !== undefined);
    const subject = Object.fromEntries(known.map((field) => [field, amount.subject[field]])) as Subject;
    return known.length === 0 ? [] : [{ ...amount, subject }];
  });
}

/** Excludes cost in other currencies from the basis of a pool, because the bill states no exchange rate. */
function selectPoolBasis(basis: readonly BasisAmount[], pool: Pool, byDay: boolean): BasisAmount[] {
  return basis.filter(
    ({ currency, day }) => (currency === null || currency === pool.currency) && (!byDay || day === pool.day),
  );
}

function splitProportionally(split: ProportionalSplit, basis: readonly BasisAmount[], pool: Pool): Outcome {
  const units = [...new Set(basis.map(({ unit }) => unit))];
  if (units.length > 1) {
    return { reason: `the basis is in ${units.map((unit) => unit ?? 'no unit').join(' and ')}; name one with unit` };
  }
  const unit = split.by === 'cost' ? pool.currency : (units[0] ?? null);
  const receivers = sumBySubject(basis)
    .filter(({ subject }) => isReceiver(split.to, subject))
    .filter(({ amount }) => decimal(amount).gt(0))
    .map(({ subject, amount }) => ({
      subject,
      weight: amount,
      usage: unit === null ? null : { unit, quantity: amount },
    }));
  return receivers.length > 0
    ? { receivers }
    : { reason: `no subject has ${split.by === 'cost' ? split.metric : split.by} to split by` };
}

function isReceiver(to: readonly Subject[] | undefined, subject: Subject): boolean {
  return to === undefined || to.some((each) => buildSubjectKeySql(each) === buildSubjectKeySql(subject));
}

/** One amount per subject, in an order that does not depend on the origin of the rows. */
function sumBySubject(basis: readonly BasisAmount[]): { subject: Subject; amount: string }[] {
  const bySubject = Map.groupBy(basis, ({ subject }) => buildSubjectKeySql(subject));
  return [...bySubject]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([, amounts]) => ({
      subject: amounts[0]?.subject ?? {},
      amount: sumDecimals(amounts.map(({ amount }) => amount)),
    }));
}
