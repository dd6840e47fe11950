import { buildExactFilter, type ChargeCell, type ChargeCondition, type DailyCharges } from '../costs/index.ts';
import { CAUSE_SHARE, computeBreadth, type ExcessCell, findCauseSlice, sumExcess } from './attribute.ts';
import { formatDay } from './day.ts';
import type { Candidate } from './judge-series.ts';
import { buildSeriesKey, type LedgerSeries } from './series.ts';
import {
  areCompatible,
  areSameSlices,
  isSku,
  isWithin,
  JUDGED_DIMENSIONS,
  type Measure,
  matchesSlice,
  type Slice,
} from './slice.ts';

/** `DailyCharges.cells`. */
export type AskCells = DailyCharges['cells'];

/** One reason for anomalies in one or more series. */
export interface Cause {
  readonly slice: Slice;
  /** Parts of the slice that belong to other causes of the same days, so that no cost is counted twice. */
  readonly except: Slice;
  readonly direction: 1 | -1;
  /** The series that show the cause; the first is the one in which it was found. */
  readonly candidates: Candidate[];
}

const JUDGED_ORDER: readonly string[] = JUDGED_DIMENSIONS;
export const BASELINE_DAYS = 28;
const MOST_CELLS = 5000;
/** Known causes explain a series if they cover at least this share of its excess. */
const EXPLAINED_SHARE = 0.5;
/** From this breadth on, the whole slice moved, not a part of it. */
const BROAD = 0.6;

/**
 * Groups candidates by cause, coarse slices first. A series explained by known causes adds no new cause; its unexplained
 * rest is narrowed to the most specific slice that explains it. If two causes coincide, neither explains most of the coarser
 * slice above them; then the finer slices below identify them.
 */
export async function findCauses(
  ask: AskCells,
  candidates: readonly Candidate[],
  money: Measure = 'cost',
): Promise<Cause[]> {
  const causes: Cause[] = [];
  const later: { readonly candidate: Candidate; readonly cells: ExcessCell[] }[] = [];
  const costs = candidates.filter(({ series }) => series.measure === money).toSorted(compareByCoarseness);
  for (const candidate of costs) {
    const cells = await readExcessCells(ask, candidate, candidates);
    const rest = subtractKnownCauses(candidate, cells, causes);
    if (rest === null) continue;
    const slice = findCauseSlice(rest, candidate.series.slice);
    const isNarrower = slice.length > candidate.series.slice.length && !isOnlyNaming(rest, slice);
    if (isNarrower || computeBreadth(rest) >= BROAD) causes.push(createCause(candidate, slice, causes));
    else later.push({ candidate, cells });
  }
  for (const { candidate, cells } of later) {
    const rest = subtractKnownCauses(candidate, cells, causes);
    if (rest === null) continue;
    causes.push(createCause(candidate, findCauseSlice(rest, candidate.series.slice), causes));
  }
  mergeSame(causes);
  for (const candidate of candidates)
    if (candidate.series.measure !== money) await joinOrAdd(ask, causes, candidate, candidates);
  return causes;
}

/** Adjacent candidates of two series in the same slice are one cause, even with different first days. */
function mergeSame(causes: Cause[]): void {
  for (let at = causes.length - 1; at > 0; at -= 1) {
    const cause = causes[at];
    const same = causes.slice(0, at).find((other) => cause !== undefined && isOneWith(other, cause));
    if (cause === undefined || same === undefined) continue;
    for (const candidate of cause.candidates) if (!same.candidates.includes(candidate)) same.candidates.push(candidate);
    causes.splice(at, 1);
  }
}

function isOneWith(a: Cause, b: Cause): boolean {
  if (a.direction !== b.direction || !areSameSlices(a.slice, b.slice) || !areSameSlices(a.except, b.except))
    return false;
  return a.candidates.some((one) =>
    b.candidates.some((other) => one.firstDay <= other.lastDay + 1 && other.firstDay <= one.lastDay + 1),
  );
}

function createCause(candidate: Candidate, slice: Slice, causes: readonly Cause[]): Cause {
  const near = causes.filter((cause) => cause.direction === candidate.direction && haveCommonDays(cause, candidate));
  const except = near.flatMap((cause) => {
    const narrower = cause.slice.filter((part) => !isWithin(slice, [part]));
    return areCompatible(cause.slice, slice) ? narrower.slice(-1) : [];
  });
  return { slice, except, direction: candidate.direction, candidates: [candidate] };
}

function compareByCoarseness(a: Candidate, b: Candidate): number {
  return rankCandidate(a) - rankCandidate(b) || computeExcess(b) - computeExcess(a) || a.firstDay - b.firstDay;
}

function rankCandidate({ series: { slice } }: Candidate): number {
  const dimension = slice[0]?.dimension;
  if (dimension === undefined) return -1;
  return JUDGED_ORDER.indexOf(isSku(dimension) ? 'sku' : dimension);
}

const computeExcess = ({ actual, expected }: Candidate): number => Math.abs(actual - expected);

/** The cells of a candidate that known causes do not explain. Null if the known causes explain it; the candidate then joins them. */
function subtractKnownCauses(
  candidate: Candidate,
  cells: readonly ExcessCell[],
  causes: readonly Cause[],
): ExcessCell[] | null {
  const near = causes.filter((cause) => cause.direction === candidate.direction && haveCommonDays(cause, candidate));
  const explaining = near.flatMap((cause) => {
    const of = cells.filter(({ values }) => matchesSlice(cause.slice, values));
    const excess = sumExcess(of);
    return excess > 0 ? [{ cause, excess }] : [];
  });
  const rest = cells.filter(({ values }) => !near.some((cause) => matchesSlice(cause.slice, values)));
  const total = sumExcess(cells);
  if (total <= 0 || total - sumExcess(rest) < EXPLAINED_SHARE * total)
    return rest.length > 0 && total > 0 ? rest : [...cells];
  for (const { cause, excess } of explaining) if (excess >= (1 - CAUSE_SHARE) * total) cause.candidates.push(candidate);
  return null;
}

/** Whether most of the shorter one's days are days of the other too, or the next ones. */
export function haveCommonDays({ candidates }: Cause, { firstDay, lastDay }: Candidate): boolean {
  return candidates.some((other) => {
    const days = Math.min(other.lastDay, lastDay) - Math.max(other.firstDay, firstDay) + 1;
    return days >= Math.min(other.lastDay - other.firstDay + 1, lastDay - firstDay + 1) / 2;
  });
}

/** Parts that only name the owner or the resource, and leave out no cell, do not narrow the cause. */
function isOnlyNaming(cells: readonly ExcessCell[], slice: Slice): boolean {
  return cells.every(({ values }) => matchesSlice(slice, values));
}

/** A change of quantity or price joins the cause of its cost change; without one it is a separate cause. */
async function joinOrAdd(
  ask: AskCells,
  causes: Cause[],
  candidate: Candidate,
  all: readonly Candidate[],
): Promise<void> {
  const { series, direction } = candidate;
  const near = causes.filter((cause) => cause.direction === direction && haveCommonDays(cause, candidate));
  const cells = near.length === 0 ? [] : await readCauseCells(ask, candidate, { slice: series.slice, except: [] }, all);
  const weigh = (of: readonly ChargeCell[]) => computeChange(candidate, cells, of);
  const known = near.find(({ slice, candidates: [first] }) => {
    if (first?.series.measure !== 'cost' && !isServed(first, series))
      return first?.series.measure === series.measure && areSameSlices(slice, series.slice);
    return weigh(cells.filter(({ values }) => matchesSlice(slice, values))) >= EXPLAINED_SHARE * weigh(cells);
  });
  if (known === undefined) causes.push({ slice: series.slice, except: [], direction, candidates: [candidate] });
  else known.candidates.push(candidate);
}

/** An endpoint and the model behind it: the same predictions. */
function isServed(first: Candidate | undefined, { measure }: LedgerSeries): boolean {
  return measure === 'cost_per_1000_predictions' && first?.series.measure === measure;
}

/** Contribution of some charges to the change of a quantity; for a price, their share of the cost. */
function computeChange(
  { series, expected, direction }: Candidate,
  all: readonly ChargeCell[],
  of: readonly ChargeCell[],
): number {
  if (series.measure !== 'quantity') {
    return of.reduce((sum, cell) => sum + Math.abs(Number(cell.costBefore)) + Math.abs(Number(cell.costAfter)), 0);
  }
  const before = all.reduce((sum, cell) => sum + Number(cell.quantityBefore), 0);
  const scale = before === 0 ? 0 : expected / before;
  return of.reduce(
    (sum, cell) => sum + direction * (Number(cell.quantityAfter) - scale * Number(cell.quantityBefore)),
    0,
  );
}

/** Baseline of a candidate: the four weeks before it, or before an earlier anomaly within them. */
export function findBaseline(candidate: Candidate, candidates: readonly Candidate[]): { from: string; to: string } {
  const key = buildSeriesKey(candidate.series);
  const first = candidate.days[0]?.day ?? candidate.firstDay - BASELINE_DAYS;
  let to = candidate.firstDay - 1;
  const earlier = candidates.filter((other) => other !== candidate && buildSeriesKey(other.series) === key);
  for (const { kind, firstDay, lastDay } of earlier.toSorted((a, b) => b.lastDay - a.lastDay)) {
    const isInBaseline = lastDay <= to && lastDay > to - BASELINE_DAYS && kind !== 'level_shift';
    if (isInBaseline && firstDay - BASELINE_DAYS >= first) to = firstDay - 1;
  }
  return { from: formatDay(Math.max(first, to - BASELINE_DAYS + 1)), to: formatDay(to) };
}

export function buildChargeConditions({ slice, except }: Pick<Cause, 'slice' | 'except'>): ChargeCondition[] {
  return [...slice, ...except.map((part) => ({ ...part, isNot: true as const }))];
}

/** The same for people and for `cost rows`. */
export function buildRowFilters({ slice, except }: Pick<Cause, 'slice' | 'except'>): string[] {
  const wanted = slice.map(({ dimension, value }) => buildExactFilter(dimension, value));
  return [...wanted, ...except.map(({ dimension, value }) => buildExactFilter(`${dimension}!`, value))];
}

async function readExcessCells(ask: AskCells, candidate: Candidate, all: readonly Candidate[]): Promise<ExcessCell[]> {
  const cells = await readCauseCells(ask, candidate, { slice: candidate.series.slice, except: [] }, all);
  const before = cells.reduce((sum, { costBefore }) => sum + Number(costBefore), 0);
  const scale = before === 0 ? 0 : candidate.expected / before;
  return cells.map(({ values, costBefore, costAfter }) => {
    const expected = scale * Number(costBefore);
    return { values, expected, excess: candidate.direction * (Number(costAfter) - expected) };
  });
}

/** The charges of a slice on the days of a candidate, together with those of its baseline. */
export function readCauseCells(
  ask: AskCells,
  candidate: Candidate,
  of: Pick<Cause, 'slice' | 'except'>,
  all: readonly Candidate[],
): Promise<ChargeCell[]> {
  return ask({
    currency: candidate.series.currency ?? '',
    where: buildChargeConditions(of),
    before: findBaseline(candidate, all),
    after: { from: formatDay(candidate.firstDay), to: formatDay(candidate.lastDay) },
    most: MOST_CELLS,
  });
}

/** Nearly as clear as the clearest. */
const CLEAR = 0.8;

/** Of the series in which a cause is seen the one that shows it best: all of it belongs to the series, and it is most of it. */
export function findReference({ slice, candidates }: Cause): Candidate | undefined {
  const measure = candidates[0]?.series.measure;
  const usable = candidates.filter(({ series }) => series.measure === measure && isWithin(slice, series.slice));
  const days = ({ firstDay, lastDay }: Candidate) => lastDay - firstDay;
  const ratio = (one: Candidate) => computeExcess(one) / Math.max(Math.abs(one.expected), 1e-12);
  // The largest relative excess marks a series without other causes. Of the series with a similar excess, the longest
  // candidate is used.
  const [clearest] = usable.toSorted((a, b) => ratio(b) - ratio(a));
  const clear = usable.filter((one) => clearest !== undefined && ratio(one) >= CLEAR * ratio(clearest));
  return clear.toSorted((a, b) => days(b) - days(a) || ratio(b) - ratio(a))[0];
}
