import type { LakeSession } from '../../platform/lake/index.ts';
import { chooseVectorMethod, type RawVectors } from './compare-vectors.ts';
import type { ComparedColumn } from './compared-column.ts';
import { spreadOfLevels } from './distribution.ts';
import { computeMissingEffect } from './effect.ts';
import { addMissingTest } from './missing-values.ts';
import type { RawColumn } from './prepare-column.ts';
import type { Reference } from './reference.ts';
import { buildReport, type SingleColumn } from './report.ts';
import type { Distribution, DriftMethodChoice, DriftReport } from './schema.ts';
import { countKnown } from './tables/count-known.ts';
import { alignLevels, codeRows, countLevels, isFreeText } from './tables/level-counts.ts';
import { type PairedColumn, pairColumns } from './tables/pair-columns.ts';
import { readNumbers } from './tables/read-numbers.ts';
import { readVectors } from './tables/read-vectors.ts';
import type { Table } from './tables/table.ts';
import { startThreads, type Threads } from './threads.ts';

/** Numbers of both sides, 8 bytes each, that are read before the threads have taken those of the batch before. */
const MOST_NUMBERS = 24_000_000;

export interface Comparison {
  readonly session: LakeSession;
  readonly reference: Reference;
  readonly current: Table;
  readonly method: DriftMethodChoice;
  /** Names of the columns to compare; undefined for all. */
  readonly columns: readonly string[] | undefined;
  /** Receives the distribution of each numeric column. For callers that compare repeatedly. */
  readonly spread?: (column: string, distribution: Distribution) => void;
  /** Whether the values of a column arrive later, as labels do: its missing values then do not count as a change. */
  readonly awaited?: (column: string) => boolean;
}

/**
 * Compares the columns of two sides. The engine reads them, threads compare them; rows are never put together. Error:
 * `drift_column_missing`.
 */
export async function compareSides(comparison: Comparison): Promise<DriftReport> {
  const { reference, current, columns, method } = comparison;
  const pairs = pairColumns(reference.columns, current.columns, columns);
  await using threads = startThreads({
    columns: pairs.filter(({ how }) => how !== 'none').length,
    rows: reference.rows + current.rows,
    signal: comparison.session.signal,
  });
  const work = { comparison, threads };
  const compared = [
    ...(await compareNumbers(work, pairs)),
    ...(await compareLevels(work, pairs)),
    ...(await compareEmbeddings(work, pairs)),
  ];
  const byName = new Map(compared.map((found) => [found.column, found]));
  for (const pair of pairs) {
    if (pair.how === 'none') byName.set(pair.column, buildNotCompared(pair.column, pair.type, pair.reason));
  }
  const singles = pairs.flatMap(({ column }) => byName.get(column) ?? []);
  if (method !== 'auto') return buildReport(singles, method);
  return buildReport(
    (await addCounts(comparison, singles)).map((single) => addMissingValues(comparison, single)),
    method,
  );
}

interface Work {
  readonly comparison: Comparison;
  readonly threads: Threads;
}

/** Fields that only the method `auto` fills. */
const NO_PARTS = { valuesPValue: null, missingPValue: null, missingEffect: null, decidedBy: null } as const;

function buildNotCompared(column: string, type: SingleColumn['type'], reason: string): SingleColumn {
  const figures = { statistic: null, effect: null, pValue: null, threshold: null, drifted: null, ...NO_PARTS };
  const counts = { nReference: null, nCurrent: null, missingReference: null, missingCurrent: null };
  return { column, type, method: null, ...figures, ...counts, reason };
}

/** While the threads compare one batch of columns the engine reads the next; a third waits. */
async function compareNumbers({ comparison, threads }: Work, pairs: readonly PairedColumn[]): Promise<SingleColumn[]> {
  const { session, reference, current, method } = comparison;
  const numbers = pairs.filter((pair) => pair.how === 'numbers');
  const size = Math.max(1, Math.floor(MOST_NUMBERS / Math.max(1, reference.rows + current.rows)));
  const batches: Promise<SingleColumn[]>[] = [];
  for (let from = 0; from < numbers.length; from += size) {
    await batches.at(-2);
    const batch = numbers.slice(from, from + size);
    const names = batch.map(({ column }) => column);
    const [left, right] = [await reference.numbers(names), await readNumbers(session, current, names)];
    const comparing = batch.map(async ({ column, integral }, at) => {
      const raw: RawColumn = {
        kind: 'numbers',
        reference: left[at] ?? new Float64Array(),
        current: right[at] ?? new Float64Array(),
        referenceSorted: reference.sorted,
        referenceRows: reference.rows,
        integral,
        ordered: needsRows(method),
      };
      return toSingleColumn(column, comparison, await threads.compare(raw, method, comparison.spread !== undefined));
    });
    batches.push(markHandled(Promise.all(comparing)));
  }
  return (await Promise.all(batches)).flat();
}

async function compareLevels({ comparison, threads }: Work, pairs: readonly PairedColumn[]): Promise<SingleColumn[]> {
  const comparing: Promise<SingleColumn>[] = [];
  for (const pair of pairs) {
    if (pair.how !== 'levels') continue;
    const raw = await readRawLevels(comparison, pair.column);
    if ('reason' in raw) comparing.push(Promise.resolve(buildNotCompared(pair.column, 'text', raw.reason)));
    else {
      const compared = threads.compare(raw, comparison.method, comparison.spread !== undefined);
      comparing.push(markHandled(compared.then((found) => toSingleColumn(pair.column, comparison, found))));
    }
  }
  return Promise.all(comparing);
}

async function compareEmbeddings({ comparison, threads }: Work, pairs: readonly PairedColumn[]) {
  const compared: SingleColumn[] = [];
  for (const { column } of pairs.filter(({ how }) => how === 'vectors')) {
    const raw = await readRawVectors(comparison, column);
    if ('reason' in raw) compared.push(buildNotCompared(column, 'embedding', raw.reason));
    else compared.push(toSingleColumn(column, comparison, await threads.compare(raw, comparison.method, false)));
  }
  return compared;
}

async function readRawVectors(
  { session, reference, current, method }: Comparison,
  column: string,
): Promise<RawVectors | { readonly reason: string }> {
  if (chooseVectorMethod(method) === null)
    return { reason: `${method} does not support embeddings; mmd and domain_classifier do` };
  const left = await reference.vectors(column);
  if (left === null) return { reason: 'a profile contains no embeddings' };
  const right = await readVectors(session, current, column, 'current');
  if ('reason' in left) return left;
  if ('reason' in right) return right;
  const [one, other] = [left.points.dimension, right.points.dimension];
  if (one !== other) return { reason: `the reference has lists of ${one} numbers, the current data of ${other}` };
  const known = { reference: left.known, current: right.known };
  return { kind: 'vectors', reference: left.points, current: right.points, known };
}

async function readRawLevels(comparison: Comparison, column: string): Promise<RawColumn | { readonly reason: string }> {
  const { session, reference, current, method } = comparison;
  const [left, right] = [await reference.levels(column), await countLevels(session, current, column)];
  if (left === null || right === null) return { reason: 'it has too many different texts to be categories' };
  if (isFreeText(left))
    return { reason: 'more than half of its texts are different: free text or ids, not categories' };
  const { levels, counts } = alignLevels(left, right);
  comparison.spread?.(column, spreadOfLevels(levels, counts));
  return { kind: 'levels', ...counts, codes: needsRows(method) ? await readCodes(comparison, column, levels) : null };
}

async function readCodes({ session, reference, current }: Comparison, column: string, levels: readonly string[]) {
  const [left, right] = [await reference.codes(column, levels), await codeRows(session, current, column, levels)];
  return left === null || right === null ? null : { reference: left, current: right };
}

/** Methods that look at rows, and not only at how often each value occurs. */
function needsRows(method: DriftMethodChoice): boolean {
  return method === 'TVD' || method.startsWith('nannyml_');
}

/** A failure is met where all are awaited; until then it is no unhandled one. */
function markHandled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

function toSingleColumn(
  column: string,
  { reference, current, spread }: Comparison,
  compared: ComparedColumn,
): SingleColumn {
  const { type, nReference, nCurrent, verdict, effect, distribution } = compared;
  if (distribution != null) spread?.(column, distribution);
  const missing = { missingReference: reference.rows - nReference, missingCurrent: current.rows - nCurrent };
  return { column, type, ...verdict, effect, ...NO_PARTS, nReference, nCurrent, ...missing };
}

/** Columns of both sides whose values were not compared: how many there are can be. */
async function addCounts({ session, reference, current }: Comparison, singles: readonly SingleColumn[]) {
  const [left, right] = [reference.columns, current.columns].map((columns) => new Set(columns.map(({ name }) => name)));
  const names = singles
    .filter(({ column, nReference }) => nReference === null && left?.has(column) && right?.has(column))
    .map(({ column }) => column);
  const [before, now] = [await reference.known(names), await countKnown(session, current, names)];
  return singles.map((single): SingleColumn => {
    const at = names.indexOf(single.column);
    const [nReference, nCurrent] = [before[at] ?? null, now[at] ?? null];
    if (at === -1 || nReference === null || nCurrent === null) return single;
    const missing = { missingReference: reference.rows - nReference, missingCurrent: current.rows - nCurrent };
    return { ...single, nReference, nCurrent, ...missing };
  });
}

function addMissingValues({ reference, current, awaited }: Comparison, single: SingleColumn): SingleColumn {
  const { pValue, missingReference, missingCurrent } = single;
  const isCounted = missingReference !== null && missingCurrent !== null && awaited?.(single.column) !== true;
  const [before, now] = isCounted ? [missingReference, missingCurrent] : [0, 0];
  const parts = addMissingTest(pValue, { rows: reference.rows, missing: before }, { rows: current.rows, missing: now });
  if (parts.missingPValue === null) return { ...single, ...parts };
  const ofMissing = computeMissingEffect(
    { rows: reference.rows, missing: before },
    { rows: current.rows, missing: now },
  );
  return { ...single, ...parts, missingEffect: ofMissing };
}
