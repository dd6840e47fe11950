import { AppError } from '../../platform/errors/index.ts';
import { type DataFile, type DataRow, readDataRows } from './file-rows.ts';
import { createNumberColumn, type NumberColumn } from './number-column.ts';
import { type Parsed, parseCost, parseNumber } from './parse-values.ts';
import type { CandidateSpec, EvaluationSpec } from './schema.ts';
import { createValueInvalid, toShownText } from './value-errors.ts';

/** Outcomes of a candidate, by example; NaN is an empty field. */
export interface CandidateOutcomes {
  readonly name: string;
  /** 0 or 1 for `correct`; larger is better. */
  readonly quality: Float64Array;
  /** Null without a confidence column. */
  readonly confidence: Float64Array | null;
  /** Cost of each call in `currency`; null for a price and without a cost. */
  readonly cost: Float64Array | null;
  /** Price of 1,000 calls as it was written; null without one. */
  readonly pricePerThousand: string | null;
  readonly currency: string;
}

export interface OutcomeTable {
  readonly path: string;
  readonly measure: 'correct' | 'score';
  readonly candidates: readonly CandidateOutcomes[];
  /** 0-based number of the data row of each example. */
  readonly row: Float64Array;
  /** Number of the cluster of each example; null without a cluster column. */
  readonly cluster: Float64Array | null;
}

/** Beyond it the memory of a small machine is exceeded: 100 bytes an example with two candidates and ids. */
const MOST_ROWS = 10_000_000;
const OUTCOMES: ReadonlyMap<string, number> = new Map([
  ['1', 1],
  ['0', 0],
  ['true', 1],
  ['false', 0],
  ['1.0', 1],
  ['0.0', 0],
]);

export interface ReadOptions {
  /** Whether confidences are read. */
  readonly confidence: boolean;
  /** Selects rows by their 0-based number; the values of others are not read. */
  isAsked?(row: number): boolean;
}

/**
 * Reads the outcomes of some candidates of a file, streamed.
 * Errors: those of reading, `outcome_column_missing`, `outcome_value_invalid` (NaN, a text, an outcome other than 0 and 1, a negative
 * cost), `outcome_id_repeated`, `outcomes_empty`, `outcome_file_too_long`.
 */
export async function readOutcomes(
  file: DataFile,
  spec: EvaluationSpec,
  names: readonly string[],
  { confidence, isAsked = () => true }: ReadOptions,
): Promise<OutcomeTable> {
  const candidates = names
    .map((name) => findCandidate(spec, name))
    .map((candidate) => (confidence ? candidate : { ...candidate, confidence: undefined }));
  const columns = listColumns(spec, candidates);
  const places = new Map(columns.map((column, place) => [column, place]));
  const readers = candidates.map((candidate) => createCandidateReader(file.path, candidate, places));
  const checkId = createIdCheck(file.path, spec, places);
  const clusters = createClusterReader(file.path, spec, places);
  const row = createNumberColumn();
  for await (const data of readDataRows(file, columns)) {
    if (data.row >= MOST_ROWS) throw createTooLong(file.path);
    checkId(data);
    if (!isAsked(data.row)) continue;
    row.push(data.row);
    clusters?.read(data);
    for (const reader of readers) reader.read(data);
  }
  if (row.length === 0) throw createEmpty(file.path);
  return {
    path: file.path,
    measure: candidates[0]?.correct === undefined ? 'score' : 'correct',
    candidates: readers.map((reader) => reader.finish()),
    row: row.view(),
    cluster: clusters?.finish() ?? null,
  };
}

/** Error: `candidate_unknown`. */
function findCandidate(spec: EvaluationSpec, name: string): CandidateSpec {
  const found = spec.candidates.find((candidate) => candidate.name === name);
  if (found !== undefined) return found;
  const known = spec.candidates.map((candidate) => candidate.name).join(', ');
  throw new AppError('candidate_unknown', `The evaluation has no candidate "${name}". It has ${known}.`, {
    candidate: name,
  });
}

function listColumns(spec: EvaluationSpec, candidates: readonly CandidateSpec[]): string[] {
  const used = candidates.flatMap(({ correct, score, confidence, cost }) => [correct, score, confidence, cost]);
  return [...new Set([...used, spec.id, spec.cluster])].filter((column) => column !== undefined);
}

type Places = ReadonlyMap<string, number>;

interface CandidateReader {
  read(data: DataRow): void;
  finish(): CandidateOutcomes;
}

function createCandidateReader(path: string, candidate: CandidateSpec, places: Places): CandidateReader {
  const { name, correct, score, confidence, cost, pricePerThousand = null, currency } = candidate;
  const toQuality = correct === undefined ? parseNumber : parseOutcome;
  const quality = createColumnReader(path, correct ?? score ?? '', places, toQuality);
  const confidences = confidence === undefined ? null : createColumnReader(path, confidence, places, parseNumber);
  const costs = cost === undefined ? null : createColumnReader(path, cost, places, parseCost);
  const readers = [quality, confidences, costs].filter((reader) => reader !== null);
  return {
    read: (data) => {
      for (const reader of readers) reader.read(data);
    },
    finish: () => ({
      name,
      quality: quality.values.view(),
      confidence: confidences?.values.view() ?? null,
      cost: costs?.values.view() ?? null,
      pricePerThousand,
      currency,
    }),
  };
}

interface ColumnReader {
  readonly values: NumberColumn;
  read(data: DataRow): void;
}

function createColumnReader(
  path: string,
  column: string,
  places: Places,
  parse: (text: string) => Parsed,
): ColumnReader {
  const place = places.get(column) ?? -1;
  const values = createNumberColumn();
  return {
    values,
    read: ({ fields, row }) => {
      const text = fields[place] ?? '';
      const value = text === '' ? Number.NaN : parse(text);
      if (typeof value === 'string') throw createValueInvalid(path, row, column, text, value);
      values.push(value);
    },
  };
}

function parseOutcome(text: string): Parsed {
  return (
    OUTCOMES.get(text) ?? OUTCOMES.get(text.toLowerCase()) ?? 'is not an outcome: write 1 for correct, 0 for wrong'
  );
}

function createIdCheck(path: string, { id }: EvaluationSpec, places: Places): (data: DataRow) => void {
  if (id === undefined) return () => {};
  const place = places.get(id) ?? -1;
  const rows = new Map<string, number>();
  return ({ fields, row }) => {
    const value = fields[place] ?? '';
    if (value === '') throw createValueInvalid(path, row, id, '', 'is an empty id');
    const first = rows.get(value);
    if (first === undefined) rows.set(value, row);
    else {
      const shown = toShownText(value);
      const detail = `${path}: the data rows ${first} and ${row} (0-based) have the same id "${shown}" in column ${id}. Remove one of them.`;
      throw new AppError('outcome_id_repeated', detail, { file: path, rows: [first, row], id: shown });
    }
  };
}

function createClusterReader(path: string, { cluster }: EvaluationSpec, places: Places) {
  if (cluster === undefined) return null;
  const place = places.get(cluster) ?? -1;
  const numbers = new Map<string, number>();
  const values = createNumberColumn();
  return {
    read: ({ fields, row }: DataRow) => {
      const name = fields[place] ?? '';
      if (name === '') throw createValueInvalid(path, row, cluster, '', 'is an empty cluster');
      const number = numbers.get(name) ?? numbers.size;
      numbers.set(name, number);
      values.push(number);
    },
    finish: () => values.view(),
  };
}

function createEmpty(path: string): AppError {
  const detail = `${path} has no data rows to compare. It needs a header line, then a row for each example.`;
  return new AppError('outcomes_empty', detail, { file: path });
}

function createTooLong(path: string): AppError {
  const detail = `${path} has more than ${MOST_ROWS.toLocaleString('en')} rows. Compare a sample of it.`;
  return new AppError('outcome_file_too_long', detail, { file: path, mostRows: MOST_ROWS });
}
