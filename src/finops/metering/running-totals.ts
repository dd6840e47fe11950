import { z } from 'zod';
import { covers } from '../../org/index.ts';
import { Subject, subjectFields } from '../../org/schema.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { Money } from '../../platform/units/index.ts';
import { decimal, decimalString } from '../../platform/units/index.ts';
import { DecimalString } from '../../platform/units/schema.ts';
import type { Metered } from './metered-cost.ts';
import { clipUsages, type MeteringDeps, priceUsage, requireOneCurrency } from './priced-usage.ts';
import { findUsage, type StoredUsage } from './store.ts';

const Count = z.number().int().positive();

/** Exact sums of intervals, by currency, and by resource if the price is unknown. An interval can be subtracted again. */
const Tally = z.strictObject({
  priced: z.record(z.string(), z.strictObject({ amount: DecimalString, intervals: Count })),
  unpriced: z.record(z.string(), Count),
});
type Tally = z.infer<typeof Tally>;

const EMPTY_TALLY: Tally = { priced: {}, unpriced: {} };

/** One interval with its cost, as it counts. */
interface Counted {
  readonly usage: { readonly resource: string };
  readonly metered: Metered;
}

/**
 * A tally after removing `taken` and adding `added`, exact: after any sequence of changes it equals a full recount.
 * Example: {USD 5 of 2} - 2 + 4 -> {USD 7 of 2}.
 */
function moveTally(tally: Tally, taken: readonly Counted[], added: readonly Counted[]): Tally {
  const priced = new Map(Object.entries(tally.priced));
  const unpriced = new Map(Object.entries(tally.unpriced));
  const count = ({ usage: { resource }, metered: { cost } }: Counted, by: 1 | -1) => {
    if (cost === null) {
      unpriced.set(resource, (unpriced.get(resource) ?? 0) + by);
      return;
    }
    const { amount, intervals } = priced.get(cost.currency) ?? { amount: '0', intervals: 0 };
    const sum = decimal(amount).plus(decimal(cost.amount).times(by));
    priced.set(cost.currency, { amount: decimalString(sum), intervals: intervals + by });
  };
  for (const one of taken) count(one, -1);
  for (const one of added) count(one, 1);
  return {
    priced: Object.fromEntries([...priced].filter(([, { intervals }]) => intervals !== 0)),
    unpriced: Object.fromEntries([...unpriced].filter(([, intervals]) => intervals !== 0)),
  };
}

/** Metered cost of the intervals of a subject within a window. */
export interface RunningTotal {
  /** Sum of the priced intervals; null without one. */
  readonly cost: Money | null;
  /** Intervals without a price, left out of the sum. */
  readonly unpricedIntervals: number;
  readonly unpricedResources: readonly string[];
}

interface Stretch {
  readonly start: number;
  readonly end: number;
}

interface TotalTables {
  usage_total: { subject: string; start_ms: number; end_ms: number; prices: string; tally: string };
}

/** Returns the stored total if the prices are unchanged. Otherwise reads all intervals once and stores their total; of a snapshot, after it. */
export async function readRunningTotal(
  deps: MeteringDeps,
  sql: Sql,
  subject: Subject,
  within: Stretch,
): Promise<RunningTotal> {
  const key = buildSubjectKey(subject);
  const prices = await deps.prices.stamp(sql);
  const kept = await findTotal(sql, key, within);
  if (kept?.prices === prices) return toRunningTotal(Tally.parse(JSON.parse(kept.tally)));
  if (!sql.tables().isTransaction) return deps.store.transaction((own) => readRunningTotal(deps, own, subject, within));
  const found = await findUsage(sql, { subject, within });
  const tally = moveTally(EMPTY_TALLY, [], await priceUsage(deps, sql, clipUsages(found, within)));
  if (sql.isSnapshot) {
    sql.afterCommit(() => storeLater(deps, subject, within));
    return toRunningTotal(tally);
  }
  const row = { subject: key, start_ms: within.start, end_ms: within.end, prices, tally: JSON.stringify(tally) };
  await putTotal(sql, row);
  return toRunningTotal(tally);
}

/** Stores the total in a transaction, which may find newer intervals. When it fails, the next call computes the total again. */
function storeLater(deps: MeteringDeps, subject: Subject, within: Stretch): void {
  readRunningTotal(deps, deps.store, subject, within).catch(() => undefined);
}

/** Updates the stored totals together with the intervals, in the same transaction. */
export async function moveRunningTotals(
  deps: MeteringDeps,
  sql: Sql,
  { before, after }: { readonly before: readonly StoredUsage[]; readonly after: readonly StoredUsage[] },
): Promise<void> {
  const touched = await findTouchedTotals(sql, [...before, ...after]);
  if (touched.length === 0) return;
  const prices = await deps.prices.stamp(sql);
  for (const row of touched) {
    const within = { start: row.start_ms, end: row.end_ms };
    const subject = Subject.parse(JSON.parse(row.subject));
    const counting = (usages: readonly StoredUsage[]) =>
      priceUsage(
        deps,
        sql,
        clipUsages(
          usages.filter((usage) => covers(subject, usage.subject) && overlapsWindow(usage, within)),
          within,
        ),
      );
    const [taken, added] = [await counting(before), await counting(after)];
    if (taken.length === 0 && added.length === 0) continue;
    // The stored total is based on other prices: the next call recomputes it.
    if (row.prices !== prices) await removeTotal(sql, row);
    else {
      const tally = JSON.stringify(moveTally(Tally.parse(JSON.parse(row.tally)), taken, added));
      await putTotal(sql, { ...row, tally });
    }
  }
}

type TotalRow = TotalTables['usage_total'];

async function findTouchedTotals(sql: Sql, usages: readonly StoredUsage[]): Promise<TotalRow[]> {
  if (usages.length === 0) return [];
  const start = usages.reduce((least, usage) => Math.min(least, usage.start), Number.POSITIVE_INFINITY);
  const end = usages.reduce((most, usage) => Math.max(most, usage.end), Number.NEGATIVE_INFINITY);
  return sql
    .tables<TotalTables>()
    .selectFrom('usage_total')
    .selectAll()
    .where('start_ms', '<', end)
    .where('end_ms', '>', start)
    .execute();
}

async function findTotal(sql: Sql, subject: string, { start, end }: Stretch): Promise<TotalRow | null> {
  const row = await sql
    .tables<TotalTables>()
    .selectFrom('usage_total')
    .selectAll()
    .where('subject', '=', subject)
    .where('start_ms', '=', start)
    .where('end_ms', '=', end)
    .executeTakeFirst();
  return row ?? null;
}

async function putTotal(sql: Sql, row: TotalRow): Promise<void> {
  await sql
    .tables<TotalTables>()
    .insertInto('usage_total')
    .values(row)
    .onConflict((conflict) => conflict.columns(['subject', 'start_ms', 'end_ms']).doUpdateSet(row))
    .execute();
}

async function removeTotal(sql: Sql, row: TotalRow): Promise<void> {
  await sql
    .tables<TotalTables>()
    .deleteFrom('usage_total')
    .where('subject', '=', row.subject)
    .where('start_ms', '=', row.start_ms)
    .where('end_ms', '=', row.end_ms)
    .execute();
}

function overlapsWindow({ start, end }: Stretch, within: Stretch): boolean {
  return start < within.end && end > within.start;
}

/** One text for one subject, whatever the order of its fields. */
function buildSubjectKey(subject: Subject): string {
  return JSON.stringify(Object.fromEntries(subjectFields.map((field) => [field, subject[field]])));
}

function toRunningTotal({ priced, unpriced }: Tally): RunningTotal {
  const currency = requireOneCurrency(Object.keys(priced));
  return {
    cost: currency === null ? null : { amount: priced[currency]?.amount ?? '0', currency },
    unpricedIntervals: Object.values(unpriced).reduce((sum, intervals) => sum + intervals, 0),
    unpricedResources: Object.keys(unpriced).toSorted(),
  };
}
