import { z } from 'zod';
import { BATCH_BODY_LIMIT_BYTES, endpoint, NextPageToken, PageQuery } from '../../platform/contract/schema.ts';
import { UtcInstant } from '../../platform/units/schema.ts';

const text = (what: string) => z.string().min(1).max(250).describe(what);
const ModelName = text('Registered model');
const PredictionId = z
  .string()
  .min(1)
  .max(200)
  .describe('Id of the prediction, of the sender; one that comes again changes nothing');
const Entity = text('Who or what it was about (a user, a device), as outcomes name it');
const Value = z.json().describe('JSON: a class, a number, or a list of items, best first');

export const Prediction = z
  .strictObject({
    prediction: PredictionId,
    model: ModelName,
    modelVersion: text('Its version').optional(),
    endpoint: text('Endpoint that answered').optional(),
    environment: text('Environment').optional(),
    predictedAt: UtcInstant.optional().describe('When it was made; default: when it arrives'),
    entity: Entity.optional(),
    inputs: z.record(z.string(), z.json()).default({}).describe('Features by name'),
    output: Value,
    latencyMs: z.number().min(0).optional().describe('Milliseconds until the answer'),
    inputTokens: z.number().int().min(0).optional().describe('Tokens that it read'),
    outputTokens: z.number().int().min(0).optional().describe('Tokens that it wrote'),
    caller: text('Who asked').optional(),
    project: text('Project that pays').optional(),
    team: text('Team that answers for it').optional(),
  })
  .describe('What a model answered');
export type Prediction = z.infer<typeof Prediction>;

export const Label = z
  .strictObject({
    prediction: PredictionId.optional(),
    entity: Entity.optional(),
    observedAt: UtcInstant.optional().describe('When it happened; default: when it arrives. Needed with an entity.'),
    value: Value,
  })
  .refine(
    ({ prediction, entity }) => (prediction === undefined) !== (entity === undefined),
    'a prediction or an entity',
  )
  .refine(({ entity, observedAt }) => entity === undefined || observedAt !== undefined, 'observedAt beside an entity')
  .describe('What really happened: of a prediction, or of an entity at a time');
export type Label = z.infer<typeof Label>;

const Rejected = z
  .array(
    z.strictObject({
      line: z.number().int().describe('Place in the list or file, from 1'),
      reason: z.string().describe('Why it was not kept'),
    }),
  )
  .describe('The first hundred of those that were not kept');

export const Recorded = z
  .strictObject({
    accepted: z.number().int().describe('Kept: on the disk before this was answered'),
    sampledOut: z.number().int().describe('Left out, because the monitor keeps a share of the predictions'),
    rejectedRows: z.number().int().describe('Not kept, because something is wrong with them'),
    rejected: Rejected,
  })
  .describe('What became of them');
export type Recorded = z.infer<typeof Recorded>;

const MOST = 10_000;

export const recordPredictions = endpoint({
  method: 'POST',
  path: '/api/v1/predictions',
  scope: 'mlops.write',
  bodyLimitBytes: BATCH_BODY_LIMIT_BYTES,
  frequent: true,
  summary: 'Record predictions, for models that are served elsewhere too; those that can be kept are',
  body: z.strictObject({ predictions: z.array(Prediction).min(1).max(MOST).describe('Predictions') }),
  response: Recorded,
  errors: ['storage_full'],
});

export const recordLabels = endpoint({
  method: 'POST',
  path: '/api/v1/labels',
  scope: 'mlops.write',
  bodyLimitBytes: BATCH_BODY_LIMIT_BYTES,
  frequent: true,
  summary:
    'Record what really happened, whenever it is known; a later value of the same takes the place of the earlier',
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
  .refine(({ entity, observedAt }) => entity === undefined || observedAt !== undefined, 'observedAt beside an entity')
  .describe('Which column holds what');

export const importLabels = endpoint({
  method: 'POST',
  path: '/api/v1/labels/imports',
  scope: 'mlops.write',
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
    modelVersion: z.string().nullable().describe('Its version; null: not said'),
    endpoint: z.string().nullable().describe('Endpoint that answered; null: not said'),
    environment: z.string().nullable().describe('Environment; null: not said'),
    predictedAt: UtcInstant,
    entity: z.string().nullable().describe('Who or what it was about; null: not said'),
    inputs: z.record(z.string(), z.json()).describe('Features by name'),
    output: Value,
    latencyMs: z.number().nullable().describe('Milliseconds until the answer; null: not said'),
    inputTokens: z.number().int().nullable().describe('Tokens that it read; null: not said'),
    outputTokens: z.number().int().nullable().describe('Tokens that it wrote; null: not said'),
    caller: z.string().nullable().describe('Who asked; null: not said'),
    project: z.string().nullable().describe('Project that pays; null: not said'),
    team: z.string().nullable().describe('Team that answers for it; null: not said'),
    label: z.json().describe('What really happened; null while nobody knows'),
    labelledAt: UtcInstant.nullable().describe('When that arrived here; null while it has not'),
  })
  .describe('A prediction with what came of it');
export type LoggedPrediction = z.infer<typeof LoggedPrediction>;

/** Filters of predictions, and the time of the knowledge (`knownAt`). */
export const predictionSelection = {
  modelVersion: z.string().optional().describe('Only of this version'),
  endpoint: z.string().optional().describe('Only of this endpoint'),
  environment: z.string().optional().describe('Only of this environment'),
  start: UtcInstant.optional().describe('Only made from then on'),
  end: UtcInstant.optional().describe('Only made before then'),
  knownAt: UtcInstant.optional().describe('As it was known then: what arrived later is left out; default: now'),
};

export const listPredictions = endpoint({
  method: 'GET',
  path: '/api/v1/predictions',
  scope: 'mlops.read',
  summary: 'Predictions of a model with the labels that have come, latest first',
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
    files: z.number().int().describe('Files of the lake that hold them; a file may hold other rows too'),
    sizeBytes: z.number().int().describe('Bytes of these files'),
  })
  .describe('Rows and their files');

export const PredictionRetention = z
  .strictObject({
    tables: z
      .array(
        z
          .strictObject({
            table: z.enum(['predictions', 'labels']).describe('Table'),
            keepDays: z.number().int().nullable().describe('Days that rows are kept; null: for ever'),
            before: z.iso.date().nullable().describe('UTC day; rows of earlier days are deleted. Null: none are'),
            deletes: StoredRows,
            firstDay: z.iso.date().nullable().describe('First UTC day of these rows; null: there are none'),
            lastDay: z.iso.date().nullable().describe('Last UTC day of these rows; null: there are none'),
          })
          .describe('What retention does to a table'),
      )
      .describe('Both tables'),
    unanswerable: z
      .array(
        z
          .strictObject({
            monitor: z.string().describe('Name of the monitor'),
            question: z.string().describe('What of it can no longer be answered from the rows that stay'),
          })
          .describe('A question that loses its rows'),
      )
      .describe('What monitors can no longer answer; results that were stored before stay'),
  })
  .describe('What retention of predictions and labels deletes');
export type PredictionRetention = z.infer<typeof PredictionRetention>;

export const previewPredictionRetention = endpoint({
  method: 'GET',
  path: '/api/v1/predictions/retention',
  scope: 'mlops.read',
  summary:
    'Show what retention of predictions and labels deletes, by the settings or by other numbers of days; nothing is deleted',
  query: z.strictObject({
    predictionDays: Days.optional().describe('Days that predictions are kept; default: the setting predictionDays'),
    labelDays: Days.optional().describe('Days that labels are kept; default: the setting labelDays'),
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
    notSearched: z
      .string()
      .nullable()
      .describe('Bytes that may hold rows of the subject and were not searched, and where they are; null: none'),
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
    model: z.string().min(1).max(500).optional().describe('Only of this model; default: of all'),
    dryRun: z.boolean().describe('True: only count'),
  }),
  response: PredictionDeletion,
  errors: ['storage_full'],
});
