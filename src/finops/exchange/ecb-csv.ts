import { AppError } from '../../platform/errors/index.ts';
import { decimalString } from '../../platform/units/index.ts';
import { RateDay } from './schema.ts';

/** Rates of one day: units of each currency for one unit of the base. */
export interface DayRates {
  readonly date: string;
  readonly rates: Readonly<Record<string, string>>;
}

const CURRENCY = /^[A-Z]{3}$/;
const RATE = /^\d{1,12}(\.\d{1,12})?$/;
const MOST_LINES = 20_000;

/**
 * Parses eurofxref-hist.csv into days, oldest first: `Date,USD,JPY,…`, one line per day, `N/A` or empty for a currency
 * without a rate, optionally a comma at the end of each line. Errors: `exchange_rates_invalid` with line and column.
 */
export function parseEcbRates(file: string, text: string): DayRates[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const invalid = (line: number, problem: string) =>
    new AppError('exchange_rates_invalid', `${file}, line ${line}: ${problem}`, { file, line });
  const header = splitCells(lines[0] ?? '');
  const currencies = header.slice(1);
  if (header[0] !== 'Date' || currencies.length === 0 || !currencies.every((name) => CURRENCY.test(name))) {
    throw invalid(1, 'the header is not "Date,USD,JPY,…". Download eurofxref-hist.zip of the ECB and unpack its CSV.');
  }
  if (new Set(currencies).size < currencies.length) throw invalid(1, 'a currency has two columns.');
  if (lines.length > MOST_LINES) throw invalid(MOST_LINES, `more than ${MOST_LINES} lines.`);
  const days = new Map<string, DayRates>();
  for (const [at, line] of lines.entries()) {
    if (at === 0 || line.trim() === '') continue;
    const [date = '', ...values] = splitCells(line);
    if (!RateDay.safeParse(date).success) throw invalid(at + 1, `"${date.slice(0, 40)}" is no day such as 2026-11-27.`);
    if (days.has(date)) throw invalid(at + 1, `${date} comes twice.`);
    if (values.length !== currencies.length) {
      throw invalid(at + 1, `${values.length} rates, where the header has ${currencies.length} currencies.`);
    }
    const known = currencies.flatMap((currency, column): [string, string][] => {
      const value = values[column] ?? '';
      if (value === 'N/A' || value === '') return [];
      if (!RATE.test(value) || !/[1-9]/.test(value)) {
        throw invalid(at + 1, `column ${currency}: "${value.slice(0, 40)}" is no rate above 0 such as 1.0543.`);
      }
      return [[currency, decimalString(value)]];
    });
    days.set(date, { date, rates: Object.fromEntries(known) });
  }
  if (days.size === 0) throw invalid(1, 'no day with rates.');
  return [...days.values()].toSorted((one, other) => (one.date < other.date ? -1 : 1));
}

function splitCells(line: string): string[] {
  const found = line.split(',').map((cell) => cell.trim());
  return found.length > 1 && found.at(-1) === '' && line.trimEnd().endsWith(',') ? found.slice(0, -1) : found;
}
