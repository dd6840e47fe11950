import { z } from 'zod';
import { BATCH_BODY_LIMIT_BYTES, endpoint } from '../../platform/contract/schema.ts';
import { Duration } from '../../platform/units/quantities/schema.ts';
import { Currency, DecimalString, decimal, Money, Period, UtcInstant } from '../../platform/units/schema.ts';
import { CostInterval } from '../unit-cost/schema.ts';

const text = (description: string) => z.string().min(1).max(250).describe(description);
const tag = (description: string) => text(description).refine((value) => !value.includes('\0'), 'a text without NUL');
const ModelName = text('Registered model');

/** Decimals of an amount that are kept. */
export const AMOUNT_DECIMALS = 6;
/** Largest absolute amount of an event or a label, in its currency. */
export const LARGEST_AMOUNT = 1e9;

const SignedAmount = DecimalString.refine(
  (amount) => decimal(amount).decimalPlaces() <= AMOUNT_DECIMALS && decimal(amount).abs().lte(LARGEST_AMOUNT),
  `at most ${AMOUNT_DECIMALS} decimals, and between -1000000000 and 1000000000`,
).describe('Amount in `currency`, at most 6 decimals; negative for a refund or a loss');

export const OutcomeEvent = z
  .strictObject({
    id: z
      .string()
      .min(1)
      .max(200)
      .describe('Id of the event within its model, assigned by the sender; the same event again changes nothing'),
    model: ModelName,
    version: text('Model version that made the outcome; the prediction log takes precedence').optional(),
    endpoint: text('Endpoint that answered').optional(),
    prediction: z.string().min(1).max(200).describe('Id of the prediction that led to the outcome').optional(),
    customer: tag('Customer of the outcome, for margins by customer').optional(),
    feature: tag('Product feature that led to the outcome, for margins by feature').optional(),
    at: UtcInstant.describe('Time of the outcome, at most 5 minutes ahead of the server'),
    amount: SignedAmount,
    currency: Currency,
  })
  .describe('Money that a prediction earned or lost');
export type OutcomeEvent = z.infer<typeof OutcomeEvent>;

export const MOST_EVENTS = 10_000;

export const RecordedEvents = z
  .strictObject({
    accepted: z.number().int().describe('Stored events'),
    duplicates: z.number().int().describe('Events that were stored before with the same content'),
    rejectedRows: z.number().int().describe('Rejected events'),
    rejected: z
      .array(
        z.strictObject({
          line: z.number().int().describe('Position in the list, from 1'),
          reason: z.string().describe('Reason for the rejection'),
        }),
      )
      .describe('The first hundred rejected events'),
  })
  .describe('Result of a request that records outcome events');
export type RecordedEvents = z.infer<typeof RecordedEvents>;

export const recordOutcomeEvents = endpoint({
  method: 'POST',
  path: '/api/v1/outcome-events',
  scope: 'tradeoff.write',
  reads: 'none',
  bodyLimitBytes: BATCH_BODY_LIMIT_BYTES,
  frequent: true,
  summary: 'Record outcome events with amounts; valid events are stored even if others are rejected',
  body: z.strictObject({
    events: z.array(z.json().describe('An outcome event')).min(1).max(MOST_EVENTS).describe('Outcome events'),
  }),
  response: RecordedEvents,
  errors: ['storage_full'],
});

const DAY_MS = 86_400_000;

const LabelField = z
  .string()
  .max(500)
  .regex(
    /^((label|output)(\.[^\0]+)?|inputs\.[^\0]+)$/,
    'label, output, or a field such as label.amount, output.score or inputs.price',
  );

const TagField = z
  .union([LabelField, z.enum(['caller', 'entity', 'project', 'team', 'environment', 'variant'])])
  .describe(
    'Field of a logged prediction: caller, entity, project, team, environment, variant, inputs.NAME, output.NAME or label.NAME',
  );

export const LabelWorth = z
  .strictObject({
    endpoint: text('Only predictions that this endpoint answered; default: of any').optional(),
    field: LabelField.optional().describe('Field that is compared with `equals`; default: label'),
    equals: z
      .union([z.string(), z.number(), z.boolean()])
      .transform(String)
      .optional()
      .describe('Only predictions whose field has this value; 1 and 1.0 are the same; default: any label'),
    amount: SignedAmount.optional().describe('Amount of each such prediction, at most 6 decimals; negative for a loss'),
    amountField: LabelField.optional().describe(
      'Field with the amount, a number or a numeric text, rounded to 6 decimals; instead of `amount`',
    ),
  })
  .refine(
    ({ amount, amountField }) => (amount === undefined) !== (amountField === undefined),
    'either amount or amountField',
  )
  .refine(({ field, equals }) => field === undefined || equals !== undefined, 'field needs equals')
  .describe('Amount of labelled predictions');
export type LabelWorth = z.output<typeof LabelWorth>;

export const LabelValue = z
  .strictObject({
    from: z.iso
      .date()
      .optional()
      .describe(
        'First UTC day of the predictions that labels value; outcome events value those before. Default: all days, without outcome events',
      ),
    currency: Currency,
    worth: z
      .array(LabelWorth)
      .min(1)
      .max(20)
      .describe('A labelled prediction has the amount of the first entry that it meets; 0 where it meets none'),
    customer: TagField.optional().describe('Field with the customer, for margins by customer; default: none'),
    feature: TagField.optional().describe('Field with the product feature, for margins by feature; default: none'),
  })
  .describe('Amounts of the labels of logged predictions');
export type LabelValue = z.output<typeof LabelValue>;

/** `kind: ModelValue` of `steelyard apply`. */
export const ModelValueSpec = z
  .strictObject({
    model: ModelName,
    perPrediction: Money.optional().describe(
      'Stated value of one prediction of any version; used where no outcome event or label measures it',
    ),
    labels: LabelValue.optional(),
    outcomesWithin: Duration.prefault('0s')
      .refine((ms) => ms <= 365 * DAY_MS, 'at most 365d')
      .describe(
        'Time from a prediction to its last outcome event or label: later predictions are left out of the measured value; default 0s',
      ),
  })
  .describe('Value of the predictions of a model');
export type ModelValueSpec = z.output<typeof ModelValueSpec>;

export const ValueSource = z
  .enum(['events', 'labels', 'stated', 'metric'])
  .describe(
    'events: measured from outcome events. labels: measured from the labels of logged predictions, by `labels` of a ModelValue; with outcome events of earlier days where the window has some. stated: perPrediction of a ModelValue. metric: value of a unit of a metric (valuePerPrediction of the monitor) times the metric of the version',
  );
export type ValueSource = z.infer<typeof ValueSource>;

export const ValueFigure = z
  .strictObject({
    source: ValueSource,
    perPrediction: Money.nullable().describe('Mean value of a prediction; null when unknown'),
    reason: z.string().nullable().describe('Reason for an unknown value; null when known'),
    interval: CostInterval.nullable().describe(
      '95 % interval of perPrediction: Student, over predictions; null for a stated value, and with fewer than 10 predictions with an outcome',
    ),
    variance: z
      .number()
      .nullable()
      .describe('Sample variance of the value of a prediction, in the currency squared; null when not measured'),
    total: Money.nullable().describe(
      'Sum of the outcome events or labels in the window; null without any or for other sources',
    ),
    events: z.number().int().describe('Outcome events in the window, or labels with an amount'),
    predictions: z.number().int().nullable().describe('Logged predictions in the window; null when not counted'),
    withOutcome: z.number().int().describe('Predictions with an outcome event, or a label with an amount'),
    window: Period.nullable().describe('Window of the predictions; null for stated and metric'),
    completeness: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .describe(
        'Share of the outcome events, or labels that have or need an amount, that count for a version, 0 to 1; null for other sources',
      ),
    origin: z.string().describe('Origin of the figure'),
  })
  .describe('Value of a prediction of a version, from one source');
export type ValueFigure = z.infer<typeof ValueFigure>;

export const ModelValue = z
  .strictObject({
    model: ModelName,
    window: Period.describe('Window of the predictions'),
    versions: z
      .array(z.strictObject({ version: z.string().describe('Model version'), ...ValueFigure.shape }))
      .describe('Measured value by version and currency; a version without events in the window is listed too'),
    unattributed: z
      .array(
        z.strictObject({
          currency: Currency,
          total: DecimalString.describe('Sum of the events, in `currency`'),
          events: z.number().int().describe('Outcome events'),
        }),
      )
      .describe('Outcome events without a version, by currency: left out of every version'),
    stated: ValueFigure.nullable().describe('Stated value of a prediction; null when none is stated'),
    perUnit: z
      .strictObject({
        metric: z.string().describe('Metric of the monitor'),
        value: Money.describe('Value of one unit of the metric in one prediction'),
        monitor: z.string().describe('Monitor that states it'),
      })
      .nullable()
      .describe('Value of a unit of a metric, as the monitor states it; null when none is stated'),
  })
  .describe('Value of the versions of a model');
export type ModelValue = z.infer<typeof ModelValue>;

export const getModelValue = endpoint({
  method: 'GET',
  path: '/api/v1/models/:model/value',
  scope: 'tradeoff.read',
  reads: 'object',
  summary: 'Get the value of the versions of a model from outcome events or labels, with interval and completeness',
  params: z.strictObject({ model: ModelName }),
  query: z.strictObject({
    start: UtcInstant.optional().describe('Start of the window; default: 30 days before its end'),
    end: UtcInstant.optional().describe('End of the window; default: now, less outcomesWithin of the ModelValue'),
  }),
  response: ModelValue,
  errors: ['model_not_found', 'invalid_request'],
});
