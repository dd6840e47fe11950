import { z } from 'zod';
import { BATCH_BODY_LIMIT_BYTES, endpoint, NextPageToken, PageQuery } from '../../platform/contract/schema.ts';
import { UtcInstant } from '../../platform/units/schema.ts';

const text = (description: string) => z.string().min(1).max(250).describe(description);
const ModelName = text('Registered model');
const PredictionId = z
  .string()
  .min(1)
  .max(200)
  .describe('Id of the prediction, assigned by the sender; the same id again changes nothing');
const Entity = text('Subject of the prediction (a user, a device), as outcomes name it');
const Value = z.json().describe('JSON: a class, a number, or a list of items, best first');

export const Prediction = z
  .strictObject({
    prediction: PredictionId,
    model: ModelName,
    modelVersion: text('Its version').optional(),
    endpoint: text('Endpoint that answered').optional(),
    environment: text('Environment').optional(),
    predictedAt: UtcInstant.optional().describe('Time of the prediction; default: its arrival'),
    entity: Entity.optional(),
    inputs: z.record(z.string(), z.json()).default({}).describe('Features by name'),
    output: Value,
    latencyMs: z.number().min(0).optional().describe('Latency in milliseconds'),
    inputTokens: z.number().int().min(0).optional().describe('Input tokens'),
    outputTokens: z.number().int().min(0).optional().describe('Output tokens'),
    caller: text('Calling account').optional(),
    project: text('Project that pays').optional(),
    team: text('Responsible team').optional(),
    variant: text('Variant of the endpoint that answered').optional(),
  })
  .describe('A prediction of a model');
export type Prediction = z.infer<typeof Prediction>;

export const Label = z
  .strictObject({
    prediction: PredictionId.optional(),
    entity: Entity.optional(),
    observedAt: UtcInstant.optional().describe('Time of the outcome; default: its arrival. Required with an entity.'),
    value: Value,
  })
  .refine(
    ({ prediction, entity }) => (prediction === undefined) !== (entity === undefined),
    'a prediction or an entity',
  )
  .refine(({ entity, observedAt }) => entity === undefined || observedAt !== undefined, 'observedAt with an entity')
  .describe('An outcome: of a prediction, or of an entity at a time');
export type Label = z.infer<typeof Label>;

const Rejected = z
  .array(
    z.strictObject({
      line: z.number().int().describe('Position in the list or file, from 1'),
      reason: z.string().describe('Reason for the rejection'),
    }),
  )
  .describe('The first hundred rejected rows');

export const Recorded = z
  .strictObject({
    accepted: z.number().int().describe('Stored rows: on the disk before the response'),
    sampledOut: z.number().int().describe('Rows left out by the sample rate of the monitor'),
    rejectedRows: z.number().int().describe('Rejected rows'),
    rejected: Rejected,
  })
  .describe('Result of a request that records rows');
export type Recorded = z.infer<typeof Recorded>;

const MOST = 10_000;

export const recordPredictions = endpoint({
  method: 'POST',
  path: '/api/v1/predictions',
  scope: 'mlops.write',
  reads: 'none',
  bodyLimitBytes: BATCH_BODY_LIMIT_BYTES,
  frequent: true,
  summary:
    'Record predictions of models served by Steelyard or elsewhere; valid rows are stored even if others are rejected',
  body: z.strictObject({ predictions: z.array(Prediction).min(1).max(MOST).describe('Predictions') }),
  response: Recorded,
  errors: ['storage_full'],
});

export const recordLabels = endpoint({
  method: 'POST',
  path: '/api/v1/labels',
  scope: 'mlops.write',
  reads: 'none',
  bodyLimitBytes: BATCH_BODY_LIMIT_BYTES,
  frequent: true,
  summary: 'Record outcomes (labels) at any later time; a later value for the same prediction replaces the earlier one',
  body: z.strictObject({ model: ModelName, labels: z.array(Label).min(1).max(MOST).describe('Labels') }),
  response: Recorded,
  errors: ['storage_full'],
});

export const LabelColumns = z
  .strictObject({
    prediction: text('Column of prediction ids').optional(),
    entity: text('Column of entities').optional(),
    observedAt: text('Column of instants').optional(),
    value: text('Column of the labels'),
  })
  .refine(
    ({ prediction, entity }) => (prediction === undefined) !== (entity === undefined),
    'a prediction or an entity',
  )
  .refine(({ entity, observedAt }) => entity === undefined || observedAt !== undefined, 'observedAt with an entity')
  .describe('Columns of the file');

export const importLabels = endpoint({
  method: 'POST',
  path: '/api/v1/labels/imports',
  scope: 'mlops.write',
  reads: 'object',
  summary: 'Record the labels of an uploaded CSV or Parquet file',
  body: z.strictObject({
    upload: z.string().describe('Id of the upload'),
    model: ModelName,
    columns: LabelColumns,
  }),
  response: Recorded,
  errors: ['upload_not_found', 'label_file_malformed', 'storage_full'],
});

export const LoggedPrediction = z
  .strictObject({
    prediction: PredictionId,
    model: ModelName,
    modelVersion: z.string().nullable().describe('Version of the model; null: not reported'),
    endpoint: z.string().nullable().describe('Endpoint that answered; null: not reported'),
    environment: z.string().nullable().describe('Environment; null: not reported'),
    predictedAt: UtcInstant,
    entity: z.string().nullable().describe('Subject of the prediction; null: not reported'),
    inputs: z.record(z.string(), z.json()).describe('Features by name'),
    output: Value,
    latencyMs: z.number().nullable().describe('Latency in milliseconds; null: not reported'),
    inputTokens: z.number().int().nullable().describe('Input tokens; null: not reported'),
    outputTokens: z.number().int().nullable().describe('Output tokens; null: not reported'),
    caller: z.string().nullable().describe('Calling account; null: not reported'),
    project: z.string().nullable().describe('Project that pays; null: not reported'),
    team: z.string().nullable().describe('Responsible team; null: not reported'),
    variant: z.string().nullable().describe('Variant of the endpoint that answered; null: not reported'),
    label: z.json().describe('Outcome; null: not known yet'),
    labelledAt: UtcInstant.nullable().describe('Arrival of the label; null: no label yet'),
  })
  .describe('A prediction with its outcome');
export type LoggedPrediction = z.infer<typeof LoggedPrediction>;

/** Filters of predictions, and the time as of which they are read (`knownAt`). */
export const predictionSelection = {
  modelVersion: z.string().optional().describe('Only predictions of this version'),
  endpoint: z.string().optional().describe('Only predictions of this endpoint'),
  environment: z.string().optional().describe('Only predictions of this environment'),
  variant: z.string().optional().describe('Only predictions that this variant of an endpoint answered'),
  start: UtcInstant.optional().describe('Only predictions at or after this time'),
  end: UtcInstant.optional().describe('Only predictions before this time'),
  knownAt: UtcInstant.optional().describe('Read as of this time: later arrivals are left out; default: now'),
};

export const listPredictions = endpoint({
  method: 'GET',
  path: '/api/v1/predictions',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'List predictions of a model with the labels that have arrived, latest first',
  query: z.strictObject({ model: ModelName, ...predictionSelection, ...PageQuery }),
  response: z.strictObject({
    predictions: z.array(LoggedPrediction).describe('One page'),
    nextPageToken: NextPageToken,
  }),
  errors: ['invalid_page_token'],
});

const Days = z.coerce.number().int().min(1).max(36_500);

const StoredRows = z
  .strictObject({
    rows: z.number().int().describe('Rows'),
    files: z.number().int().describe('Lake files with these rows; a file can contain other rows too'),
    sizeBytes: z.number().int().describe('Size of these files in bytes'),
  })
  .describe('Rows and their files');

export const PredictionRetention = z
  .strictObject({
    tables: z
      .array(
        z
          .strictObject({
            table: z
              .enum(['predictions', 'labels', 'shadowPredictions'])
              .describe('Table; shadowPredictions: answers of shadow variants, kept as long as predictions'),
            keepDays: z.number().int().nullable().describe('Retention of rows in days; null: unlimited'),
            before: z.iso
              .date()
              .nullable()
              .describe('UTC day; rows of earlier days are deleted. Null: no rows are deleted'),
            deletes: StoredRows,
            firstDay: z.iso.date().nullable().describe('First UTC day of these rows; null: no rows'),
            lastDay: z.iso.date().nullable().describe('Last UTC day of these rows; null: no rows'),
          })
          .describe('Effect of retention on a table'),
      )
      .describe('All tables'),
    unanswerable: z
      .array(
        z
          .strictObject({
            monitor: z.string().describe('Name of the monitor'),
            question: z.string().describe('Question that the remaining rows can no longer answer'),
          })
          .describe('A question that can no longer be answered'),
      )
      .describe('Questions of monitors that can no longer be answered; stored results remain'),
  })
  .describe('Rows that retention of predictions and labels deletes');
export type PredictionRetention = z.infer<typeof PredictionRetention>;

export const previewPredictionRetention = endpoint({
  method: 'GET',
  path: '/api/v1/predictions/retention',
  scope: 'mlops.read',
  summary:
    'Preview the rows that retention of predictions and labels deletes, by the settings or by other numbers of days; nothing is deleted',
  query: z.strictObject({
    predictionDays: Days.optional().describe('Retention of predictions in days; default: the setting predictionDays'),
    labelDays: Days.optional().describe('Retention of labels in days; default: the setting labelDays'),
  }),
  response: PredictionRetention,
  errors: [],
});

export const PredictionDeletion = z
  .strictObject({
    entity: z.string().describe('Subject'),
    dryRun: z.boolean().describe('True: nothing was deleted'),
    predictions: StoredRows,
    labels: StoredRows,
    shadowPredictions: StoredRows,
    notSearched: z
      .string()
      .nullable()
      .describe('Bytes that may contain rows of the subject and were not searched, with their location; null: none'),
  })
  .describe('Rows of one subject');
export type PredictionDeletion = z.infer<typeof PredictionDeletion>;

export const deletePredictions = endpoint({
  method: 'POST',
  path: '/api/v1/predictions/deletions',
  scope: 'platform.write',
  summary: 'Delete the predictions about one subject and their labels, in journal and lake; a dry run only counts them',
  body: z.strictObject({
    entity: z.string().min(1).max(500).describe('Subject: the entity of predictions and labels'),
    model: z.string().min(1).max(500).optional().describe('Only rows of this model; default: all models'),
    dryRun: z.boolean().describe('True: count rows without deleting them'),
  }),
  response: PredictionDeletion,
  errors: ['storage_full'],
});
