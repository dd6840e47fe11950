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
    artifactLocation: z.string().describe('URI under which its artifacts are kept'),
    createdAt: UtcInstant.describe('When it was made'),
    updatedAt: UtcInstant.describe('When its name or stage last changed'),
    tags: Tags.describe('Tags by key'),
  })
  .describe('An experiment: a place for runs that belong together');
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
    status: z.enum(['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']).describe('Where it stands'),
    startTime: UtcInstant.describe('When it started, by the client’s clock'),
    endTime: UtcInstant.nullable().describe('When it ended; null while it runs'),
    subject: Tags.describe('What it is about: its tags `steelyard.<field>`, by field (team, project, model…)'),
    params: Tags.describe('Params by key'),
    metrics: z.record(z.string(), MetricValue).describe('Latest value of each metric, in its own unit; null is NaN'),
    tags: Tags.describe('All tags by key'),
    cost: RunCost,
  })
  .describe('A run: one training or evaluation, with what it was given and what it measured');
export type Run = z.infer<typeof Run>;

/** A query field that may be repeated, or left out. */
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
  summary: 'Experiments, newest first',
  query: z.strictObject({
    name: z.string().max(500).default('').describe('Only experiments whose name has this text, in any case'),
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
  summary: 'One experiment, deleted ones included',
  params: z.strictObject({ experimentId: ExperimentId }),
  response: Experiment,
  errors: ['experiment_not_found'],
});

/** Which runs a question is about. */
export const RunSelection = {
  experimentId: ExperimentId.optional().describe('Only runs of this experiment'),
  experimentIds: Repeated.pipe(z.array(ExperimentId).max(1000)).describe(
    'Only runs of these experiments; of all of them when there is none',
  ),
  filter: z
    .string()
    .max(20_000)
    .default('')
    .describe("MLflow's filter: `metrics.ndcg > 0.4 and params.rank = '16' and cost.total < 5`"),
  view: RunView.default('active').describe('Active runs, deleted ones, or both'),
};

/** Sort order, and the wanted values. */
export const RunListing = {
  orderBy: Repeated.pipe(z.array(z.string().max(1000)).max(10)).describe(
    '`metrics.ndcg DESC`, "params.`learning rate`", `cost.total`; values come first, then NaN, then missing. Newest start first when there is none',
  ),
  columns: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .transform((value) => (value === undefined ? undefined : [value].flat()))
    .pipe(z.array(z.string().max(1000)).max(200).optional())
    .describe('`metrics.KEY`, `params.KEY`, `tags.KEY`: only these values are answered; all of them when left out'),
};

export const listRuns = endpoint({
  method: 'GET',
  path: '/api/v1/runs',
  scope: 'mlops.read',
  summary: 'Runs, newest first or in the order asked for',
  query: z.strictObject({ ...RunSelection, ...RunListing, ...PageQuery }),
  response: z.strictObject({ runs: z.array(Run).describe('One page of runs'), nextPageToken: NextPageToken }),
  errors: ['search_filter_invalid', 'invalid_page_token'],
});

export const getRun = endpoint({
  method: 'GET',
  path: '/api/v1/runs/:runId',
  scope: 'mlops.read',
  summary: 'One run, deleted ones included',
  params: z.strictObject({ runId: RunId }),
  response: Run,
  errors: ['run_not_found'],
});
