import type { Sql, Store } from '../../../platform/store/index.ts';
import { DAY_MS } from '../../../platform/units/durations.ts';
import { type Clock, decimal, decimalString } from '../../../platform/units/index.ts';
import { toDay } from '../money-series.ts';
import { type RecordedUnits, UnitRow } from './schema.ts';
import { buildDimensionsKey, findUnitRows, replaceDays, type StoredUnits } from './store.ts';

const MOST_REASONS = 100;

interface Line {
  readonly line: number;
  readonly row: StoredUnits;
}

/**
 * Replaces each day of a delivery as a whole. A day with an invalid row, or with two rows of the same dimensions, stays as it was, and
 * its rows are rejected with the reason. The same day again changes nothing.
 */
export async function recordDays(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  dataset: string,
  batch: readonly unknown[],
): Promise<RecordedUnits> {
  const now = clock.now();
  const rejected: RecordedUnits['rejected'] = [];
  const badDays = new Set<string>();
  const lines: Line[] = [];
  const reject = (line: number, reason: string, day: string | null) => {
    rejected.push({ line, reason });
    if (day !== null) badDays.add(day);
  };
  const tomorrow = toDay(now + DAY_MS);
  for (const [at, one] of batch.entries()) {
    const { data, error } = UnitRow.safeParse(one);
    if (data === undefined) {
      reject(at + 1, describeIssue(error), readDay(one));
      continue;
    }
    const { date, quantity, ...dimensions } = data;
    if (date > tomorrow) reject(at + 1, `date ${date} is in the future`, date);
    else lines.push({ line: at + 1, row: { day: date, quantity: decimalString(quantity), dimensions } });
  }
  const byDay = Map.groupBy(lines, ({ row }) => row.day);
  for (const [day, of] of byDay)
    rejectRepeated(of, (line) => reject(line, `${day} has two rows with these dimensions`, day));
  for (const [day, of] of byDay) {
    if (!badDays.has(day)) continue;
    const known = new Set(rejected.map(({ line }) => line));
    for (const { line } of of) {
      if (!known.has(line)) reject(line, `another row of ${day} is rejected: the day stays as it was`, day);
    }
    byDay.delete(day);
  }
  const stored = await store.transaction((sql) => storeDays(sql, dataset, byDay, now));
  rejected.sort((a, b) => a.line - b.line);
  return {
    ...stored,
    rejectedDays: badDays.size,
    rejectedRows: rejected.length,
    rejected: rejected.slice(0, MOST_REASONS),
  };
}

function rejectRepeated(lines: readonly Line[], reject: (line: number) => void): void {
  const seen = new Set<string>();
  for (const { line, row } of lines) {
    const key = buildDimensionsKey(row.dimensions);
    if (seen.has(key)) reject(line);
    seen.add(key);
  }
}

async function storeDays(
  sql: Sql,
  dataset: string,
  byDay: ReadonlyMap<string, readonly Line[]>,
  now: number,
): Promise<Pick<RecordedUnits, 'replacedDays' | 'unchangedDays'>> {
  const before = Map.groupBy(await findUnitRows(sql, dataset, [...byDay.keys()]), ({ day }) => day);
  const changed = [...byDay].filter(
    ([day, of]) =>
      !hasSameRows(
        before.get(day) ?? [],
        of.map(({ row }) => row),
      ),
  );
  const rows = changed.flatMap(([, of]) => of.map(({ row }) => row));
  const days = changed.map(([day]) => day);
  if (days.length > 0) await replaceDays(sql, dataset, { days, rows, now });
  return { replacedDays: days.length, unchangedDays: byDay.size - days.length };
}

function hasSameRows(one: readonly StoredUnits[], other: readonly StoredUnits[]): boolean {
  const toContent = (rows: readonly StoredUnits[]) =>
    JSON.stringify(
      rows
        .map(({ dimensions, quantity }) => [buildDimensionsKey(dimensions), decimalString(decimal(quantity))])
        .toSorted(),
    );
  return toContent(one) === toContent(other);
}

/** The day of a row that is rejected for another field. */
function readDay(row: unknown): string | null {
  const { data } = UnitRow.pick({ date: true }).loose().safeParse(row);
  return data?.date ?? null;
}

/** Example: "quantity: not negative: send the corrected day again instead". */
function describeIssue(
  error: { readonly issues: readonly { path: PropertyKey[]; message: string }[] } | undefined,
): string {
  const [issue] = error?.issues ?? [];
  if (issue === undefined) return 'not a row of business units';
  return issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`;
}
