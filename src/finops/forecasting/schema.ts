import { z } from 'zod';
import { endpoint, MEDIUM_BODY_LIMIT_BYTES } from '../../platform/contract/schema.ts';
import { seriesColumns, seriesFileErrors } from '../../platform/csv/schema.ts';
import { UtcInstant } from '../../platform/units/schema.ts';

/** Maximum number of values in a request; a file may have more, and its last ones count. */
const MOST_SERIES_VALUES = 50_000;
const MOST_TIME_CHARACTERS = 64;
/** Above it, squares and sums lose the digits that a forecast needs. */
const GREATEST_VALUE = 1e15;

const MOST_SEASONS = 4;

export const Horizon = z.coerce.number().int().min(1).max(10_000).describe('Steps to forecast, 1 to 10,000');
const Season = z.number().int().min(2).max(5000).describe('Length of a season in steps');

const SeriesToForecast = z
  .strictObject({
    times: z
      .array(z.string().max(MOST_TIME_CHARACTERS))
      .max(MOST_SERIES_VALUES)
      .describe('Time of each value: a date, a month, or a date and time; without an offset it is UTC. In any order'),
    values: z
      .array(z.number().min(-GREATEST_VALUE).max(GREATEST_VALUE).nullable())
      .max(MOST_SERIES_VALUES)
      .describe('The value at each time, in any unit; null is missing, which is not zero'),
    horizon: Horizon,
    seasons: z
      .array(Season)
      .max(MOST_SEASONS)
      .optional()
      .describe(
        'Lengths of seasons in steps; a longer one than the shortest is used when it shows. Found when left out',
      ),
  })
  .refine(({ times, values }) => times.length === values.length, 'times and values must be as many');

export const ForecastPoint = z.strictObject({
  at: UtcInstant.describe('The time on the calendar of the series'),
  mean: z.number().describe('The forecast, in the unit of the values'),
  lo80: z.number().describe('Lower end of the 80 % interval'),
  hi80: z.number().describe('Upper end of the 80 % interval'),
  lo95: z.number().describe('Lower end of the 95 % interval'),
  hi95: z.number().describe('Upper end of the 95 % interval'),
});
export type ForecastPoint = z.infer<typeof ForecastPoint>;

const share = (what: string) => z.number().min(0).max(1).nullable().describe(what);

export const SeriesBacktest = z
  .strictObject({
    origins: z.number().int().describe('Earlier times from which the series was forecast again'),
    outcomes: z.number().int().describe('Values that those forecasts were compared with'),
    mase: z
      .number()
      .nullable()
      .describe('Mean absolute error in that of repeating the last season; below 1 is better. Null when not known'),
    smape: z
      .number()
      .nullable()
      .describe('Mean of 200 |error| / (|value| + |forecast|), 0 to 200; null when not known'),
    coverage80: share('Share of those values inside the 80 % interval; null when not known'),
    coverage95: share('Share of those values inside the 95 % interval; null when not known'),
    reason: z.string().nullable().describe('Why a figure is not known; null when all are'),
  })
  .describe('Back-test of the forecasts of the series');

export const SeriesForecastReport = z.strictObject({
  points: z.array(ForecastPoint).describe('One for each step behind the last value'),
  method: z
    .enum(['combination', 'constant'])
    .describe('A combination of the members, or `constant` when all values are the same'),
  members: z
    .array(
      z.strictObject({
        name: z.string().describe('Method, with `cleaned` when its input has no outliers'),
        weight: z.number().describe('Its weight in the forecast, 0 to 1; all weights sum to 1'),
        mase: z.number().nullable().describe('Its own error in the back-test; null when not known'),
      }),
    )
    .describe('The methods that were combined, the one that counts most first'),
  backtest: SeriesBacktest,
  step: z.string().describe('Time between two values, an ISO 8601 duration such as P1D'),
  seasons: z.array(z.number().int()).describe('Lengths of the seasons that were used, in steps'),
  values: z.number().int().describe('Values from the first to the last time, missing ones included'),
  missing: z.number().int().describe('Values that were missing and have been filled'),
  notes: z.array(z.string()).describe('Remarks on the data and the forecast'),
});
export type SeriesForecastReport = z.infer<typeof SeriesForecastReport>;

const calendarErrors = ['series_too_short', 'series_too_sparse', 'series_time_repeated', 'series_time_uneven'] as const;

export const postSeriesForecast = endpoint({
  method: 'POST',
  path: '/api/v1/forecasts/series',
  scope: 'finops.read',
  reads: 'none',
  bodyLimitBytes: MEDIUM_BODY_LIMIT_BYTES,
  summary: 'Forecast a series of values with 80 % and 95 % intervals and a back-test; stores nothing',
  body: SeriesToForecast,
  response: SeriesForecastReport,
  errors: [...calendarErrors, 'series_time_invalid', 'payload_too_large'],
});

/** `7` or `7,365`. */
export const Seasons = z
  .string()
  .transform((text) => text.split(',').map(Number))
  .pipe(z.array(Season).min(1).max(MOST_SEASONS))
  .describe('Lengths of seasons in steps, such as 7 or 24,168; found when left out');

export const SeriesFileSettings = z.strictObject({ ...seriesColumns, horizon: Horizon, seasons: Seasons.optional() });
export type SeriesFileSettings = z.output<typeof SeriesFileSettings>;

export const postSeriesFileForecast = endpoint({
  method: 'POST',
  path: '/api/v1/forecasts/series-files',
  scope: 'finops.read',
  reads: 'none',
  summary: 'Forecast a series from a file (CSV, gzip or not); stores nothing',
  query: SeriesFileSettings,
  accepts: 'bytes',
  response: SeriesForecastReport,
  errors: [...calendarErrors, ...seriesFileErrors],
});
