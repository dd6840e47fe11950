import { z } from 'zod';
import { CostMetric, DEFAULT_METRIC } from '../../../finops/billing/schema.ts';
import { UsedRate } from '../../../finops/exchange/schema.ts';
import { Name, Subject } from '../../../org/schema.ts';
import { BATCH_BODY_LIMIT_BYTES, endpoint } from '../../../platform/contract/schema.ts';
import { Currency, DecimalString, decimal, Money } from '../../../platform/units/schema.ts';

const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const isRealDay = (text: string) => new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);

export const UnitDay = z
  .string()
  .regex(DAY, 'a day such as "2026-11-03"')
  .refine((text) => !DAY.test(text) || isRealDay(text), 'a day that exists')
  .describe('Calendar day in UTC, YYYY-MM-DD');

/** Decimals of a quantity that are kept. */
const QUANTITY_DECIMALS = 6;
const LARGEST_QUANTITY = 1e9;

const dimension = (description: string) =>
  z
    .string()
    .min(1)
    .max(250)
    .refine((text) => !text.includes('\0'), 'a text without NUL')
    .describe(description)
    .optional();

/** Dimensions of a row; the same fields as columns of the CSV. */
export const UnitDimensions = z
  .strictObject({
    team: dimension('Team'),
    project: dimension('Project'),
    model: dimension('Registered model'),
    endpoint: dimension('Endpoint'),
    feature: dimension('Product feature'),
    customer: dimension('Customer or tenant'),
  })
  .describe('Optional dimensions of a row');
export type UnitDimensions = z.infer<typeof UnitDimensions>;

/** Dimensions by which both units and cost can be grouped: fields of the subject of a cost. */
export const UnitGrouping = z
  .enum(['team', 'project', 'model', 'endpoint'])
  .describe('Dimension of the rows that is also a subject of the cost');
export type UnitGrouping = z.infer<typeof UnitGrouping>;

export const UnitRow = z
  .strictObject({
    date: UnitDay,
    quantity: DecimalString.refine(
      (amount) => !decimal(amount).isNegative() || decimal(amount).isZero(),
      'not negative: send the corrected day again instead',
    )
      .refine(
        (amount) => decimal(amount).decimalPlaces() <= QUANTITY_DECIMALS && decimal(amount).lte(LARGEST_QUANTITY),
        `at most ${QUANTITY_DECIMALS} decimals, and at most 1000000000`,
      )
      .describe('Units of the day, 0 or more, at most 6 decimals'),
    ...UnitDimensions.shape,
  })
  .describe('Business units of one day and one combination of dimensions');
export type UnitRow = z.infer<typeof UnitRow>;

const UnitCostSource = z
  .strictObject({
    subject: Subject.prefault({}).describe('Subject of the cost, such as a team or a model; default: all cost'),
    serviceName: z.string().min(1).max(250).optional().describe('Only cost of this service'),
    serviceCategory: z.string().min(1).max(250).optional().describe('Only cost of this service category'),
    serviceProviderName: z.string().min(1).max(250).optional().describe('Only cost of this provider'),
    subAccountId: z.string().min(1).max(250).optional().describe('Only cost of this sub account'),
  })
  .describe('Cost that is divided by the units');

/** `kind: UnitDataset` of `steelyard apply`. */
export const UnitDatasetSpec = z
  .strictObject({
    unit: z.string().min(1).max(100).describe('One unit in the singular, such as order, user, tenant, session'),
    description: z.string().max(2000).optional().describe('Description, at most 2,000 characters'),
    cost: UnitCostSource.prefault({}).describe('Cost that is divided by the units; default: all cost'),
  })
  .describe('Dataset of business units by day, such as orders');
export type UnitDatasetSpec = z.output<typeof UnitDatasetSpec>;

const DatasetName = Name.describe('Unit dataset');

export const UnitDataset = z
  .strictObject({
    dataset: DatasetName,
    unit: z.string().describe('One unit'),
    description: z.string().nullable().describe('Description; null without one'),
    cost: UnitCostSource,
    days: z.number().int().describe('Days with rows'),
    firstDay: UnitDay.nullable().describe('First day with a row; null without rows'),
    lastDay: UnitDay.nullable().describe('Last day with a row; null without rows'),
  })
  .describe('Unit dataset');
export type UnitDataset = z.infer<typeof UnitDataset>;

export const listUnitDatasets = endpoint({
  method: 'GET',
  path: '/api/v1/unit-datasets',
  scope: 'tradeoff.read',
  reads: 'money',
  summary: 'List datasets of business units by name, at most 500',
  response: z.strictObject({ datasets: z.array(UnitDataset).describe('Datasets by name') }),
  errors: [],
});

export const MOST_UNIT_ROWS = 10_000;

export const RecordedUnits = z
  .strictObject({
    replacedDays: z.number().int().describe('Days whose rows were replaced by other ones, or stored first'),
    unchangedDays: z.number().int().describe('Days whose rows were stored before with the same content'),
    rejectedDays: z.number().int().describe('Days with a rejected row: they stay as they were'),
    rejectedRows: z.number().int().describe('Rejected rows'),
    rejected: z
      .array(
        z.strictObject({
          line: z.number().int().describe('Position in the list, from 1'),
          reason: z.string().describe('Reason for the rejection'),
        }),
      )
      .describe('The first hundred rejected rows'),
  })
  .describe('Result of a delivery of business units');
export type RecordedUnits = z.infer<typeof RecordedUnits>;

export const recordUnits = endpoint({
  method: 'POST',
  path: '/api/v1/unit-datasets/:dataset/rows',
  scope: 'tradeoff.write',
  bodyLimitBytes: BATCH_BODY_LIMIT_BYTES,
  summary: 'Record business units by day: the rows of a day replace the earlier rows of that day as a whole',
  params: z.strictObject({ dataset: DatasetName }),
  body: z.strictObject({
    rows: z
      .array(z.json().describe('A row with date, quantity and dimensions'))
      .min(1)
      .max(MOST_UNIT_ROWS)
      .describe('Rows; all rows of a day in one request'),
  }),
  response: RecordedUnits,
  errors: ['unit_dataset_not_found', 'storage_full'],
});

export const UnitCostRow = z
  .strictObject({
    period: z.string().describe('Day YYYY-MM-DD, or month YYYY-MM'),
    key: z.string().nullable().describe('Value of the dimension; null without one or without a grouping'),
    cost: Money.nullable().describe('Cost of the days with both; null when unknown'),
    quantity: DecimalString.nullable().describe('Units of the days with both; null when unknown'),
    costPerUnit: Money.nullable().describe('cost / quantity; null when one of them is unknown or the quantity is 0'),
    reason: z.string().nullable().describe('Reason for an unknown cost per unit; null when known'),
  })
  .describe('Cost per unit of one period');
export type UnitCostRow = z.infer<typeof UnitCostRow>;

const LeftOutDays = (amounts: string) =>
  z
    .strictObject({
      days: z.number().int().describe('Days, of each value of the dimension'),
      amount: DecimalString.nullable().describe(`Sum of the ${amounts} of these days; null when unknown`),
      list: z
        .array(
          z.strictObject({
            day: UnitDay,
            key: z.string().nullable().describe('Value of the dimension; null without one'),
          }),
        )
        .describe('The first hundred of these days'),
    })
    .describe(`Days that are in no cost per unit, with their ${amounts}`);

export const MOST_UNIT_COSTS = 1000;

export const UnitCosts = z
  .strictObject({
    dataset: DatasetName,
    unit: z.string().describe('One unit'),
    metric: CostMetric.describe('FOCUS cost column that is divided'),
    currency: Currency.nullable().describe('Currency; null: no cost, or several currencies'),
    window: z
      .strictObject({ start: UnitDay.describe('First day'), end: UnitDay.describe('Day after the last') })
      .describe('Window'),
    billedThrough: UnitDay.nullable().describe('Last whole day of the bills; null without a bill'),
    rows: z.array(UnitCostRow).describe('Periods, oldest first'),
    totalRows: z.number().int().describe('Rows, listed or not'),
    total: z
      .strictObject({
        cost: Money.nullable().describe('Cost of the days with both; null when unknown'),
        quantity: DecimalString.describe('Units of the days with both'),
        days: z.number().int().describe('Days with both'),
        costPerUnit: Money.nullable().describe('cost / quantity; null when unknown'),
        reason: z.string().nullable().describe('Reason for an unknown cost per unit; null when known'),
      })
      .describe('Total over the days with both cost and units'),
    costWithoutUnits: LeftOutDays('cost'),
    unitsWithoutCost: LeftOutDays('units'),
    rates: z.array(UsedRate).describe('Exchange rates that were used, with date and source'),
  })
  .describe('Cost per business unit');
export type UnitCosts = z.infer<typeof UnitCosts>;

export const getUnitCosts = endpoint({
  method: 'GET',
  path: '/api/v1/unit-datasets/:dataset/costs',
  scope: 'tradeoff.read',
  reads: 'money',
  summary: 'Get the cost per business unit by day or month; days without cost or units are listed and not divided',
  params: z.strictObject({ dataset: DatasetName }),
  query: z.strictObject({
    start: UnitDay.optional().describe('First day; default: 365 days before the end'),
    end: UnitDay.optional().describe('Day after the last; default: the day after the last whole day of the bills'),
    period: z.enum(['day', 'month']).default('month').describe('Length of a period'),
    by: UnitGrouping.optional(),
    metric: CostMetric.default(DEFAULT_METRIC),
    currency: Currency.optional().describe('Reporting currency; the setting `reportingCurrency` when left out'),
    limit: z.coerce.number().int().min(1).max(MOST_UNIT_COSTS).default(400).describe('Rows at most, the latest'),
  }),
  response: UnitCosts,
  errors: ['invalid_request', 'unit_dataset_not_found'],
});
