import type { Subject } from '../../org/schema.ts';
import { identifier, literal } from '../../platform/lake/index.ts';
import { decimalString } from '../../platform/units/index.ts';
import type { CurrentUnit } from '../billing/index.ts';
import type { CostMetric } from '../billing/schema.ts';
import { dailyAmounts } from './daily.ts';
import { exactFilter } from './filters.ts';
import { type CostsDeps, relationsOf } from './relations.ts';
import { textOrNull } from './text-row.ts';

export interface DailyQuestion {
  /** Dimensions that the daily roll-up has: subject fields, `serviceName`…; at most four. */
  readonly by: readonly string[];
  readonly subject: Subject;
  /** First charge day, "2026-11-03". */
  readonly from: string;
  readonly metric: CostMetric;
}

/** What one group cost on one day; `keys` are its values of the dimensions, null where it has none. */
export interface DailyAmount {
  readonly keys: readonly (string | null)[];
  readonly day: string;
  readonly currency: string;
  readonly amount: string;
}

/** How far a source's bill reaches. */
export interface SourceReach {
  readonly source: string;
  /** Last day on which anything was charged in its latest month. */
  readonly through: string;
  /** Days of that month, and of the one before, on which anything was charged. */
  readonly chargedDays: number;
  /** When the latest delivery of that month was made; null when it is not known. */
  readonly producedAt: string | null;
}

/** What bills cover now. */
export interface DailyReach {
  /** Billing months with a bill, ascending. */
  readonly months: readonly string[];
  /** Sources that delivered for the latest month or the one before it. */
  readonly sources: readonly SourceReach[];
  /** Deliveries that stand now. */
  readonly deliveries: readonly string[];
}

/** Daily allocated cost of many groups in one query of the roll-up. A day without a row cost nothing, if a bill covers it. */
export async function dailySeries(deps: CostsDeps, question: DailyQuestion): Promise<DailyAmount[]> {
  const { by, subject, from, metric } = question;
  const filter = Object.entries(subject).flatMap(([field, value]) =>
    value === undefined ? [] : [exactFilter(field, value)],
  );
  const selection = { metric, from, filter };
  const amounts = dailyAmounts(selection, ['day', ...by], (await relationsOf(deps, selection, by)).daily);
  if (amounts === null) throw new Error(`the daily roll-up has not all of ${by.join(', ')}`);
  const keys = by.map((_, index) => `d${index + 1}`);
  const rows = await deps.lake.query(
    `SELECT ${['d0', ...keys, 'currency'].join(', ')}, sum(amount)::VARCHAR AS amount FROM (${amounts})
      GROUP BY ALL HAVING sum(amount) IS NOT NULL ORDER BY d0`,
  );
  return rows.map((row) => ({
    keys: keys.map((key) => textOrNull(row[key])),
    day: String(row.d0),
    currency: String(row.currency),
    amount: decimalString(String(row.amount)),
  }));
}

/** How far the bills reach, by source: what is behind the last charge of one of them is unknown, not free. */
export async function dailyReach(deps: CostsDeps): Promise<DailyReach> {
  const units = await deps.billing.currentUnits(deps.store);
  const months = [...new Set(units.map(({ period }) => period))].toSorted();
  const deliveries = [...new Set(units.map(({ delivery }) => delivery))].toSorted();
  const [earlier, latest] = [months.at(-2) ?? months.at(-1), months.at(-1)];
  if (earlier === undefined || latest === undefined) return { months, sources: [], deliveries };
  const recent = units.filter(({ period }) => period === latest || period === earlier);
  const { bill } = await relationsOf(deps, { from: earlier, to: latest, filter: [] });
  const names = [...new Set(recent.map(({ source }) => source))];
  const rows = await deps.lake.query(
    `SELECT ${identifier('source')} AS source, strftime(max(ChargePeriodStart), '%Y-%m-%d') AS through,
        count(DISTINCT ChargePeriodStart::DATE)::INTEGER AS charged_days FROM ${bill}
      WHERE source IN (${names.map(literal).join(', ')}) AND strftime(ChargePeriodStart, '%Y-%m') = period
      GROUP BY 1 ORDER BY 1`,
  );
  const sources = await Promise.all(
    rows.map(async (row): Promise<SourceReach> => {
      const source = String(row.source);
      const chargedDays = Number(row.charged_days);
      return {
        source,
        through: String(row.through),
        chargedDays,
        producedAt: await lastProduced(deps, recent, source),
      };
    }),
  );
  return { months, sources, deliveries };
}

/** Of the units of the source's latest month. */
async function lastProduced(
  { store, billing }: CostsDeps,
  units: readonly CurrentUnit[],
  source: string,
): Promise<string | null> {
  const own = units.filter((unit) => unit.source === source);
  const latest = own
    .map(({ period }) => period)
    .toSorted()
    .at(-1);
  const times = await Promise.all(
    own.filter(({ period }) => period === latest).map((unit) => billing.producedAt(store, unit)),
  );
  return (
    times
      .flatMap((time) => time ?? [])
      .toSorted()
      .at(-1) ?? null
  );
}
