import type { Subject } from '../../org/schema.ts';
import { decimalString } from '../../platform/units/index.ts';
import { findUnassignablePart } from '../allocation/index.ts';
import type { CurrentUnit } from '../billing/index.ts';
import type { CostMetric } from '../billing/schema.ts';
import { readDailyReach } from './daily-series.ts';
import { buildExactFilter } from './filters.ts';
import type { CostSelection } from './query.ts';
import { findReceivedDays, type SourceBehind } from './received-days.ts';
import { type CostFiles, type CostsDeps, createRelations, findCurrentFiles, selectFiles } from './relations.ts';
import { buildGroupsSql } from './summary-sql.ts';
import { toTextOrNull } from './text-row.ts';

/** Charge days ("2026-11-03") in UTC; both ends are inclusive. */
export interface AllocatedRange {
  readonly from: string;
  readonly to: string;
}

/** Allocated cost by charge day. A day without a row cost nothing if a bill covers it. */
export interface AllocatedCosts {
  readonly rows: readonly { readonly day: string; readonly currency: string; readonly amount: string }[];
  /** Days with charges whose cost column is empty in all rows: unknown, not zero. */
  readonly unstatedDays: readonly string[];
  /** Deliveries of each month of the range that a bill covers; cost of other months is unknown, not zero. */
  readonly deliveries: ReadonlyMap<string, readonly string[]>;
  /** Last day with any charge in those months; null without charges. */
  readonly through: string | null;
  /**
   * The part of the subject to which no rule in force can assign cost, so that its cost is unknown; null when there is
   * none.
   */
  readonly unassigned: { readonly field: string; readonly value: string } | null;
  /** Last complete day in the latest of those months (see `receivedDays`); null when no bill determines it. */
  readonly wholeThrough: string | null;
  /** Sources without all charges of the days up to `wholeThrough`. */
  readonly behind: readonly SourceBehind[];
}

/** Allocated cost of all subjects with the given fields. A charge counts on the day on which it begins. */
export type ReadAllocated = (subject: Subject, range: AllocatedRange, metric: CostMetric) => Promise<AllocatedCosts>;

const MONTH_LENGTH = 'YYYY-MM'.length;

/** State of the bills that a reader has found: all of its answers are about it. */
interface BillState {
  readonly units: readonly CurrentUnit[];
  readonly files: CostFiles;
}

type ReachOfMonths = Pick<AllocatedCosts, 'through' | 'wholeThrough' | 'behind'>;

/** For one request: each fact that its questions share is read once. */
export function createAllocatedReader(deps: CostsDeps): ReadAllocated {
  let state: Promise<BillState> | null = null;
  const reaches = new Map<string, Promise<ReachOfMonths>>();
  return async (subject, range, metric) => {
    state ??= readState(deps);
    const { units: all, files } = await state;
    const [first, last] = [range.from.slice(0, MONTH_LENGTH), range.to.slice(0, MONTH_LENGTH)];
    const units = all.filter(({ period }) => period >= first && period <= last);
    const unassigned = await findUnassignablePart(deps.store, subject);
    if (units.length === 0) return { ...NO_DAYS, ...NO_REACH, deliveries: new Map(), unassigned };
    const key = JSON.stringify([first, last, metric]);
    const reach = reaches.get(key) ?? readReach(deps, files, { from: first, to: last }, metric);
    reaches.set(key, reach);
    const [days, ofMonths] = await Promise.all([readDays(deps, files, subject, range, metric), reach]);
    return { ...days, ...ofMonths, deliveries: listDeliveries(units), unassigned };
  };
}

const NO_DAYS: Pick<AllocatedCosts, 'rows' | 'unstatedDays'> = { rows: [], unstatedDays: [] };
const NO_REACH: ReachOfMonths = { through: null, wholeThrough: null, behind: [] };

async function readState(deps: CostsDeps): Promise<BillState> {
  const [units, files] = await Promise.all([deps.billing.currentUnits(deps.store), findCurrentFiles(deps)]);
  return { units, files };
}

function listDeliveries(units: readonly CurrentUnit[]): AllocatedCosts['deliveries'] {
  const byMonth = Map.groupBy(units, ({ period }) => period);
  return new Map(
    [...byMonth].map(([period, of]) => [period, [...new Set(of.map(({ delivery }) => delivery))].toSorted()]),
  );
}

async function readDays(
  deps: CostsDeps,
  files: CostFiles,
  subject: Subject,
  range: AllocatedRange,
  metric: CostMetric,
): Promise<Pick<AllocatedCosts, 'rows' | 'unstatedDays'>> {
  const filter = Object.entries(subject).flatMap(([field, value]) =>
    value === undefined ? [] : [buildExactFilter(field, value)],
  );
  const found = await readDayGroups(deps, files, { ...range, filter, metric });
  return {
    rows: found.flatMap(({ day, currency, amount }) =>
      day === null || currency === null || amount === null ? [] : [{ day, currency, amount: decimalString(amount) }],
    ),
    unstatedDays: found.flatMap(({ day, amount }) => (day !== null && amount === null ? [day] : [])),
  };
}

/** `months`: "2026-11", both included. */
async function readReach(
  deps: CostsDeps,
  files: CostFiles,
  months: AllocatedRange,
  metric: CostMetric,
): Promise<ReachOfMonths> {
  const [charged, reach] = await Promise.all([
    readDayGroups(deps, files, { ...months, filter: [], metric }),
    readDailyReach(deps, months.to, files),
  ]);
  const received = findReceivedDays(reach);
  return {
    through:
      charged
        .flatMap(({ day }) => day ?? [])
        .toSorted()
        .at(-1) ?? null,
    wholeThrough: received?.through ?? null,
    behind: received?.behind ?? [],
  };
}

async function readDayGroups({ lake }: CostsDeps, files: CostFiles, selection: CostSelection) {
  const relations = createRelations(lake, selectFiles(files, selection));
  const rows = await lake.engine.queryKept(buildGroupsSql(selection, ['day'], relations));
  return rows.map(({ d0, currency, amount }) => ({
    day: toTextOrNull(d0),
    currency: toTextOrNull(currency),
    amount: toTextOrNull(amount),
  }));
}
