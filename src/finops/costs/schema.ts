import { z } from 'zod';
import { endpoint, NextPageToken, PageQuery } from '../../platform/contract/schema.ts';
import { Currency, Day, DecimalString, Month } from '../../platform/units/schema.ts';
import { CostMetric, DEFAULT_METRIC, SourceName } from '../billing/schema.ts';
import { Dimension, Dimensions, Filter, Filters, LeftOut, Rows, Selection } from './selection/schema.ts';

export { Effects } from './explain/schema.ts';

import { Unconverted, UsedRate } from '../exchange/schema.ts';

export { Dimension, Filter, Rows };

/** Present for callers who see the costs of some teams only. */
const PartialCosts = z
  .strictObject({ teams: z.array(z.string()).describe('Teams of the caller, by name') })
  .optional()
  .describe('The answer has only the costs of these teams, because the caller may read no others; absent: all costs');

const Reported = {
  currency: Currency.describe('Reporting currency'),
  amount: DecimalString.nullable().describe('Sum of the converted amounts, exact; null without any'),
  rates: z.array(UsedRate).describe('Every rate that was used'),
  leftOut: z.array(Unconverted).describe('Cost without a rate, by currency: unknown, not zero'),
};

export const ReportedCosts = z
  .strictObject({
    ...Reported,
    rows: z
      .array(z.record(z.string(), z.string().nullable()))
      .describe('One object a group, as in `rows`, with the converted `amount`; largest first'),
  })
  .describe('The costs in one currency, each charge day at the rate of its day');
export type ReportedCosts = z.infer<typeof ReportedCosts>;

export const costSummary = endpoint({
  method: 'GET',
  path: '/api/v1/costs/summary',
  scope: 'finops.read',
  reads: ['totals', 'team'],
  summary: 'Get cost by up to four dimensions; every grouping sums to the same total',
  query: z.strictObject({
    by: Dimensions.describe('Dimensions to group by, comma-separated or repeated'),
    currency: Currency.optional().describe(
      'Reporting currency for `reporting`; the setting `reportingCurrency` when left out. Bills keep their currency',
    ),
    ...Selection,
  }),
  response: z.strictObject({
    metric: CostMetric.describe('FOCUS cost column that is added up'),
    rows: z
      .array(z.record(z.string(), z.string().nullable()))
      .describe(
        'One object a group: each dimension (null = no value), `amount` (exact decimal) and `currency`; largest first',
      ),
    totals: z
      .array(z.strictObject({ currency: Currency, amount: DecimalString.describe('Exact sum over all rows') }))
      .describe('Totals by currency'),
    leftOut: LeftOut,
    reporting: ReportedCosts.nullable().describe('The same in the reporting currency; null without one'),
    partial: PartialCosts,
  }),
  errors: ['dimension_unknown', 'bill_delivery_not_found', 'bill_delivery_deleted'],
});

export const costSummaryCsv = endpoint({
  ...costSummary,
  path: '/api/v1/costs/summary.csv',
  summary: 'Export the cost summary as CSV; in the reporting currency when the query names one',
  answers: 'csv',
  response: z.string().describe('CSV with a header line'),
});

const Totals = z.array(z.strictObject({ currency: Currency, amount: DecimalString.describe('Exact sum') }));

export const SourceBehind = z
  .strictObject({ source: SourceName, through: Day.describe('Its last whole day, UTC') })
  .describe('Source without a whole day of the month');
export type SourceBehind = z.infer<typeof SourceBehind>;

export const getMonthToDate = endpoint({
  method: 'GET',
  path: '/api/v1/costs/month-to-date',
  scope: 'finops.read',
  reads: ['totals', 'team'],
  summary: 'Get the month to date: charges up to its last whole day, and the sources that are behind',
  query: z.strictObject({
    month: Month.optional().describe('Calendar month in UTC; the latest billing month when left out'),
    metric: CostMetric.default(DEFAULT_METRIC),
    currency: Currency.optional().describe(
      'Reporting currency for `reporting`; the setting `reportingCurrency` when left out. Bills keep their currency',
    ),
    filter: Filters.describe('Filters, all of which must hold'),
  }),
  response: z.strictObject({
    month: Month,
    metric: CostMetric.describe('FOCUS cost column that is added up'),
    from: Day.describe('First day of the month'),
    through: Day.nullable().describe('Last whole day that counts; null while no day of the month is whole'),
    isComplete: z.boolean().describe('Whether `through` is the last day of the month and no source is behind'),
    totals: z
      .array(
        z.strictObject({
          currency: Currency,
          amount: DecimalString.describe('Exact sum of the charges from `from` to `through`'),
          later: DecimalString.describe(
            'Charged on later days of the month by sources that are ahead; not in `amount`',
          ),
        }),
      )
      .describe('By currency; empty when nothing was charged'),
    behind: z.array(SourceBehind).describe('Sources whose charges `amount` leaves out, in part or in full, by name'),
    before: z
      .strictObject({ from: Day, through: Day, totals: Totals.describe('By currency') })
      .nullable()
      .describe(
        'The month before to the same day, or whole when this one is received to its end, without the sources that are behind; null when no bill covers it, or when a source that is behind has charges in this month',
      ),
    sources: z
      .array(z.strictObject({ source: SourceName, through: Day }))
      .describe('Last day with a charge of each source with a recent delivery'),
    reporting: z
      .strictObject({
        ...Reported,
        before: DecimalString.nullable().describe(
          '`before` in the reporting currency; null without it, or when some of it or of the amount has no rate',
        ),
      })
      .nullable()
      .describe(
        '`amount` of all currencies in one, each charge day at the rate of its day; null without a reporting currency or a whole day',
      ),
    leftOut: LeftOut,
    partial: PartialCosts,
  }),
  errors: ['bill_period_not_covered', 'dimension_unknown'],
});
export type MonthToDate = z.infer<typeof getMonthToDate.response>;

export const CostRow = z
  .record(z.string(), z.string().nullable())
  .describe(
    'A canonical FOCUS 1.4 row in camelCase with subject fields, `delivery`, `file`, `rowNumber` and `x_` columns',
  );

export const costRows = endpoint({
  method: 'GET',
  path: '/api/v1/costs/rows',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'List the bill rows behind a figure, largest first',
  query: z.strictObject({ ...Selection, ...PageQuery }),
  response: z.strictObject({
    rows: z.array(CostRow).describe('Rows, largest amount of the metric first'),
    totalRows: z.number().int().describe('Rows in all pages'),
    nextPageToken: NextPageToken,
    partial: PartialCosts,
  }),
  errors: ['dimension_unknown', 'bill_delivery_not_found', 'bill_delivery_deleted', 'invalid_page_token'],
});

export const costRowsCsv = endpoint({
  method: 'GET',
  path: '/api/v1/costs/rows.csv',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'Export the bill rows behind a figure as CSV',
  query: z.strictObject({ ...Selection }),
  answers: 'csv',
  response: z.string().describe('CSV with a header line'),
  errors: ['dimension_unknown', 'bill_delivery_not_found', 'bill_delivery_deleted'],
});

export const costDimensions = endpoint({
  method: 'GET',
  path: '/api/v1/costs/dimensions',
  scope: 'finops.read',
  reads: ['totals', 'team'],
  summary: 'List the dimensions for grouping and filtering of costs, and the periods with bills',
  response: z.strictObject({
    focusColumns: z.array(z.string()).describe('FOCUS columns that hold values, in camelCase'),
    subjectFields: z.array(z.string()).describe('Subject fields that allocation has set'),
    tagKeys: z.array(z.string()).describe('Tag keys seen, most used first'),
    customColumns: z.array(z.string()).describe('Columns outside FOCUS, as x_NAME'),
    periods: z.array(Month).describe('Billing periods with rows, oldest first'),
    currencies: z.array(Currency).describe('Billing currencies'),
  }),
  errors: [],
});

export const costValues = endpoint({
  method: 'GET',
  path: '/api/v1/costs/values',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'List the values of a dimension with their cost, largest first, to choose a filter',
  query: z.strictObject({
    dimension: Dimension,
    search: z.string().max(300).optional().describe('Only values that contain this text, whatever its case'),
    limit: z.coerce.number().int().min(1).max(1000).default(50).describe('Values listed at most, 1 to 1000'),
    ...Selection,
  }),
  response: z.strictObject({
    values: z
      .array(
        z.strictObject({
          value: z.string().nullable().describe('Value; null for rows without one'),
          rows: z.number().int().describe('Rows, or shares of rows, that have it'),
          totals: z
            .array(z.strictObject({ currency: Currency, amount: DecimalString.describe('Exact sum') }))
            .describe('Its money by currency; empty where no row states the cost'),
        }),
      )
      .describe('Values, most money first'),
    totalValues: z.number().int().describe('Values that match, listed or not'),
    partial: PartialCosts,
  }),
  errors: ['dimension_unknown', 'bill_delivery_not_found', 'bill_delivery_deleted'],
});
