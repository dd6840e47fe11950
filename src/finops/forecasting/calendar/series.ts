import { AppError } from '../../../platform/errors/index.ts';
import { LEAST_VALUES } from '../forecast-series.ts';
import { findSpacing, type Step } from './step.ts';
import { readTime, type WrittenTime } from './time.ts';

/** Values on an even calendar, from the first time that has one to the last row. */
export interface EvenSeries {
  /** NaN for a missing value. */
  readonly values: Float64Array;
  readonly known: number;
  readonly last: WrittenTime;
  readonly step: Step;
  readonly wasSorted: boolean;
}

/** With fewer than half of the values there is more guessed than known. */
const LEAST_KNOWN_SHARE = 0.5;

/**
 * Puts rows in any order on an evenly spaced calendar. Errors: `series_time_invalid`, `series_time_repeated`,
 * `series_time_uneven`, `series_too_short`, `series_too_sparse`.
 */
export function buildEvenSeries(times: readonly string[], values: readonly (number | null)[]): EvenSeries {
  const rows = times.map((text, index) => ({ time: readTime(text), value: values[index] ?? null }));
  const ascending = rows.toSorted((first, second) => toInstant(first.time) - toInstant(second.time));
  for (let at = 1; at < ascending.length; at += 1) {
    const [before, row] = [ascending[at - 1], ascending[at]] as [Row, Row];
    if (toInstant(before.time) === toInstant(row.time)) throw createRepeatedError(row.time);
  }
  const first = ascending.findIndex(({ value }) => value !== null);
  const used = first < 0 ? [] : ascending.slice(first);
  const known = used.reduce((sum, { value }) => sum + (value === null ? 0 : 1), 0);
  const last = used.at(-1);
  if (known < LEAST_VALUES || last === undefined) throw createTooShortError(known);
  const { step, places } = findSpacing(used.map(({ time }) => time));
  const count = (places.at(-1) as number) + 1;
  if (known < LEAST_KNOWN_SHARE * count) throw createTooSparseError(known, count);
  const even = new Float64Array(count).fill(Number.NaN);
  for (const [index, place] of places.entries()) even[place] = used[index]?.value ?? Number.NaN;
  return { values: even, known, last: last.time, step, wasSorted: rows.every((row, at) => row === ascending[at]) };
}

interface Row {
  readonly time: WrittenTime;
  readonly value: number | null;
}

function toInstant({ wallMs, offsetMs }: WrittenTime): number {
  return wallMs - offsetMs;
}

function createRepeatedError({ text }: WrittenTime): AppError {
  const detail = `The time ${text} has more than one row. Add them up, or give times with their offset from UTC where a clock was put back.`;
  return new AppError('series_time_repeated', detail, { time: text });
}

function createTooShortError(known: number): AppError {
  const detail = `The series has ${known} ${known === 1 ? 'value' : 'values'}; a forecast needs ${LEAST_VALUES} at least.`;
  return new AppError('series_too_short', detail, { values: known });
}

function createTooSparseError(known: number, count: number): AppError {
  const detail = `Of ${count} steps from the first to the last time only ${known} have a value. A step without one is missing, not zero: write the zeros, or give longer steps.`;
  return new AppError('series_too_sparse', detail, { values: known, steps: count });
}
