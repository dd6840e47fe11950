import { z } from 'zod';
import { CostMetric, DEFAULT_METRIC } from '../../finops/billing/schema.ts';
import { UsedRate } from '../../finops/exchange/schema.ts';
import { ModelName } from '../../mlops/registry/schema.ts';
import { endpoint, PartialAnswer } from '../../platform/contract/schema.ts';
import { Currency, DecimalString, Money, UtcInstant } from '../../platform/units/schema.ts';
import { CostInterval } from '../unit-cost/schema.ts';
import { RetrainingReturns } from './calibration/schema.ts';
import { ReturnDay, ReturnDimension } from './dimension/schema.ts';
import { ExperimentReturn } from './experiments/schema.ts';

export { RetrainingReturns } from './calibration/schema.ts';
export { ReturnDay, ReturnDimension } from './dimension/schema.ts';
export {
  getUnitCosts,
  listUnitDatasets,
  MOST_UNIT_ROWS,
  RecordedUnits,
  recordUnits,
  UnitCosts,
  UnitDay,
  UnitGrouping,
  UnitRow,
} from './units/schema.ts';

export const ReturnSource = z
  .enum(['events', 'labels', 'stated', 'metric', 'mixed'])
  .describe(
    'events: sum of outcome events. labels: sum of the amounts of the labels of logged predictions. stated: perPrediction of a ModelValue x logged predictions. metric: value of a unit of a metric x logged metric x logged predictions. mixed: several of them',
  );
export type ReturnSource = z.infer<typeof ReturnSource>;

export const CostFigure = z
  .strictObject({
    cost: Money.nullable().describe('Cost in the window; null when unknown'),
    basis: z
      .enum(['allocated', 'reconciled', 'metered', 'mixed'])
      .nullable()
      .describe(
        'allocated: cost of the bill that allocation rules assign to the subject. reconciled: billed cost split by metered usage. metered: usage x price. mixed: parts of several. null: unknown',
      ),
    isLowerBound: z.boolean().describe('True: a part is unknown, so the cost is at least this much'),
    reason: z.string().nullable().describe('Reason for an unknown cost or a lower bound; null when complete'),
  })
  .describe('Cost with its basis');
export type CostFigure = z.infer<typeof CostFigure>;

export const Payback = z
  .strictObject({
    state: z
      .enum(['paid_back', 'projected', 'not_projected', 'unknown'])
      .describe(
        'paid_back: value - cost to run has covered the cost to make. projected: an estimate of that day. not_projected: no estimate is possible. unknown: a part is unknown',
      ),
    date: ReturnDay.nullable().describe(
      'First day from which the balance stays at or above 0; an estimate when projected',
    ),
    earliest: ReturnDay.nullable().describe(
      'Earliest projected day, by the upper end of perDayInterval; null when not projected',
    ),
    latest: ReturnDay.nullable().describe(
      'Latest projected day, by the lower end of perDayInterval; null when not projected, or when that end is not above 0',
    ),
    since: ReturnDay.nullable().describe('First day with a cost to make and a known cost to run; null when unknown'),
    made: Money.nullable().describe('Cost to make from the first day to the end of the window; null when unknown'),
    balance: Money.nullable().describe(
      'value - cost to run - cost to make at the end of the window; null when unknown',
    ),
    perDay: Money.nullable().describe(
      'Mean of value - cost to run of the last 28 days; null when paid back or unknown',
    ),
    perDayInterval: CostInterval.nullable().describe(
      "95 % interval of perDay, Student's, days taken as independent; null when paid back or unknown",
    ),
    reason: z.string().nullable().describe('Reason for a missing date or latest date; null when complete'),
  })
  .describe('Payback of the cost to make');
export type Payback = z.infer<typeof Payback>;

export const ReturnFigures = z
  .strictObject({
    window: z
      .strictObject({ start: ReturnDay.describe('First day'), end: ReturnDay.describe('Day after the last') })
      .describe('Days of value and cost to run: the window of the answer from the first day with a known cost on'),
    making: CostFigure.describe(
      'Cost to make in the window of the answer: training, experiment and data purposes, or the runs',
    ),
    running: CostFigure.describe('Cost to run: all other purposes'),
    value: z
      .strictObject({
        total: Money.nullable().describe('Value; null when unknown'),
        interval: CostInterval.nullable().describe(
          '95 % interval of the total: that of the mean value of a prediction x predictions; null when not measured on logged predictions',
        ),
        source: ReturnSource.nullable().describe('Source of the value; null when unknown'),
        outcomes: z
          .number()
          .int()
          .nullable()
          .describe('Predictions with an outcome; null when the value is not measured by events or labels'),
        reason: z.string().nullable().describe('Reason for an unknown value; null when known'),
      })
      .describe('Value of the predictions'),
    contribution: z
      .strictObject({
        amount: Money.nullable().describe('value - cost to run; null when one of them is unknown'),
        interval: CostInterval.nullable().describe('95 % interval, from that of the value; null without it'),
        reason: z.string().nullable().describe('Reason for an unknown contribution; null when known'),
      })
      .describe('Contribution'),
    net: z
      .strictObject({
        amount: Money.nullable().describe('contribution - cost to make; null when one of them is unknown'),
        reason: z.string().nullable().describe('Reason for an unknown net return; null when known'),
      })
      .describe('Net return'),
    marginRatio: z
      .number()
      .nullable()
      .describe('contribution / value, at most 1; null when unknown or when the value is not above 0'),
    costPerOutcome: z
      .strictObject({
        cost: Money.nullable().describe('Cost to run / predictions with an outcome; null when unknown'),
        reason: z.string().nullable().describe('Reason for an unknown cost; null when known'),
      })
      .describe('Cost per outcome'),
    payback: Payback,
    notes: z.array(z.string()).describe('Facts that the figures leave out'),
  })
  .describe('Return of one subject');
export type ReturnFigures = z.infer<typeof ReturnFigures>;

export const ReturnRow = z
  .strictObject({
    key: z.string().nullable().describe('Value of the dimension; null for cost and value without one'),
    model: z.string().nullable().describe('Registered model of a version; null for other dimensions'),
    ...ReturnFigures.shape,
    experiment: ExperimentReturn.nullable().describe('Facts of an experiment; null for other dimensions'),
  })
  .describe('Return of a subject');
export type ReturnRow = z.infer<typeof ReturnRow>;

const ReturnTotal = z
  .strictObject({
    currency: Currency,
    making: DecimalString.describe('Sum of the known costs to make, in `currency`'),
    running: DecimalString.describe('Sum of the known costs to run, in `currency`'),
    value: DecimalString.describe('Sum of the known values, in `currency`'),
    contribution: DecimalString.describe('Sum of the known contributions, in `currency`'),
    withoutContribution: z.number().int().describe('Rows with an unknown contribution: in no sum of contributions'),
    bases: z.array(z.string()).describe('Bases of the costs; more than one: the sums mix them'),
  })
  .describe('Totals of the listed rows in one currency');

const UnmatchedRow = z.strictObject({
  key: z.string().nullable().describe('Value of the dimension, for a version with its model; null: without one'),
  amount: Money.describe('The known side'),
  reason: z.string().describe('Reason for the unknown side'),
});

export const MOST_RETURNS = 500;

export const Returns = z
  .strictObject({
    by: ReturnDimension,
    metric: CostMetric.describe('FOCUS cost column of billed cost'),
    currency: Currency.nullable().describe('Reporting currency; null: each row in its own currency'),
    window: z
      .strictObject({ start: ReturnDay.describe('First day'), end: ReturnDay.describe('Day after the last') })
      .describe('Window of the answer'),
    billedThrough: ReturnDay.nullable().describe('Last whole day of the bills; null without a bill'),
    rows: z.array(ReturnRow).describe('Rows, largest value or cost first'),
    totalRows: z.number().int().describe('Rows, listed or not'),
    totals: z.array(ReturnTotal).describe('Totals of the listed rows by currency'),
    costsWithoutValue: z.array(UnmatchedRow).describe('Listed rows with a cost and without a known value'),
    valueWithoutCost: z.array(UnmatchedRow).describe('Listed rows with a value and without a known cost to run'),
    retraining: RetrainingReturns.nullable().describe(
      'Predicted against measured gain of retraining; null for other dimensions than version',
    ),
    rates: z.array(UsedRate).describe('Exchange rates that were used, with date and source'),
    notes: z.array(z.string()).describe('Facts that the answer leaves out'),
    partial: PartialAnswer,
  })
  .describe('Returns of subjects');
export type Returns = z.infer<typeof Returns>;

const Range = {
  start: ReturnDay.optional().describe('First day; default: 365 days before the end'),
  end: ReturnDay.optional().describe(
    'Day after the last; default: the day after the last whole day of the bills, or tomorrow where costs are metered',
  ),
  metric: CostMetric.default(DEFAULT_METRIC),
  currency: Currency.optional().describe('Reporting currency; the setting `reportingCurrency` when left out'),
};

export const listReturns = endpoint({
  method: 'GET',
  path: '/api/v1/returns',
  scope: 'tradeoff.read',
  reads: ['money', 'team'],
  summary: 'Get cost to make, cost to run, value, contribution and payback by model, team, version and other subjects',
  query: z.strictObject({
    by: ReturnDimension.default('model'),
    model: ModelName.optional().describe('Only this registered model'),
    qualityMetric: z
      .string()
      .min(1)
      .max(250)
      .optional()
      .describe(
        'Metric of the cost per point of quality of experiments; default: the first quality rule of the policy',
      ),
    ...Range,
    limit: z.coerce.number().int().min(1).max(MOST_RETURNS).default(100).describe('Rows at most'),
  }),
  response: Returns,
  errors: ['invalid_request', 'model_not_found'],
});

export const ReturnPoint = z
  .strictObject({
    day: ReturnDay,
    making: DecimalString.nullable().describe('Cost to make of the day; null when unknown'),
    running: DecimalString.nullable().describe('Cost to run of the day; null when unknown'),
    value: DecimalString.nullable().describe('Value of the day; null when unknown'),
    balance: DecimalString.nullable().describe(
      'value - cost to run - cost to make since the first day; null when unknown',
    ),
  })
  .describe('Cost and value of one day');
export type ReturnPoint = z.infer<typeof ReturnPoint>;

export const ReturnMark = z
  .strictObject({
    at: UtcInstant.describe('Time of the event'),
    version: z.string().describe('Model version'),
    kind: z
      .enum(['registered', 'served'])
      .describe('registered: the version was registered. served: an endpoint sent it traffic first'),
    endpoint: z.string().nullable().describe('Endpoint that serves it; null for a registration'),
  })
  .describe('Event of a version');
export type ReturnMark = z.infer<typeof ReturnMark>;

export const ModelReturn = z
  .strictObject({
    model: z.string().describe('Model'),
    isRegistered: z.boolean().describe('False: only bills and events name it, or it was deleted'),
    currency: Currency.nullable().describe('Currency of the trend; null: the parts are in several currencies'),
    figures: ReturnFigures,
    trend: z.array(ReturnPoint).describe('Days of the window, oldest first'),
    marks: z.array(ReturnMark).describe('Versions that were registered or first served in the window, oldest first'),
    retraining: RetrainingReturns,
    rates: z.array(UsedRate).describe('Exchange rates that were used, with date and source'),
  })
  .describe('Return of a model with its trend');
export type ModelReturn = z.infer<typeof ModelReturn>;

export const getModelReturn = endpoint({
  method: 'GET',
  path: '/api/v1/models/:model/returns',
  scope: 'tradeoff.read',
  reads: ['money', 'object'],
  summary: 'Get the return of a model with its daily trend, its versions as marks and the gains of retraining',
  params: z.strictObject({ model: ModelName.describe('Model') }),
  query: z.strictObject(Range),
  response: ModelReturn,
  errors: ['invalid_request', 'model_not_found'],
});
