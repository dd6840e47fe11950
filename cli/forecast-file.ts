import { MOST_SERIES_VALUES } from '../src/finops/forecasts/schema.ts';
import { csvRows } from './csv-rows.ts';
import { CommandError } from './frame/failure.ts';

/** Two columns of a file: when, and how much; null is missing. */
export interface SeriesColumns {
  readonly times: string[];
  readonly values: (number | null)[];
}

const MISSING = new Set(['', 'na', 'n/a', 'nan', 'null', 'none']);
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const GREATEST_VALUE = 1e15;
const SHOWN_CHARACTERS = 40;
const SHOWN_COLUMNS = 8;

/** Reads the columns of a CSV file. Errors: those of `csvRows`, `series_column_missing`, `series_value_invalid`, `series_too_long`. */
export async function readSeries(path: string, time: string, value: string): Promise<SeriesColumns> {
  const series: SeriesColumns = { times: [], values: [] };
  let places: { time: number; value: number } | null = null;
  for await (const { fields, line } of csvRows(path, () => {})) {
    if (places === null) {
      places = { time: placeOf(path, fields, time), value: placeOf(path, fields, value) };
      continue;
    }
    if (series.times.length === MOST_SERIES_VALUES) throw tooLong(path);
    series.times.push(fields[places.time] ?? '');
    series.values.push(numberOf(path, line, value, fields[places.value] ?? ''));
  }
  return series;
}

function placeOf(path: string, header: readonly string[], name: string): number {
  const names = header.map((field) => field.trim());
  const place = names.indexOf(name);
  if (place >= 0) return place;
  const shown = names.slice(0, SHOWN_COLUMNS).join(', ').slice(0, 200);
  const detail = `${path} has no column ${name}. Its first line names ${shown}.`;
  throw new CommandError('series_column_missing', detail, { file: path, column: name });
}

function numberOf(path: string, line: number, column: string, field: string): number | null {
  const text = field.trim();
  if (MISSING.has(text.toLowerCase())) return null;
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (Math.abs(value) <= GREATEST_VALUE) return value;
  const why = Number.isNaN(value)
    ? 'is no number such as 1234.5; leave the field empty where it is missing'
    : 'is beyond 1e15';
  const detail = `${path}, line ${line}, column ${column}: "${text.slice(0, SHOWN_CHARACTERS)}" ${why}.`;
  throw new CommandError('series_value_invalid', detail, { file: path, line, column });
}

function tooLong(path: string): CommandError {
  const detail = `${path} has more than ${MOST_SERIES_VALUES} rows. Give the recent ones, or longer steps.`;
  return new CommandError('series_too_long', detail, { file: path });
}
