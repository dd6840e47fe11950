import { AppError } from '../../platform/errors/index.ts';
import {
  createValueInvalid,
  type DataFile,
  type DataRow,
  type Parsed,
  parseCost,
  parseNumber,
  readDataRows,
} from '../outcome-files/index.ts';
import { type SimulatedShuffles, simulateShuffles } from './engine/simulate-shuffles.ts';
import { type RecordedPair, type SimulatedTerms, type SimulatedTrial, simulateTrial } from './engine/simulate-trial.ts';

interface ReplayRequest {
  readonly file: DataFile;
  /** `range` null: 1, where all scores are at most 1. */
  readonly terms: Omit<SimulatedTerms, 'range'> & { readonly range: number | null };
  /** Random orders in addition to that of the file; 0: none. */
  readonly shuffles: number;
  readonly seed: number;
}

/** A trial of the pairs of a file. */
export interface TrialReplay {
  readonly pairs: number;
  /** Callers or entities; null without a column `cluster`. */
  readonly clusters: number | null;
  /** Largest score. */
  readonly range: number;
  /** Means over all pairs. */
  readonly mean: { readonly baseline: number; readonly candidate: number };
  /** The trial in the order of the file. */
  readonly inFileOrder: SimulatedTrial;
  /** Null: none were asked for. */
  readonly shuffled: SimulatedShuffles | null;
  /** Properties of the file that limit the result, as sentences. */
  readonly notes: readonly string[];
}

const SCORES = ['baseline', 'candidate'] as const;
const COSTS = ['baseline_cost', 'candidate_cost'] as const;
const COLUMNS = [...SCORES, ...COSTS];
const CLUSTER = 'cluster';
/** Beyond it the pairs and their shuffles exceed the memory of a small machine. */
const MOST_PAIRS = 2_000_000;

/**
 * Replays a CSV, CSV.gz or Parquet file of requests that both arms answered, in the order of time, through the engine of optimizations. Columns:
 * `baseline` and `candidate` (scores), `baseline_cost` and `candidate_cost` in one currency, and `cluster` where requests of one caller depend.
 * Errors: those of reading, `outcome_column_missing`, `outcome_value_invalid`, `outcomes_empty`, `outcome_file_too_long`.
 */
export async function replayTrialFile({ file, terms, shuffles, seed }: ReplayRequest): Promise<TrialReplay> {
  const { pairs, hasClusters } = await readPairs(file);
  const stated = { ...terms, range: chooseRange(file.path, pairs, terms.range) };
  return {
    pairs: pairs.length,
    clusters: hasClusters ? new Set(pairs.map(({ cluster }) => cluster)).size : null,
    range: stated.range,
    mean: {
      baseline: computeMean(pairs, ({ baseline }) => baseline),
      candidate: computeMean(pairs, ({ candidate }) => candidate),
    },
    inFileOrder: simulateTrial(pairs, stated),
    shuffled: shuffles === 0 ? null : simulateShuffles(pairs, stated, { shuffles, seed }),
    notes: listNotes(pairs),
  };
}

async function readPairs(file: DataFile): Promise<{ pairs: RecordedPair[]; hasClusters: boolean }> {
  try {
    return { pairs: await readRows(file, [...COLUMNS, CLUSTER]), hasClusters: true };
  } catch (error) {
    if (!isClusterMissing(error)) throw error;
    return { pairs: await readRows(file, COLUMNS), hasClusters: false };
  }
}

function isClusterMissing(error: unknown): boolean {
  if (!(error instanceof AppError) || error.code !== 'outcome_column_missing') return false;
  return error.context.column === CLUSTER && error.context.isRepeated !== true;
}

async function readRows(file: DataFile, columns: readonly string[]): Promise<RecordedPair[]> {
  const pairs: RecordedPair[] = [];
  for await (const row of readDataRows(file, columns)) {
    if (pairs.length >= MOST_PAIRS) {
      const detail = `${file.path} has more than ${MOST_PAIRS.toLocaleString('en')} rows. Replay a part of it.`;
      throw new AppError('outcome_file_too_long', detail, { file: file.path, mostRows: MOST_PAIRS });
    }
    pairs.push(toPair(file.path, row));
  }
  if (pairs.length > 0) return pairs;
  const detail = `${file.path} has no data rows. It needs a header line, then a row for each request.`;
  throw new AppError('outcomes_empty', detail, { file: file.path });
}

function toPair(path: string, { fields, row }: DataRow): RecordedPair {
  const read = (place: number, parse: (text: string) => Parsed): number => {
    const text = fields[place] ?? '';
    const value = text === '' ? 'is empty: leave out requests without both scores and costs' : parse(text);
    if (typeof value === 'string') throw createValueInvalid(path, row, COLUMNS[place] ?? '', text, value);
    return value;
  };
  const pair = {
    ...{ baseline: read(0, parseScore), candidate: read(1, parseScore) },
    ...{ baselineCost: read(2, parseCost), candidateCost: read(3, parseCost) },
  };
  const cluster = fields[COLUMNS.length];
  if (cluster === '') throw createValueInvalid(path, row, CLUSTER, '', 'is an empty cluster');
  return cluster === undefined ? pair : { ...pair, cluster };
}

/** Scores of the engine lie in 0 to the range. */
function parseScore(text: string): Parsed {
  const value = parseNumber(text);
  if (typeof value === 'string') return 'is not a number';
  return value < 0 ? 'is a negative score: add a constant to both columns, so that all scores are at least 0' : value;
}

/** Error: `outcome_value_invalid`. */
function chooseRange(path: string, pairs: readonly RecordedPair[], stated: number | null): number {
  const range = stated ?? 1;
  for (const [row, pair] of pairs.entries()) {
    const arm = SCORES.find((one) => pair[one] > range);
    if (arm === undefined) continue;
    const why = `is beyond the range of 0 to ${range}: state the largest possible score with --range`;
    throw createValueInvalid(path, row, arm, String(pair[arm]), why);
  }
  return range;
}

function computeMean(pairs: readonly RecordedPair[], pick: (pair: RecordedPair) => number): number {
  return pairs.reduce((sum, pair) => sum + pick(pair), 0) / pairs.length;
}

function listNotes(pairs: readonly RecordedPair[]): string[] {
  const [first] = pairs;
  if (first === undefined) return [];
  const constant = SCORES.filter((arm) => pairs.every((pair) => pair[arm] === first[arm]));
  return [
    ...constant.map((arm) => `Column ${arm} is ${first[arm]} in all rows: check that it is the score of each answer.`),
    ...(pairs.every(({ baselineCost, candidateCost }) => candidateCost === baselineCost)
      ? ['Both costs are equal in all rows, so that no saving can be shown.']
      : []),
  ];
}
