import { Decimal as DecimalJs } from 'decimal.js';
import { z } from 'zod';

/** 76 significant digits: two DECIMAL(38) factors multiply without rounding in every case that a bill can hold. */
const Exact = DecimalJs.clone({ precision: 76, rounding: DecimalJs.ROUND_HALF_EVEN, toExpNeg: -1000, toExpPos: 1000 });
export type Decimal = InstanceType<typeof Exact>;

/** Exact decimal arithmetic for money and quantities; accepts what {@link DecimalString} accepts. */
export function decimal(value: string | number | Decimal): Decimal {
  return new Exact(value);
}

/** The largest of some amounts, exactly. */
export function findLargest(...amounts: readonly [Decimal, ...Decimal[]]): Decimal {
  return Exact.max(...amounts);
}

/** The smallest of some amounts, exactly. */
export function findSmallest(...amounts: readonly [Decimal, ...Decimal[]]): Decimal {
  return Exact.min(...amounts);
}

/** Plain notation without exponent; trailing zeros of a lake's fixed scale are cut: `1.50000` -> `1.5`, `-0` -> `0`. */
export function decimalString(value: string | Decimal): string {
  const text = new Exact(value).toFixed();
  return text === '-0' ? '0' : text;
}

export const DecimalString = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/, 'an exact decimal such as "12.50"')
  .describe('Exact decimal number as a string, plain notation');

/** ISO 4217 codes, or a provider's virtual currency (credits, tokens) written in capitals. */
export const Currency = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]{2,15}$/, 'a currency code in capitals such as "USD"')
  .describe('ISO 4217 currency code');

export const Money = z
  .strictObject({ amount: DecimalString.describe('Exact amount in `currency`'), currency: Currency })
  .describe('An amount of money');
export type Money = z.infer<typeof Money>;

/** `Date.parse` takes 30 February for 2 March; an instant that is given must be the one that is meant. */
function isRealInstant(text: string): boolean {
  const instant = Date.parse(text);
  return (
    !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(text.slice(0, 'YYYY-MM-DDTHH:mm:ss'.length))
  );
}

/** UTC may also be written `+00:00`, as `isoformat()` of Python does; it is kept with `Z`. Other offsets are errors. */
export const UtcInstant = z
  .string()
  .overwrite((text) => text.replace(/\+00:00$/, 'Z'))
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/, 'a UTC instant such as "2026-11-01T00:00:00Z"')
  .refine(isRealInstant, 'a date that exists')
  .describe('Instant in UTC, ISO 8601 with Z');

export const Month = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'a month such as "2026-11"')
  .describe('Calendar month in UTC, YYYY-MM');

const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const isRealDay = (text: string) => new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);

export const Day = z
  .string()
  .regex(DAY, 'a day such as "2026-11-03"')
  .refine((text) => !DAY.test(text) || isRealDay(text), 'a day that exists')
  .describe('Calendar day in UTC, YYYY-MM-DD');

export const MonthOrDay = z
  .union([Month, Day], 'a billing month such as "2026-11" or a charge day that exists such as "2026-11-03"')
  .describe('Billing month YYYY-MM, or charge day YYYY-MM-DD in UTC');

export const Period = z
  .strictObject({
    start: UtcInstant.describe('First instant that belongs to the period'),
    end: UtcInstant.describe('First instant that no longer belongs to it (exclusive)'),
  })
  .refine((period) => Date.parse(period.start) < Date.parse(period.end), 'a period whose end is after its start')
  .describe('Half-open period [start, end) in UTC');
export type Period = z.infer<typeof Period>;

/** `2026-11` -> [2026-11-01, 2026-12-01). */
export function toMonthPeriod(month: string): Period {
  const [year = 0, monthNumber = 1] = month.split('-').map(Number);
  return {
    start: new Date(Date.UTC(year, monthNumber - 1, 1)).toISOString(),
    end: new Date(Date.UTC(year, monthNumber, 1)).toISOString(),
  };
}

/** Exact sum of amounts of one currency, `0` for none. */
export function sumDecimals(amounts: Iterable<string>): string {
  let sum = decimal(0);
  for (const amount of amounts) sum = sum.plus(amount);
  return decimalString(sum);
}

/** `1234567.5` -> `1,234,567.5`, digits untouched. */
export function groupThousands(plain: string): string {
  const [whole = '', fraction] = plain.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** No figure has more decimals than a person compares at a glance. */
const MOST_DECIMALS = 6;
const UNDER = 'under ';

/**
 * Rounded digits of an amount for display, without sign: two decimals from 1 on, four from 0.01 on, below that three significant
 * digits within six decimals. Show the exact amount next to it: in a field, a tooltip.
 *
 * @example amountDigits(decimal('10095.7461')) // '10,095.75'
 * @example amountDigits(decimal('0.00086571')) // '0.000866'
 */
export function formatAmountDigits(amount: Decimal): string {
  const size = amount.abs();
  if (size.isZero()) return '0.00';
  // An amount that rounds up to the next step uses the format of that step.
  if (size.toDecimalPlaces(4).greaterThanOrEqualTo(1)) return groupThousands(size.toFixed(2));
  if (size.toDecimalPlaces(MOST_DECIMALS).greaterThanOrEqualTo('0.01')) return trimZeros(size.toFixed(4));
  const digits = size.toSignificantDigits(3).toDecimalPlaces(MOST_DECIMALS);
  return digits.isZero() ? `${UNDER}${decimal(10).pow(-MOST_DECIMALS).toFixed()}` : trimZeros(digits.toFixed());
}

/** Keeps two decimals: they mark an amount of money. */
function trimZeros(digits: string): string {
  return digits.replace(/(\.\d\d\d*?)0+$/, '$1');
}

const SYMBOLS: Readonly<Record<string, string>> = { USD: '$', EUR: '€', GBP: '£', JPY: '¥', INR: '₹', KRW: '₩' };

/** `$` for USD; null for a currency without a symbol, whose code stands before the amount. */
export function findCurrencySymbol(currency: string): string | null {
  return SYMBOLS[currency] ?? null;
}

function withCurrency(amount: Decimal, digits: string, currency: string): string {
  const sign = amount.isNegative() && !amount.isZero() ? '-' : '';
  const symbol = findCurrencySymbol(currency) ?? `${currency} `;
  return digits.startsWith(UNDER)
    ? `${sign}${UNDER}${symbol}${digits.slice(UNDER.length)}`
    : `${sign}${symbol}${digits}`;
}

/**
 * An amount in a sentence of the server, a report or a message. A whole amount has no decimals.
 *
 * @example formatMoneyText({ amount: '10095.746135970111', currency: 'USD' }) // '$10,095.75'
 * @example formatMoneyText({ amount: '45000', currency: 'CHF' }) // 'CHF 45,000'
 */
export function formatMoneyText({ amount, currency }: Money): string {
  const exact = decimal(amount);
  return withCurrency(exact, formatAmountDigits(exact).replace(exact.isInteger() ? /\.00$/ : /$^/, ''), currency);
}

/**
 * A unit price to its last digit: two prices that differ in the third decimal must not look equal.
 *
 * @example formatPriceText({ amount: '1.006', currency: 'USD' }) // '$1.006'
 * @example formatPriceText({ amount: '61.5', currency: 'USD' }) // '$61.50'
 */
export function formatPriceText({ amount, currency }: Money): string {
  const exact = decimal(amount);
  const decimals = exact.isInteger() ? 0 : Math.max(2, exact.decimalPlaces());
  return withCurrency(exact, groupThousands(exact.abs().toFixed(decimals)), currency);
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** `2026-11` or a day of it -> `November`. */
export function formatMonthName(month: string): string {
  return MONTHS[Number(month.split('-')[1]) - 1] ?? '';
}

/** `2026-11` -> `November 2026`. */
export function formatMonthText(month: string): string {
  return `${formatMonthName(month)} ${month.slice(0, 4)}`;
}

/** `2026-11-03` -> `3 Nov 2026`. */
export function formatDayText(day: string): string {
  return `${Number(day.split('-')[2])} ${formatMonthName(day).slice(0, 3)} ${day.slice(0, 4)}`;
}

/**
 * Days or months of a range, both included.
 *
 * @example formatRangeText('2026-11-16', '2026-11-22') // '16 to 22 Nov 2026'
 * @example formatRangeText('2026-09', '2026-11') // 'September to November 2026'
 */
export function formatRangeText(from: string, to: string): string {
  const format = from.length === 'YYYY-MM'.length ? formatMonthText : formatDayText;
  if (from === to) return format(to);
  if (from.slice(0, 4) !== to.slice(0, 4)) return `${format(from)} to ${format(to)}`;
  const isOneMonth =
    from.length > 'YYYY-MM'.length && from.slice(0, 'YYYY-MM'.length) === to.slice(0, 'YYYY-MM'.length);
  return `${isOneMonth ? Number(from.slice(8)) : format(from).slice(0, -' YYYY'.length)} to ${format(to)}`;
}

/** `2026-11-17T14:02:11Z`, or its milliseconds -> `17 Nov 2026, 14:02 UTC`. */
export function formatInstantText(instant: string | number): string {
  const [day = '', time = ''] = new Date(instant).toISOString().split('T');
  return `${formatDayText(day)}, ${time.slice(0, 'HH:MM'.length)} UTC`;
}

/**
 * Name of a measure of quality for display: MLflow allows no `@` in the name of a metric, monitors write it.
 *
 * @example formatMetricName('ndcg_at_10 floor') // 'ndcg@10 floor'
 */
export function formatMetricName(name: string): string {
  return name.replace(/\b(ndcg|recall|precision|mrr|map|hit_rate|accuracy|f1)_at_(\d+)\b/g, '$1@$2');
}
