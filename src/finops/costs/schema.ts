import { z } from 'zod';
import { endpoint, NextPageToken, PageQuery } from '../../platform/contract/schema.ts';
import { Currency, DecimalString, Month } from '../../platform/units/schema.ts';
import { CostMetric } from '../billing/schema.ts';

/** A query field that may be repeated, or left out. */
const Repeated = z.union([z.string(), z.array(z.string())]).optional();
const asArray = (value: string | string[] | undefined) => (value === undefined ? [] : [value].flat());

export const Dimension = z
  .string()
  .min(1)
  .max(300)
  .describe('FOCUS column in camelCase, `tag:KEY`, `x_COLUMN`, a subject field (team, model…), `day` or `month`');

/** `serviceName=Amazon Bedrock`; an empty right side means "no value". */
export const Filter = z
  .string()
  .regex(/^[^=]+=/, 'DIM=VALUE')
  .describe('Only rows whose dimension has this value');
const Filters = Repeated.transform(asArray).pipe(z.array(Filter).max(20));
const Dimensions = Repeated.transform((value) => asArray(value).flatMap((item) => item.split(','))).pipe(
  z.array(Dimension),
);

const Selection = {
  metric: CostMetric.default('billedCost'),
  period: Month.optional().describe('Billing period; all when left out'),
  from: Month.optional().describe('First billing period of a range'),
  to: Month.optional().describe('Last billing period of a range (included)'),
  filter: Filters.describe('Filters, all of which must hold'),
};

export const LeftOut = z
  .strictObject({
    rejectedRows: z.number().int().describe('Rows of the deliveries behind this total that were not accepted'),
    rowsWithoutMetric: z.number().int().describe('Rows whose cost column is empty: unknown, not zero'),
  })
  .describe('What the totals do not include');

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
  errors: ['dimension_unknown'],
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
  errors: ['dimension_unknown', 'invalid_page_token'],
});

export const costRowsCsv = endpoint({
  method: 'GET',
  path: '/api/v1/costs/rows.csv',
  scope: 'finops.read',
  summary: 'The bill rows behind a figure as CSV',
  query: z.strictObject({ ...Selection }),
  answers: 'csv',
  response: z.string().describe('CSV with a header line'),
  errors: ['dimension_unknown'],
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
