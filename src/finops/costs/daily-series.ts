import type { Subject } from '../../org/schema.ts';
import { quoteLiteral } from '../../platform/lake/index.ts';
import { decimalString } from '../../platform/units/index.ts';
import { allocatedDaily } from '../allocation/index.ts';
import type { CurrentUnit } from '../billing/index.ts';
import type { CostMetric } from '../billing/schema.ts';
import { buildDailyAmounts } from './daily.ts';
import { buildExactFilter } from './filters.ts';
import { buildRelations, type CostFiles, type CostsDeps, findCostFiles, selectFiles } from './relations.ts';
import { toTextOrNull } from './text-row.ts';

export interface DailyQuestion {
  /** Dimensions of the daily roll-up: subject fields, `serviceName`…; at most four. */
  readonly by: readonly string[];
  readonly subject: Subject;
  /** Further filters, all of which must hold, by dimensions of the daily roll-up; none if omitted. */
  readonly filter?: readonly string[];
  /** First charge day, "2026-11-03". */
  readonly from: string;
  readonly metric: CostMetric;
  /** Excluded sources; none if omitted. */
  readonly withoutSources?: readonly string[];
}

/** Cost of one group on one day; `keys` are its values of the dimensions, null without a value. */
export interface DailyAmount {
  readonly keys: readonly (string | null)[];
  readonly day: string;
  readonly currency: string;
  readonly amount: string;
}

/** Period that the bill of a source covers. */
export interface SourceReach {
  readonly source: string;
  /** Latest month with a bill of the source, up to the requested month. */
  readonly month: string;
  /** Last day with a charge in the months of the source. */
  readonly through: string;
  /** Number of days with a charge in its latest month and the month before. */
  readonly chargedDays: number;
  /** Production time of the latest delivery of `month`; null when unknown. */
  readonly producedAt: string | null;
  /** Whether the source has also delivered a bill of a month later than `month`. */
  readonly isFollowed: boolean;
}

/** Period that the current bills cover. */
export interface DailyReach {
  /** Billing months with a bill, ascending. */
  readonly months: readonly string[];
  /** Sources with a delivery for the requested month (the latest by default) or one of the three months before it. */
  readonly sources: readonly SourceReach[];
  /** Active deliveries. */
  readonly deliveries: readonly string[];
}

/**
 * Daily allocated cost of many groups in one query of the roll-up. A day without a row cost nothing if a bill covers
 * it.
 */
export async function readDailySeries(deps: CostsDeps, question: DailyQuestion): Promise<DailyAmount[]> {
  const { by, subject, from, metric, withoutSources, filter: others = [] } = question;
  const filter = Object.entries(subject).flatMap(([field, value]) =>
    value === undefined ? [] : [buildExactFilter(field, value)],
  );
  const selection = { metric, from, filter: [...filter, ...others], withoutSources };
  const amounts = buildDailyAmounts(selection, ['day', ...by], (await buildRelations(deps, selection, by)).daily);
  if (amounts === null) throw new Error(`the daily roll-up has not all of ${by.join(', ')}`);
  const keys = by.map((_, index) => `d${index + 1}`);
  const rows = await deps.lake.engine.queryKept(
    `SELECT ${['d0', ...keys, 'currency'].join(', ')}, sum(cost)::VARCHAR AS amount FROM (${amounts})
      GROUP BY ALL HAVING sum(cost) IS NOT NULL ORDER BY d0`,
  );
  return rows.map((row) => ({
    keys: keys.map((key) => toTextOrNull(row[key])),
    day: String(row.d0),
    currency: String(row.currency),
    amount: decimalString(String(row.amount)),
  }));
}

/** A source without a bill of a month is expected to deliver one if it delivered a bill in this many months before. */
const EXPECTED_MONTHS = 3;

/**
 * Period that the bills cover, by source, up to the end of a month ("2026-11"; the latest billing month by default).
 * Cost after the last charge of a source is unknown, not zero. `files`: the files of the current bills, where the caller has them.
 */
export async function readDailyReach(deps: CostsDeps, month?: string, files?: CostFiles): Promise<DailyReach> {
  const units = await deps.billing.currentUnits(deps.store);
  const months = [...new Set(units.map(({ period }) => period))].toSorted();
  const deliveries = [...new Set(units.map(({ delivery }) => delivery))].toSorted();
  const newest = months.at(-1);
  if (newest === undefined) return { months, sources: [], deliveries };
  const last = month === undefined || month > newest ? newest : month;
  const first = subtractMonths(last, EXPECTED_MONTHS);
  const recent = units.filter(({ period }) => period >= first && period <= last);
  const range = { from: first, to: last, filter: [] };
  const read = files === undefined ? await findCostFiles(deps, range) : selectFiles(files, range);
  const charged = await readChargedMonths(deps, recent, read);
  const sources = await Promise.all(
    [...Map.groupBy(charged, ({ source }) => source)].map(async ([source, of]): Promise<SourceReach> => {
      const own = units.filter((unit) => unit.source === source);
      const latest = findLatest(own.flatMap(({ period }) => (period <= last ? period : [])));
      return {
        source,
        month: latest,
        through: findLatest(of.map(({ through }) => through)),
        chargedDays: of
          .filter(({ period }) => period >= subtractMonths(latest, 1))
          .reduce((sum, { days }) => sum + days, 0),
        producedAt: await findLastProduced(
          deps,
          own.filter(({ period }) => period === latest),
        ),
        isFollowed: own.some(({ period }) => period > latest),
      };
    }),
  );
  return { months, sources, deliveries };
}

/** Number of days with charges in one month of a source. */
interface ChargedMonth {
  readonly source: string;
  readonly period: string;
  readonly through: string;
  readonly days: number;
}

async function readChargedMonths(
  deps: CostsDeps,
  units: readonly CurrentUnit[],
  { daily = [] }: CostFiles,
): Promise<ChargedMonth[]> {
  const sourceOf = new Map(units.map(({ partition, source }) => [partition, source]));
  const bySource = Map.groupBy(daily, ({ partition }) => sourceOf.get(partition));
  const parts = [...bySource].flatMap(([source, files]) =>
    source === undefined
      ? []
      : [
          `SELECT ${quoteLiteral(source)} AS source, period, strftime(max(charge_day), '%Y-%m-%d') AS through,
            count(DISTINCT charge_day)::INTEGER AS days
          FROM ${deps.lake.stagedRelation(allocatedDaily, files)}
          WHERE strftime(charge_day, '%Y-%m') = period GROUP BY period`,
        ],
  );
  if (parts.length === 0) return [];
  const rows = await deps.lake.engine.queryKept(`${parts.join(' UNION ALL ')} ORDER BY 1, 2`);
  return rows.map((row) => ({
    source: String(row.source),
    period: String(row.period),
    through: String(row.through),
    days: Number(row.days),
  }));
}

/** The greatest text of a non-empty list. */
function findLatest(texts: readonly string[]): string {
  return texts.toSorted().at(-1) ?? '';
}

/** Example: '2026-02', 3 -> '2025-11'. */
function subtractMonths(month: string, count: number): string {
  const [year, number] = [Number(month.slice(0, 4)), Number(month.slice(5))];
  return new Date(Date.UTC(year, number - 1 - count, 1)).toISOString().slice(0, 'YYYY-MM'.length);
}

async function findLastProduced({ store, billing }: CostsDeps, units: readonly CurrentUnit[]): Promise<string | null> {
  const times = await Promise.all(units.map((unit) => billing.producedAt(store, unit)));
  return (
    times
      .flatMap((time) => time ?? [])
      .toSorted()
      .at(-1) ?? null
  );
}
