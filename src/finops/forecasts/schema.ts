import { z } from 'zod';
import { endpoint, PartialAnswer } from '../../platform/contract/schema.ts';
import { Currency, DecimalString, Month, Period, UtcInstant } from '../../platform/units/schema.ts';
import { SourceBehind } from '../costs/schema.ts';
import { ForecastLevel } from './level/schema.ts';

export { ForecastLevel } from './level/schema.ts';

/** Larger daily amounts and factors are not plausible. */
const MOST_DAILY_AMOUNT = 1e9;
const MOST_FACTOR = 1000;

const Day = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'a day such as "2026-11-03"')
  .refine(isOnCalendar, 'a day that the calendar has')
  .describe('Day, UTC, YYYY-MM-DD');

/** False for `2026-02-30`, and for a text that is not a day. */
function isOnCalendar(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
}

const describeValue = (what: string) => z.string().min(1).max(250).optional().describe(`${what}, 1 to 250 characters`);

export const ChangeSubject = z
  .strictObject({
    team: describeValue('Team whose cost changes'),
    project: describeValue('Project'),
    model: describeValue('Registered model'),
    endpoint: describeValue('Serving endpoint'),
    serviceName: describeValue('Service of the cloud, as FOCUS names it'),
  })
  .describe('Subject of the changed cost; a field that is left out is unknown; the total changes in any case');
export type ChangeSubject = z.infer<typeof ChangeSubject>;

/** Costs of two levels together are not a single series that a factor can multiply. */
function isOneThing({ project, team, ...others }: ChangeSubject): boolean {
  const named = Object.values({ team, ...others }).filter((one) => one !== undefined).length;
  return named <= 1 && (project === undefined || team !== undefined);
}

const changeFields = {
  subject: ChangeSubject,
  from: Day.describe('First day of the change, UTC'),
  until: Day.nullable().default(null).describe('First day after the change, UTC; null: permanent'),
  dailyAmount: DecimalString.refine((text) => Math.abs(Number(text)) <= MOST_DAILY_AMOUNT && Number(text) !== 0, {
    error: 'an amount of a day other than zero, within 1e9',
  })
    .nullable()
    .default(null)
    .describe('Change of the cost of each day, in `currency`; negative for less; null for a factor'),
  factor: DecimalString.refine((text) => Number(text) > 0 && Number(text) <= MOST_FACTOR && Number(text) !== 1, {
    error: 'a factor above 0 other than 1, at most 1000',
  })
    .nullable()
    .default(null)
    .describe('Factor on the cost of each day: "1.5" adds half, "0.9" is 10 % less; null for an amount'),
  currency: Currency.nullable()
    .default(null)
    .describe('Currency of the amount; null for a factor, which applies to every currency'),
  commitment: z
    .string()
    .min(1)
    .max(500)
    .nullable()
    .default(null)
    .describe(
      'Id in the bill of the commitment that ends; it replaces the end that the bill states; null: no commitment',
    ),
  what: z.string().trim().min(1).max(200).describe('Description, 1 to 200 characters: "endpoint for search, 2 H100"'),
};

export const NewForecastChange = z
  .strictObject(changeFields)
  .refine(({ from, until }) => until === null || from < until, '`until` after `from`')
  .refine(({ dailyAmount, factor }) => (dailyAmount === null) !== (factor === null), {
    error: 'either `dailyAmount` or `factor`',
    path: ['dailyAmount'],
  })
  .refine(({ dailyAmount, currency }) => dailyAmount === null || currency !== null, {
    error: 'the currency of the amount',
    path: ['currency'],
  })
  .refine(({ factor, subject }) => factor === null || isOneThing(subject), {
    error: 'a factor is of everything, or of one team, project of a team, model, endpoint or service',
    path: ['subject'],
  });
export type NewForecastChange = z.infer<typeof NewForecastChange>;

export const ForecastChange = z
  .strictObject({
    change: z.string().describe('Id of the change'),
    ...changeFields,
    addedAt: UtcInstant.describe('When it was added'),
    addedBy: z.string().describe('Account that added it, or `bill`'),
    origin: z
      .enum(['stated', 'bill'])
      .default('stated')
      .describe('stated: a person added it; bill: a commitment that ends, read from the bill'),
    isOn: z
      .boolean()
      .default(true)
      .describe(
        'Whether forecasts include it; `false` for a change from the bill that was switched off, or whose commitment has a stated change',
      ),
  })
  .describe('A change of cost that is known before any bill shows it');
export type ForecastChange = z.infer<typeof ForecastChange>;

export const Estimate = z
  .strictObject({
    mean: DecimalString.describe('Expected value'),
    lo80: DecimalString.describe('Lower end of the 80 % interval'),
    hi80: DecimalString.describe('Upper end of the 80 % interval'),
    lo95: DecimalString.describe('Lower end of the 95 % interval'),
    hi95: DecimalString.describe('Upper end of the 95 % interval'),
  })
  .describe('An amount with its intervals, in the currency of the forecast');
export type Estimate = z.infer<typeof Estimate>;

const probability = z.number().min(0).max(1);

export const Breach = z
  .strictObject({
    limit: DecimalString.describe('Limit of the budget in the window, in the currency of the forecast'),
    probability: probability.describe('Probability that the window costs more than the limit, 0 to 1'),
    overRatio: z.number().nullable().describe('Expected total / limit - 1; null for a limit of zero'),
    day: Day.nullable().describe(
      'Day on which the limit is passed: the median over the paths that pass it; null when fewer than 5 % do',
    ),
    firstDay: Day.nullable().describe('From this day on in 90 % of those paths; null with `day`'),
    lastDay: Day.nullable().describe('To this day in 90 % of those paths; null with `day`'),
  })
  .describe('How likely a budget is passed, and when');
export type Breach = z.infer<typeof Breach>;

export const LedgerBacktest = z
  .strictObject({
    origins: z.number().int().describe('Number of back-test origins'),
    mase: z
      .number()
      .nullable()
      .describe('Mean absolute error of a day in that of repeating the last season; below 1 is better'),
    coverage80: probability.nullable().describe('Share of days inside the 80 % interval'),
    coverage95: probability.nullable().describe('Share of days inside the 95 % interval'),
    totalErrorRatio: z
      .number()
      .nullable()
      .describe(
        'Mean absolute error of back-test sums over the same number of days, divided by the expected cost of the remaining days',
      ),
    totalCoverage80: probability
      .nullable()
      .describe('Share of those sums inside their 80 % interval, each judged by the others'),
  })
  .describe('Back-test error of the forecasts of this subject; null when unknown');
export type LedgerBacktest = z.infer<typeof LedgerBacktest>;

export const LedgerForecast = z
  .strictObject({
    level: ForecastLevel,
    key: z
      .string()
      .nullable()
      .describe(
        'Subject within the level: a name; `team/project` for a project; `(others)` for the sum of the smallest; null for the total and for the unallocated cost',
      ),
    currency: Currency,
    window: Period.describe('Period of the sum: the month of the forecast, or the current window of the budget'),
    known: DecimalString.nullable().describe('Billed in the window to the last whole day; null with `forecast`'),
    forecast: Estimate.nullable().describe(
      'Cost of the whole window, known and forecast days; null when there is no forecast',
    ),
    reason: z.string().nullable().describe('Reason that there is no forecast; else null'),
    note: z.string().nullable().describe('Remark on the forecast; null without one'),
    changes: DecimalString.describe(
      'Effect of known changes on the remaining days of the window, factors included; part of the forecast',
    ),
    breach: Breach.nullable().describe('For a budget, or a subject that a budget covers exactly; null for others'),
    budget: z.string().nullable().describe('Name of the budget of `breach`; null without one'),
    backtest: LedgerBacktest.nullable().describe('Null when no back-test is possible'),
  })
  .describe('Forecast of the cost of one subject');
export type LedgerForecast = z.infer<typeof LedgerForecast>;

export const ForecastStanding = z
  .strictObject({
    madeAt: UtcInstant.describe('When the forecasts were made'),
    month: Month.describe('The month that is forecast'),
    through: Day.describe('Last day that is whole; those behind it are forecast, whatever is billed of them already'),
    billedThrough: Day.describe('Last day with any charge'),
    sources: z
      .array(
        z.strictObject({
          source: z.string().describe('Bill source'),
          through: Day.describe('Its last day with a charge'),
        }),
      )
      .describe('Last day with a charge of each source with a recent delivery'),
    behind: z
      .array(SourceBehind)
      .default([])
      .describe('Sources in no forecast, because they have no whole day of the month, by name'),
    deliveries: z.array(z.string()).describe('Deliveries that they are based on'),
    isCurrent: z.boolean().describe('Whether their inputs are unchanged since then'),
  })
  .describe('Inputs of the forecasts');
export type ForecastStanding = z.infer<typeof ForecastStanding>;

export const Working = z
  .strictObject({
    done: z.number().int().describe('Steps done'),
    total: z.number().int().describe('Steps in all: two for each subject'),
  })
  .describe('Progress of the forecasts in flight');
export type Working = z.infer<typeof Working>;

const Forecasts = z.strictObject({
  standing: ForecastStanding.nullable().describe('Null before the first forecast'),
  working: Working.nullable().describe('Null when no forecasts are in flight'),
  reason: z.string().nullable().describe('Reason that there is no forecast; else null'),
  forecasts: z.array(LedgerForecast).describe('Total first, then by level, largest first'),
  changes: z.array(ForecastChange).describe('Known changes, by first day'),
  partial: PartialAnswer,
});
export type LedgerForecasts = z.infer<typeof Forecasts>;

const listQuery = z.strictObject({
  level: ForecastLevel.optional().describe('Only these'),
  team: z.string().min(1).max(250).optional().describe('Only this team, its projects and budgets'),
});

export const listForecasts = endpoint({
  method: 'GET',
  path: '/api/v1/forecasts',
  scope: 'finops.read',
  reads: ['totals', 'team'],
  summary: 'List forecasts of the month and of the window of each budget, as stored after the last delivery',
  query: listQuery,
  response: Forecasts,
  errors: [],
});

export const listForecastsCsv = endpoint({
  ...listForecasts,
  path: '/api/v1/forecasts.csv',
  summary: 'Export the forecasts as CSV',
  answers: 'csv',
  response: z.string().describe('CSV with a header line'),
});

export const ForecastDay = z
  .strictObject({
    day: Day,
    mean: z.number().describe('Expected cost of the day, in the currency of the forecast; for drawing'),
    lo80: z.number().describe('Lower end of the 80 % interval'),
    hi80: z.number().describe('Upper end of the 80 % interval'),
    lo95: z.number().describe('Lower end of the 95 % interval'),
    hi95: z.number().describe('Upper end of the 95 % interval'),
    changes: z.number().describe('Effect of known changes on the day; part of `mean`'),
    running: z
      .strictObject({
        mean: z.number().describe('Expected sum of the window to the end of the day'),
        lo80: z.number().describe('Lower end of the 80 % interval of the sum'),
        hi80: z.number().describe('Upper end of the 80 % interval of the sum'),
        lo95: z.number().describe('Lower end of the 95 % interval of the sum'),
        hi95: z.number().describe('Upper end of the 95 % interval of the sum'),
      })
      .nullable()
      .describe('The sum of the window so far; null for days outside the window'),
  })
  .describe('One future day');
export type ForecastDay = z.infer<typeof ForecastDay>;

export const EarlierForecast = z
  .strictObject({
    madeAt: UtcInstant.describe('When it was made'),
    through: Day.describe('Last whole day of its input'),
    deliveries: z.array(z.string()).describe('Deliveries that it was based on'),
    forecast: Estimate,
    probability: probability.nullable().describe('Probability of a breach of the budget; null without one'),
  })
  .describe('Earlier forecast of the same window');

export const ForecastDetail = z.strictObject({
  standing: ForecastStanding,
  forecast: LedgerForecast,
  history: z
    .array(
      z.strictObject({
        day: Day,
        amount: DecimalString.nullable().describe('Allocated cost of the day; null where no bill covers it'),
        isWhole: z
          .boolean()
          .describe('Whether the bill has the whole day; else the value is partial and the day is forecast'),
      }),
    )
    .describe('The days before, oldest first; 120 at most'),
  days: z.array(ForecastDay).describe('Future days to the end of the window'),
  changes: z.array(ForecastChange).describe('Known changes that it includes'),
  earlier: z.array(EarlierForecast).describe('Earlier forecasts of this window, latest first'),
});
export type ForecastDetail = z.infer<typeof ForecastDetail>;

const detailQuery = z.strictObject({
  level: ForecastLevel,
  key: z.string().max(600).optional().describe('Subject within the level. Default: the total, or the unallocated cost'),
  currency: Currency.optional().describe('Left out: the first'),
});

export const getForecast = endpoint({
  method: 'GET',
  path: '/api/v1/forecasts/subject',
  scope: 'finops.read',
  reads: ['totals', 'team'],
  summary: 'Get the forecast of one subject: days, intervals, earlier forecasts',
  query: detailQuery,
  response: ForecastDetail,
  errors: ['forecast_not_found'],
});

export const getForecastCsv = endpoint({
  ...getForecast,
  path: '/api/v1/forecasts/subject.csv',
  summary: 'Export the days of one forecast as CSV',
  answers: 'csv',
  response: z.string().describe('CSV with a header line'),
});

export const makeForecasts = endpoint({
  method: 'POST',
  path: '/api/v1/forecasts/refresh',
  scope: 'finops.write',
  summary: 'Recompute the forecasts in the background; returns immediately',
  body: z.strictObject({}),
  response: z.strictObject({ working: Working.nullable().describe('Progress; null before the start') }),
  errors: [],
});

export const listForecastChanges = endpoint({
  method: 'GET',
  path: '/api/v1/forecasts/changes',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'List changes of cost that are known before any bill shows them',
  response: z.strictObject({ changes: z.array(ForecastChange).describe('By first day') }),
  errors: [],
});

export const addForecastChange = endpoint({
  method: 'POST',
  path: '/api/v1/forecasts/changes',
  scope: 'finops.write',
  summary: 'Add a known change, such as a planned endpoint or the end of a commitment; forecasts are recomputed',
  body: NewForecastChange,
  response: ForecastChange,
  errors: [],
});

export const switchForecastChange = endpoint({
  method: 'PUT',
  path: '/api/v1/forecasts/changes/:change',
  scope: 'finops.write',
  summary: 'Switch a change from the bill on or off, with its whole commitment: off when the commitment is renewed',
  params: z.strictObject({ change: z.string().max(100).describe('Id of the change') }),
  body: z.strictObject({ isOn: z.boolean().describe('Whether forecasts have it') }),
  response: z.strictObject({ changes: z.array(ForecastChange).describe('The changes of its commitment') }),
  errors: ['forecast_change_not_found'],
});

export const removeForecastChange = endpoint({
  method: 'DELETE',
  path: '/api/v1/forecasts/changes/:change',
  scope: 'finops.write',
  summary: 'Remove a known change; forecasts are recomputed',
  params: z.strictObject({ change: z.string().max(100).describe('Id of the change') }),
  response: ForecastChange,
  errors: ['forecast_change_not_found'],
});
