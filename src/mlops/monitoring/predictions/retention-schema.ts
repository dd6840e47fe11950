import { z } from 'zod';
import { endpoint } from '../../../platform/contract/schema.ts';

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
