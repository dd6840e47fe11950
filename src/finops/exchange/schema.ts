import { z } from 'zod';
import { endpoint, MEDIUM_BODY_LIMIT_BYTES } from '../../platform/contract/schema.ts';
import { Currency, DecimalString, formatDayText, formatRangeText } from '../../platform/units/schema.ts';

/** Maximum age in days of an earlier rate that replaces a missing rate of a day. */
export const MOST_DAYS_BACK = 7;

const isOnCalendar = (day: string) => {
  const at = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
};

export const RateDay = z
  .string()
  .regex(/^(19|20)\d{2}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'a day such as "2026-11-03"')
  .refine(isOnCalendar, 'a day that the calendar has')
  .describe('Day on which the rates were published, YYYY-MM-DD');

const Rate = DecimalString.refine((text) => /[1-9]/.test(text) && !text.startsWith('-'), 'a rate above 0')
  .refine((text) => text.length <= 30, 'a rate of at most 30 characters')
  .describe('Units of the currency for one unit of the base, exact');

export const ExchangeRatesSpec = z.strictObject({
  base: Currency.default('EUR').describe(
    'Base currency; rates are units of the other currency for one unit of it. Default: EUR',
  ),
  source: z.string().trim().min(1).max(200).describe('Source of the rates, shown with converted totals'),
  rates: z
    .array(z.strictObject({ date: RateDay, rates: z.record(Currency, Rate).describe('Rate of each currency') }))
    .min(1)
    .max(20_000)
    .refine((days) => new Set(days.map(({ date }) => date)).size === days.length, 'each day once')
    .describe('Rates by day'),
});
export type ExchangeRatesSpec = z.infer<typeof ExchangeRatesSpec>;

export const importExchangeRates = endpoint({
  method: 'POST',
  path: '/api/v1/exchange-rates/imports',
  scope: 'finops.write',
  summary: 'Import reference rates of the European Central Bank (eurofxref-hist.csv), all or none',
  bodyLimitBytes: 2 * MEDIUM_BODY_LIMIT_BYTES,
  body: z.strictObject({
    file: z.string().min(1).max(1024).describe('Name of the file, for messages'),
    text: z
      .string()
      .describe('The CSV: Date, then a column for each currency, in units of it for 1 EUR; N/A is unknown'),
  }),
  response: z.strictObject({
    days: z.number().int().describe('Days that the file has'),
    changedDays: z.number().int().describe('Days that are new or have changed rates'),
    currencies: z.array(Currency).describe('Currencies of the file'),
    from: RateDay.describe('First day'),
    to: RateDay.describe('Last day'),
  }),
  errors: ['exchange_rates_invalid'],
});

export const listExchangeRates = endpoint({
  method: 'GET',
  path: '/api/v1/exchange-rates',
  scope: 'finops.read',
  reads: 'none',
  summary: 'List the tables of exchange rates',
  response: z.strictObject({
    tables: z
      .array(
        z.strictObject({
          name: z.string().describe('Name of the document, or `ECB` for imported reference rates'),
          base: Currency.describe('Base currency'),
          source: z.string().describe('Where the rates are from'),
          days: z.number().int().describe('Days with rates'),
          from: RateDay.describe('First day'),
          to: RateDay.describe('Last day'),
        }),
      )
      .describe('In order of precedence: documents by name, then `ECB`'),
  }),
  errors: [],
});

export const UsedRate = z
  .strictObject({
    currency: Currency.describe('Currency that was converted'),
    rate: DecimalString.describe('Units of the reporting currency for one of it; a cross rate has 20 decimals'),
    date: RateDay.describe('Day on which it was published'),
    source: z.string().describe('Source of the rate'),
    from: RateDay.describe('First charge day that it was used for'),
    to: RateDay.describe('Last charge day that it was used for; after `date` where that day had no rate'),
  })
  .describe('A rate that was used for a converted figure');
export type UsedRate = z.infer<typeof UsedRate>;

export const Unconverted = z
  .strictObject({
    currency: Currency,
    amount: DecimalString.describe('Exact sum in its own currency'),
    days: z.number().int().describe('Charge days without a rate'),
    from: RateDay.describe('First of them'),
    to: RateDay.describe('Last of them'),
  })
  .describe('Cost that a converted total leaves out, without a rate for its day or the seven days before');
export type Unconverted = z.infer<typeof Unconverted>;

const DISPLAY_DIGITS = 8;
const RATE_FORMAT = new Intl.NumberFormat('en', { maximumSignificantDigits: DISPLAY_DIGITS, useGrouping: false });

/**
 * Rounds a cross rate of 20 decimals to eight significant digits for text. Example: 0.86213466678966123456 -> `about
 * 0.86213467`.
 */
export function formatRate(rate: string): string {
  const digits = rate.replace('.', '').replace(/^0+/, '');
  return digits.length <= DISPLAY_DIGITS ? rate : `about ${RATE_FORMAT.format(Number(rate))}`;
}

/** `1 USD = 0.8 EUR on 2 Oct 2026, for charges of 2 to 4 Oct 2026 (ECB …)`. */
export function describeUsedRate({ currency, rate, date, source, from, to }: UsedRate, reporting: string): string {
  const days = formatRangeText(from, to);
  return `1 ${currency} = ${formatRate(rate)} ${reporting} on ${formatDayText(date)}, for charges of ${days} (${source})`;
}
