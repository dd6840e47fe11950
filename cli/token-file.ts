import { type CsvRow, readCsvRows } from '../src/platform/csv/index.ts';
import { readBytes } from './bill-files.ts';
import { CommandError } from './frame/failure.ts';
import { nearest } from './frame/suggest.ts';
import type { RequestTokens } from './token-sums.ts';

/** The columns of a file that hold tokens. */
export interface TokenColumns {
  readonly inputColumn: string;
  readonly outputColumn: string;
  readonly cachedColumn?: string | undefined;
  readonly modelColumn?: string | undefined;
}

export interface TokenRow {
  /** Null without a model column. */
  readonly model: string | null;
  readonly tokens: RequestTokens;
}

/**
 * The requests of a CSV file with a header. Counts are whole numbers, zero or more; cached tokens are part of the input.
 * Errors: those of the file, and `token_rows_invalid` with line and column.
 */
export async function* tokenRows(
  path: string,
  columns: TokenColumns,
  onBytes: (sizeBytes: number) => void,
): AsyncGenerator<TokenRow> {
  const rows = readCsvRows(readBytes(path, onBytes), path);
  const header = await rows.next();
  if (header.done === true) {
    throw new CommandError('file_empty', `${path} has no line. Its first line must name the columns.`, {
      file: path,
    });
  }
  const at = columnPlaces(path, header.value.fields, columns);
  for await (const row of rows) {
    const count = (name: string, place: number) => tokenCount(path, row, name, place);
    const input = count(columns.inputColumn, at.input);
    const output = count(columns.outputColumn, at.output);
    const cached = at.cached === null ? 0n : count(columns.cachedColumn ?? '', at.cached);
    if (cached > input) {
      const why = `${cached} tokens are cached, more than the ${input} input tokens that they are part of`;
      throw rowError(path, row, columns.cachedColumn ?? '', why);
    }
    yield {
      model: at.model === null ? null : readModel(path, row, columns.modelColumn ?? '', at.model),
      tokens: { input, output, cached },
    };
  }
}

function columnPlaces(path: string, header: readonly string[], columns: TokenColumns) {
  const place = (name: string) => findColumn(path, header, name);
  const { inputColumn, outputColumn, cachedColumn, modelColumn } = columns;
  return {
    input: place(inputColumn),
    output: place(outputColumn),
    cached: cachedColumn === undefined ? null : place(cachedColumn),
    model: modelColumn === undefined ? null : place(modelColumn),
  };
}

function findColumn(path: string, header: readonly string[], name: string): number {
  const names = header.map((field) => field.trim());
  const place = names.indexOf(name);
  if (place !== -1) return place;
  const similar = nearest(
    name.toLowerCase(),
    names.map((other) => other.toLowerCase()),
  );
  const meant = names.find((other) => other.toLowerCase() === similar);
  const hint = meant === undefined ? ` It has ${names.slice(0, 8).join(', ')}.` : ` Did you mean "${meant}"?`;
  throw new CommandError('token_rows_invalid', `${path}, line 1: there is no column "${name}".${hint}`, {
    file: path,
    line: 1,
    column: name,
  });
}

function tokenCount(path: string, row: CsvRow, column: string, place: number): bigint {
  const text = (row.fields[place] ?? '').trim();
  if (/^\d{1,18}$/.test(text)) return BigInt(text);
  throw rowError(path, row, column, `"${text.slice(0, 40)}" is ${whyNot(text)}`);
}

function whyNot(text: string): string {
  if (text === '') return 'no number of tokens: write 0 where there were none';
  if (/^-\d+$/.test(text)) return 'negative: tokens are counted from zero';
  if (/^-?\d+[.,]\d+$/.test(text)) return 'no whole number';
  return 'no number of tokens';
}

function readModel(path: string, row: CsvRow, column: string, place: number): string {
  const model = (row.fields[place] ?? '').trim();
  if (model !== '') return model;
  throw rowError(path, row, column, 'it names no model');
}

function rowError(path: string, { line }: CsvRow, column: string, why: string): CommandError {
  const detail = `${path}, line ${line}, column ${column}: ${why}.`;
  return new CommandError('token_rows_invalid', detail, { file: path, line, column });
}
