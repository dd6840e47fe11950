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
export function largest(...amounts: readonly [Decimal, ...Decimal[]]): Decimal {
  return Exact.max(...amounts);
}

/** The smallest of some amounts, exactly. */
export function smallest(...amounts: readonly [Decimal, ...Decimal[]]): Decimal {
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

export const UtcInstant = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/, 'a UTC instant such as "2026-11-01T00:00:00Z"')
  .refine(isRealInstant, 'a date that exists')
  .describe('Instant in UTC, ISO 8601 with Z');

export const Month = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'a month such as "2026-11"')
  .describe('Calendar month in UTC, YYYY-MM');

export const Period = z
  .strictObject({
    start: UtcInstant.describe('First instant that belongs to the period'),
    end: UtcInstant.describe('First instant that no longer belongs to it (exclusive)'),
  })
  .refine((period) => Date.parse(period.start) < Date.parse(period.end), 'a period whose end is after its start')
  .describe('Half-open period [start, end) in UTC');
export type Period = z.infer<typeof Period>;

/** `2026-11` -> [2026-11-01, 2026-12-01). */
export function monthPeriod(month: string): Period {
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
