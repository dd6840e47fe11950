import { z } from 'zod';
import { endpoint, NextPageToken, PageQuery } from '../../platform/contract/schema.ts';
import { UtcInstant } from '../../platform/units/schema.ts';
import { Hardware, RunCost } from './run-cost/schema.ts';

export { Hardware, RunCost };

export const ExperimentId = z
  .string()
  .regex(/^\d{1,15}$/, 'a number')
  .describe('Experiment id, a number as text');
export const RunId = z
  .string()
  .regex(/^[\w-]{1,256}$/, 'letters, digits, - and _')
  .describe('Run id');

const Tags = z.record(z.string(), z.string());

export const Experiment = z
  .strictObject({
    experimentId: ExperimentId,
    name: z.string().describe('Unique name'),
    lifecycleStage: z.enum(['active', 'deleted']).describe('Deleted experiments can be restored'),
    artifactLocation: z.string().describe('URI of its artifacts'),
    createdAt: UtcInstant.describe('Time of creation'),
    updatedAt: UtcInstant.describe('Time of the last change of name or stage'),
    tags: Tags.describe('Tags by key'),
  })
  .describe('An experiment: a group of related runs');
export type Experiment = z.infer<typeof Experiment>;

/** A metric's value; JSON has no NaN, so `null` means "not a number". */
const MetricValue = z.number().nullable();

export const Run = z
  .strictObject({
    runId: RunId,
    experimentId: ExperimentId,
    experimentName: z.string().describe('Name of its experiment'),
    runName: z.string().describe('Name, not unique'),
    lifecycleStage: z.enum(['active', 'deleted']).describe('Deleted runs can be restored'),
    status: z.enum(['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']).describe('Status of the run'),
    startTime: UtcInstant.describe('Start, by the clock of the client'),
    endTime: UtcInstant.nullable().describe('End; null: it has not ended'),
    subject: Tags.describe('Subject of the run: its tags `steelyard.<field>`, by field (team, project, model…)'),
    params: Tags.describe('Params by key'),
    metrics: z.record(z.string(), MetricValue).describe('Latest value of each metric, in its own unit; null is NaN'),
    tags: Tags.describe('All tags by key'),
    cost: RunCost,
  })
  .describe('A run: one training or evaluation, with its params and metrics');
export type Run = z.infer<typeof Run>;

/** A query field that can be repeated or omitted. */
const Repeated = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((value) => (value === undefined ? [] : [value].flat()));

export const RunView = z.enum(['active', 'deleted', 'all']);
export type RunView = z.infer<typeof RunView>;

export const listExperiments = endpoint({
  method: 'GET',
  path: '/api/v1/experiments',
  scope: 'mlops.read',
  reads: 'team',
  summary: 'List experiments, newest first',
  query: z.strictObject({
    name: z.string().max(500).default('').describe('Only experiments with this text in their name, case-insensitive'),
    view: RunView.default('active').describe('Active experiments, deleted ones, or both'),
    ...PageQuery,
  }),
  response: z.strictObject({
    experiments: z.array(Experiment).describe('One page of experiments'),
    nextPageToken: NextPageToken,
  }),
  errors: ['invalid_page_token'],
});

export const getExperiment = endpoint({
  method: 'GET',
  path: '/api/v1/experiments/:experimentId',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'Get one experiment, including deleted ones',
  params: z.strictObject({ experimentId: ExperimentId }),
  response: Experiment,
  errors: ['experiment_not_found'],
});

/** Selection of runs. */
export const RunSelection = {
  experimentId: ExperimentId.optional().describe('Only runs of this experiment'),
  experimentIds: Repeated.pipe(z.array(ExperimentId).max(1000)).describe(
    'Only runs of these experiments; default: all experiments',
  ),
  filter: z
    .string()
    .max(20_000)
    .default('')
    .describe("MLflow's filter: `metrics.ndcg > 0.4 and params.rank = '16' and cost.total < 5`"),
  view: RunView.default('active').describe('Active runs, deleted ones, or both'),
};

/** Sort order and columns. */
export const RunListing = {
  orderBy: Repeated.pipe(z.array(z.string().max(1000)).max(10)).describe(
    '`metrics.ndcg DESC`, "params.`learning rate`", `cost.total`; values come first, then NaN, then missing. Default: newest start first',
  ),
  columns: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .transform((value) => (value === undefined ? undefined : [value].flat()))
    .pipe(z.array(z.string().max(1000)).max(200).optional())
    .describe('`metrics.KEY`, `params.KEY`, `tags.KEY`: columns to return; default: all'),
};

export const listRuns = endpoint({
  method: 'GET',
  path: '/api/v1/runs',
  scope: 'mlops.read',
  reads: 'team',
  summary: 'List runs, newest first or in the requested order',
  query: z.strictObject({ ...RunSelection, ...RunListing, ...PageQuery }),
  response: z.strictObject({ runs: z.array(Run).describe('One page of runs'), nextPageToken: NextPageToken }),
  errors: ['search_filter_invalid', 'invalid_page_token'],
});

export const getRun = endpoint({
  method: 'GET',
  path: '/api/v1/runs/:runId',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'Get one run, including deleted ones',
  params: z.strictObject({ runId: RunId }),
  response: Run,
  errors: ['run_not_found'],
});
