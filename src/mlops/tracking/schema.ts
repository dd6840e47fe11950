import { z } from 'zod';
import { endpoint, NextPageToken, PageQuery } from '../../platform/contract/schema.ts';
import { UtcInstant } from '../../platform/units/schema.ts';

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

/** A metric's value; JSON has no NaN, so `null` stands for "not a number". */
const MetricValue = z.number().nullable();

export const Run = z
  .strictObject({
    runId: RunId,
    experimentId: ExperimentId,
    experimentName: z.string().describe('Name of its experiment'),
    runName: z.string().describe('Name, not unique'),
    status: z.enum(['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']).describe('Where it stands'),
    startTime: UtcInstant.describe('When it started, by the client’s clock'),
    endTime: UtcInstant.nullable().describe('When it ended; null while it runs'),
    subject: Tags.describe('What it is about: its tags `steelyard.<field>`, by field (team, project, model…)'),
    params: Tags.describe('Params by key'),
    metrics: z.record(z.string(), MetricValue).describe('Latest value of each metric, in its own unit; null is NaN'),
    tags: Tags.describe('All tags by key'),
  })
  .describe('A run: one training or evaluation, with what it was given and what it measured');
export type Run = z.infer<typeof Run>;

export const listExperiments = endpoint({
  method: 'GET',
  path: '/api/v1/experiments',
  scope: 'mlops.read',
  summary: 'Active experiments, newest first',
  query: z.strictObject(PageQuery),
  response: z.strictObject({
    experiments: z.array(Experiment).describe('One page of experiments'),
    nextPageToken: NextPageToken,
  }),
  errors: ['invalid_page_token'],
});

export const listRuns = endpoint({
  method: 'GET',
  path: '/api/v1/runs',
  scope: 'mlops.read',
  summary: 'Active runs, newest first',
  query: z.strictObject({
    experimentId: ExperimentId.optional().describe('Only runs of this experiment'),
    filter: z.string().max(20_000).default('').describe("MLflow's filter: `metrics.ndcg > 0.4 and params.rank = '16'`"),
    ...PageQuery,
  }),
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
