import { z } from 'zod';
import { endpoint, NextPageToken, PageQuery } from '../../platform/contract/schema.ts';
import { Currency, DecimalString, Month } from '../../platform/units/schema.ts';
import { Dimension, Dimensions, Filter, LeftOut, MonthOrDay, Rows, Selection } from './selection/schema.ts';

export { Effects } from './explain/schema.ts';
export { Dimension, Filter, MonthOrDay, Rows };

export const costSummary = endpoint({
  method: 'GET',
  path: '/api/v1/costs/summary',
  scope: 'finops.read',
  summary: 'Cost by up to four dimensions; every grouping sums to the same total',
  query: z.strictObject({
    by: Dimensions.describe('Dimensions to group by, comma-separated or repeated'),
    ...Selection,
  }),
  response: z.strictObject({
    rows: z
      .array(z.record(z.string(), z.string().nullable()))
      .describe(
        'One object a group: each dimension (null = no value), `amount` (exact decimal) and `currency`; largest first',
      ),
    totals: z
      .array(z.strictObject({ currency: Currency, amount: DecimalString.describe('Exact sum over all rows') }))
      .describe('Totals by currency'),
    leftOut: LeftOut,
  }),
  errors: ['dimension_unknown', 'bill_delivery_not_found', 'bill_delivery_deleted'],
});

export const costSummaryCsv = endpoint({
  ...costSummary,
  path: '/api/v1/costs/summary.csv',
  summary: 'The cost summary as CSV',
  answers: 'csv',
  response: z.string().describe('CSV with a header line'),
});

export const CostRow = z
  .record(z.string(), z.string().nullable())
  .describe(
    'A canonical FOCUS 1.4 row in camelCase with subject fields, `delivery`, `file`, `rowNumber` and `x_` columns',
  );

export const costRows = endpoint({
  method: 'GET',
  path: '/api/v1/costs/rows',
  scope: 'finops.read',
  summary: 'The bill rows behind a figure, largest first',
  query: z.strictObject({ ...Selection, ...PageQuery }),
  response: z.strictObject({
    rows: z.array(CostRow).describe('Rows, largest amount of the metric first'),
    totalRows: z.number().int().describe('Rows in all pages'),
    nextPageToken: NextPageToken,
  }),
  errors: ['dimension_unknown', 'bill_delivery_not_found', 'bill_delivery_deleted', 'invalid_page_token'],
});

export const costRowsCsv = endpoint({
  method: 'GET',
  path: '/api/v1/costs/rows.csv',
  scope: 'finops.read',
  summary: 'The bill rows behind a figure as CSV',
  query: z.strictObject({ ...Selection }),
  answers: 'csv',
  response: z.string().describe('CSV with a header line'),
  errors: ['dimension_unknown', 'bill_delivery_not_found', 'bill_delivery_deleted'],
});

export const costDimensions = endpoint({
  method: 'GET',
  path: '/api/v1/costs/dimensions',
  scope: 'finops.read',
  summary: 'What costs can be grouped and filtered by, and the periods there are',
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
  summary: 'The values of a dimension with their money, largest first: what a filter can be picked from',
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
  }),
  errors: ['dimension_unknown', 'bill_delivery_not_found', 'bill_delivery_deleted'],
});
