import { z } from 'zod';
import { endpoint } from '../../platform/contract/schema.ts';
import { Currency, DecimalString, Period, UtcInstant } from '../../platform/units/schema.ts';
import { Upload, UploadId } from '../../platform/uploads/schema.ts';
import { RunId } from '../runs/schema.ts';

export const EvaluationName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'small letters, digits, ".", "_" and "-", at most 63')
  .describe('Name of an evaluation within its run; versions are compared by evaluations of the same name');

/** Evaluation of a candidate on the predictions of the window that triggered its retraining. */
export const TRIGGER_WINDOW = 'trigger-window';

/** Outcomes of the logged predictions of a version in such a window: made by the server, never imported. */
export const OBSERVED_WINDOW = 'trigger-window.observed';

const ColumnName = z.string().min(1).max(250).describe('Name of a column');

/** Most numeric outcomes of one table. */
const MOST_SCORES = 50;

export const EvaluationColumns = z
  .strictObject({
    id: ColumnName.describe('Column of the example ids; the rows of two tables pair by them'),
    correct: ColumnName.optional().describe('Column of the binary outcome: true/false or 1/0'),
    scores: z.array(ColumnName).max(MOST_SCORES).default([]).describe('Columns of numeric outcomes'),
    cluster: ColumnName.optional().describe('Column of the user or group of an example; examples of one are dependent'),
    confidence: ColumnName.optional().describe(
      'Column of the confidence of the answer, 0 to 1; cascades are fitted on it',
    ),
    latencyMs: ColumnName.optional().describe('Column of the latency in milliseconds'),
    cost: ColumnName.optional().describe('Column of the cost of an example, in `currency`'),
    currency: Currency.optional().describe('Currency of `cost`; required with it'),
  })
  .refine(
    ({ correct, scores }) => correct !== undefined || scores.length > 0,
    'name an outcome: `correct`, `scores`, or both',
  )
  .refine(({ cost, currency }) => (cost === undefined) === (currency === undefined), 'cost needs currency')
  .describe('Columns of a table of per-example outcomes');
export type EvaluationColumns = z.infer<typeof EvaluationColumns>;

export const OutcomeSummary = z
  .strictObject({
    outcome: ColumnName.describe('Name of the outcome: its column'),
    kind: z.enum(['binary', 'score']).describe('binary: 0 or 1; score: a number'),
    mean: z.number().describe('Mean over the examples, in the unit of the outcome'),
    variance: z.number().nullable().describe('Sample variance; null with one example'),
    inflation: z
      .number()
      .min(1)
      .nullable()
      .describe('Variance of the mean with clusters, divided by that of independent examples; null without clusters'),
  })
  .describe('One outcome of an evaluation');
export type OutcomeSummary = z.infer<typeof OutcomeSummary>;

export const Evaluation = z
  .strictObject({
    evaluation: z.string().describe('Id of the table'),
    runId: RunId,
    name: EvaluationName,
    version: z.number().int().describe('Version of the table; another content under the same name is a new version'),
    rows: z.number().int().describe('Examples'),
    sha256: z.string().describe('SHA-256 of the rows in order of their ids; independent of the file format'),
    source: z.string().describe('Imported file or artifact'),
    outcomes: z.array(OutcomeSummary).describe('Outcomes by name, the binary one first'),
    clusters: z.number().int().nullable().describe('Number of users or groups; null without a cluster column'),
    confidence: z
      .strictObject({
        lowest: z.number().min(0).max(1).describe('Lowest confidence, 0 to 1'),
        mean: z.number().min(0).max(1).describe('Mean confidence, 0 to 1'),
        highest: z.number().min(0).max(1).describe('Highest confidence, 0 to 1'),
      })
      .optional()
      .describe('Confidence of the answers; left out without a confidence column'),
    latencyP95Ms: z.number().nullable().describe('95th percentile of the latency in ms; null without a latency column'),
    cost: z
      .strictObject({ amount: DecimalString.describe('Exact sum over the examples'), currency: Currency })
      .nullable()
      .describe('Total cost; null without a cost column'),
    window: Period.optional().describe('Time of the predictions; left out for tables that are of no window'),
    testSet: z
      .string()
      .optional()
      .describe('Id of the table with the logged outcomes of the same predictions; left out where there is none'),
    importedAt: UtcInstant.describe('Time of the import'),
    importedBy: z.string().describe('Account that imported it'),
  })
  .describe('Table of per-example outcomes of a run');
export type Evaluation = z.infer<typeof Evaluation>;

const Moments = z
  .strictObject({
    mean: z.number().describe('Mean'),
    variance: z.number().nullable().describe('Sample variance; null with one pair'),
  })
  .describe('Mean and sample variance over the pairs');
export type Moments = z.infer<typeof Moments>;

export const PairedOutcomes = z
  .strictObject({
    pairs: z.number().int().describe('Examples that both tables have'),
    counts: z
      .strictObject({
        both: z.number().int().describe('Pairs with both correct'),
        onlyCandidate: z.number().int().describe('Pairs with only the candidate correct'),
        onlyBaseline: z.number().int().describe('Pairs with only the baseline correct'),
        neither: z.number().int().describe('Pairs with neither correct'),
      })
      .nullable()
      .describe('Counts of a binary outcome; null for a score'),
    candidate: Moments.describe('Candidate, over the pairs'),
    baseline: Moments.describe('Baseline, over the pairs'),
    difference: Moments.describe('Candidate minus baseline, over the pairs'),
    clusters: z
      .strictObject({
        count: z.number().int().describe('Clusters of the pairs'),
        inflation: z
          .number()
          .min(1)
          .describe('Variance of the mean difference with clusters, divided by that of independent examples'),
      })
      .nullable()
      .describe('Dependence within clusters; null where the candidate has no cluster column'),
  })
  .describe('Sufficient statistics of two tables paired by example id');
export type PairedOutcomes = z.infer<typeof PairedOutcomes>;

export const sendEvaluationFile = endpoint({
  method: 'POST',
  path: '/api/v1/evaluations/files',
  scope: 'mlops.write',
  reads: 'none',
  summary: 'Upload a table of per-example outcomes for an import',
  query: z.strictObject({ name: z.string().min(1).max(255).describe('File name, for messages') }),
  accepts: 'bytes',
  response: Upload,
  errors: ['payload_too_large', 'storage_full'],
});

export const importEvaluation = endpoint({
  method: 'POST',
  path: '/api/v1/evaluations',
  scope: 'mlops.write',
  reads: 'object',
  summary: 'Import per-example outcomes of a run from an uploaded file or an artifact of the run',
  body: z
    .strictObject({
      runId: RunId,
      name: EvaluationName.refine(
        (name) => name !== OBSERVED_WINDOW,
        `"${OBSERVED_WINDOW}" is made from logged predictions; import answers of a candidate as "${TRIGGER_WINDOW}"`,
      ).default('default'),
      columns: EvaluationColumns,
      upload: UploadId.optional().describe('Id of the uploaded file; or give `artifact`'),
      artifact: z
        .string()
        .min(1)
        .max(1000)
        .optional()
        .describe('Path of an artifact of the run, such as a table of mlflow.log_table'),
    })
    .refine(
      ({ upload, artifact }) => (upload === undefined) !== (artifact === undefined),
      'either upload or artifact, not both',
    ),
  response: z.strictObject({
    outcome: z.enum(['created', 'unchanged']).describe('unchanged: the newest version has the same content'),
    evaluation: Evaluation,
  }),
  errors: [
    'run_not_found',
    'upload_not_found',
    'evaluation_artifact_missing',
    'evaluation_column_missing',
    'evaluation_rows_invalid',
    'file_empty',
    'file_truncated',
    'file_not_utf8',
    'file_unreadable',
    'file_format_unknown',
    'csv_malformed',
    'payload_too_large',
    'storage_full',
  ],
});

export const listEvaluations = endpoint({
  method: 'GET',
  path: '/api/v1/evaluations',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'List evaluations of a run, newest first; all versions',
  query: z.strictObject({ runId: RunId }),
  response: z.strictObject({ evaluations: z.array(Evaluation).describe('Evaluations, newest first') }),
  errors: ['run_not_found'],
});

export const getEvaluation = endpoint({
  method: 'GET',
  path: '/api/v1/evaluations/:evaluation',
  scope: 'mlops.read',
  reads: 'team',
  summary: 'Get one evaluation',
  params: z.strictObject({ evaluation: z.string().min(1).max(100).describe('Id of the evaluation') }),
  response: Evaluation,
  errors: ['evaluation_not_found'],
});
