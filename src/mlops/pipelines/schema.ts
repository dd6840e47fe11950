import { z } from 'zod';
import { endpoint, NextPageToken, PageQuery } from '../../platform/contract/schema.ts';
import { GpuUse } from '../../platform/gpus/schema.ts';
import { Money, UtcInstant } from '../../platform/units/schema.ts';
import { Engine, PipelineName } from '../pipeline-definition/schema.ts';
import { RunState, StepState } from '../pipeline-runs/schema.ts';

export { Data as WatchedData, ParamName, PipelineName, Scalar } from '../pipeline-definition/schema.ts';
export { isOver } from '../pipeline-runs/schema.ts';

const Scalar = z.union([z.string(), z.number(), z.boolean()]).describe('Value');

/** Usage of an attempt. */
const taking = {
  cpuSeconds: z.number().nullable().describe('CPU time in seconds; null: the engine does not count it'),
  peakMemoryBytes: z.number().nullable().describe('Peak memory in bytes; null: the engine does not count it'),
  usageReason: z
    .string()
    .nullable()
    .describe('Why CPU time or memory is unknown or incomplete; null: both are complete'),
  gpus: GpuUse.nullable().describe('Usage of the GPUs of the step; null: it held none'),
  place: z
    .strictObject({
      node: z.string().describe('Name of the machine; the names of several, separated by commas'),
      instance: z
        .string()
        .nullable()
        .describe('Instance type, as the cloud names it; null: unknown, or not the same on all nodes'),
      region: z.string().nullable().describe('Region of the cloud'),
      zone: z.string().nullable().describe('Zone of the cloud'),
      gpuModel: z.string().nullable().describe('Model of its GPUs'),
      spot: z.boolean().describe('Whether the machine is spot capacity'),
      share: z.number().describe('Share of the machine that the attempt has, above 0 and up to 1'),
    })
    .nullable()
    .describe('Machine of the cluster that runs the attempt; null: not in a cluster, or unknown'),
  prices: z.array(z.string()).describe('Prices used for the cost, in order, with origin, start date and age'),
};

const Counts = z
  .strictObject({
    waiting: z.number().int().describe('Steps that have not started'),
    running: z.number().int().describe('Steps that run'),
    good: z.number().int().describe('Steps that succeeded or were reused'),
    bad: z.number().int().describe('Steps that failed or were stopped'),
    skipped: z.number().int().describe('Steps that never started'),
  })
  .describe('Steps by state');

const Cause = z
  .strictObject({
    kind: z.enum(['manual', 'resume', 'cron', 'push', 'data', 'event', 'retraining']).describe('Cause of the run'),
    detail: z.string().describe('Description of the cause'),
  })
  .describe('Cause of the run');

export const PipelineRunSummary = z
  .strictObject({
    run: z.string().describe('Id of the run'),
    pipeline: PipelineName,
    number: z.number().int().describe('Number among the runs of the pipeline, from 1'),
    state: RunState,
    cause: Cause,
    requestedBy: z.string().describe('Account that requested the run'),
    commit: z.string().nullable().describe('Git commit of the code; null: the code does not come from Git'),
    createdAt: UtcInstant.describe('Time of the request'),
    startedAt: UtcInstant.nullable().describe('Start of the run; null: it waits'),
    endedAt: UtcInstant.nullable().describe('End of the run; null: it has not ended'),
    steps: Counts,
    cost: Money.nullable().describe(
      'Cost of the steps so far, without reused steps; null: no price is known, or prices have several currencies',
    ),
    unpricedSteps: z.number().int().describe('Steps that ran without a known cost; left out of the cost'),
    mlflowRun: z.string().describe('MLflow run that contains the runs of the steps'),
    experiment: z.string().describe('Id of its MLflow experiment'),
  })
  .describe('A run of a pipeline');
export type PipelineRunSummary = z.infer<typeof PipelineRunSummary>;

export const PipelineStep = z
  .strictObject({
    step: z.string().describe('Name of the step; a matrix step includes its combination: train[lr=0.01]'),
    name: z.string().describe('Name in the pipeline'),
    kind: z.enum(['run', 'evaluate', 'gate', 'register', 'deploy']).describe('Type of the step'),
    needs: z.array(z.string()).describe('Steps that must end before this one starts'),
    nodes: z.number().int().describe('Number of nodes that run the step at the same time'),
    queue: z.string().nullable().describe('Queue of the cluster that admits the step; null: none'),
    state: StepState,
    reason: z.string().nullable().describe('Reason for the state, such as a failure or a wait; null: none'),
    explanation: z
      .string()
      .nullable()
      .describe('Why the step was executed or its earlier result reused; null: not decided yet'),
    attempt: z.number().int().describe('Number of the current or last attempt; 0: not started'),
    startedAt: UtcInstant.nullable().describe('Start of the first attempt'),
    endedAt: UtcInstant.nullable().describe('End of the step; null: it has not ended'),
    cost: Money.nullable().describe('Cost of all attempts; null: no price is known, or the step did not run'),
    mlflowRun: z
      .string()
      .nullable()
      .describe('MLflow run of the step; for a reused step, the run that produced its result'),
    values: z
      .record(z.string(), z.string())
      .describe('Outputs of the step: the verdict of a gate, the version of a registration'),
    files: z
      .array(
        z.strictObject({
          path: z.string().describe('Path'),
          sizeBytes: z.number().describe('Size in bytes'),
          digest: z.string().describe('SHA-256'),
        }),
      )
      .describe('Output files of the step; at most a hundred'),
    attempts: z
      .array(
        z.strictObject({
          attempt: z.number().int().describe('Number of the attempt'),
          startedAt: UtcInstant.describe('Start of the attempt'),
          endedAt: UtcInstant.nullable().describe('End of the attempt; null: it has not ended'),
          reason: z.string().nullable().describe('Why the attempt failed; null: it succeeded'),
          exitCode: z.number().nullable().describe('Exit code; null: unknown'),
          cost: Money.nullable().describe('Cost of the attempt; null: unknown'),
          ...taking,
          checkpoint: z.string().nullable().describe('Location of the last checkpoint; null: none'),
          lastLines: z
            .string()
            .nullable()
            .describe('Last lines of the log, at most ten; null: the attempt succeeded or printed nothing'),
        }),
      )
      .describe('Attempts that have ended'),
    capacity: z
      .array(
        z
          .strictObject({
            at: UtcInstant.describe('Time of the decision'),
            attempt: z.number().int().describe('Number of the attempt that the decision is for'),
            action: z.enum(['spot', 'on-demand', 'wait']).describe('wait: no spot capacity is available yet'),
            reason: z.string().describe('Reason with its figures'),
            decision: z.string().describe('Id of the decision in the decision log'),
          })
          .describe('Decision on the capacity of an attempt'),
      )
      .describe('Decisions for a step with a deadline on spot capacity, first to last; at most 500'),
    taken: z
      .strictObject({ asOf: UtcInstant.describe('Time of the measurement'), ...taking })
      .nullable()
      .describe('Usage of the running attempt so far; null: none runs, or it has not reported yet'),
  })
  .describe('A step of a run');
export type PipelineStep = z.infer<typeof PipelineStep>;

export const PipelineRun = z
  .strictObject({
    ...PipelineRunSummary.shape,
    params: z.record(z.string(), Scalar).describe('Parameters of the run'),
    resumedFrom: z.string().nullable().describe('Run that this run resumes'),
    stopRequestedBy: z.string().nullable().describe('Account that requested the stop'),
    stepList: z.array(PipelineStep).describe('Steps, each after the steps in its `needs`'),
  })
  .describe('A run with its steps');
export type PipelineRun = z.infer<typeof PipelineRun>;

export const Pipeline = z
  .strictObject({
    name: PipelineName,
    pipelineVersion: z.number().int().describe('Version of the document; it grows with every change'),
    description: z.string().nullable().describe('Purpose of the pipeline'),
    project: z.string().nullable().describe('Project'),
    engine: Engine,
    ref: z
      .string()
      .nullable()
      .describe(
        'Branch, tag or commit of the source from which the pipeline is read; null: its code does not come from Git',
      ),
    steps: z.array(z.string()).describe('Names of its steps'),
    params: z.record(z.string(), Scalar).describe('Parameters and their defaults'),
    appliedAt: UtcInstant.describe('Time of the last change'),
    lastRun: PipelineRunSummary.nullable().describe('Latest run; null: no run yet'),
  })
  .describe('A pipeline');
export type Pipeline = z.infer<typeof Pipeline>;

const params = z.strictObject({ pipeline: PipelineName });
const RunId = z
  .string()
  .regex(/^([0-9a-f]{32}|\d{1,9})$/, 'the id of a run, or its number')
  .describe('Id of a run, or its number');
const runParams = z.strictObject({ pipeline: PipelineName, run: RunId });

export const listPipelines = endpoint({
  method: 'GET',
  path: '/api/v1/pipelines',
  scope: 'mlops.read',
  reads: 'team',
  summary: 'List pipelines by name, each with its latest run',
  response: z.strictObject({ pipelines: z.array(Pipeline).describe('Pipelines by name') }),
  errors: [],
});

export const listPipelineRuns = endpoint({
  method: 'GET',
  path: '/api/v1/pipelines/:pipeline/runs',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'List the runs of a pipeline, latest first',
  params,
  query: z.strictObject(PageQuery),
  response: z.strictObject({
    runs: z.array(PipelineRunSummary).describe('Runs, latest first'),
    nextPageToken: NextPageToken,
  }),
  errors: ['pipeline_not_found', 'invalid_page_token'],
});

export const uploadPipelineCode = endpoint({
  method: 'POST',
  path: '/api/v1/pipeline-code',
  scope: 'mlops.run_code',
  reads: 'none',
  summary: 'Upload the code of a run as a tar archive (gzip or not)',
  accepts: 'bytes',
  response: z.strictObject({
    code: z.string().describe('Digest that identifies the code in a run request'),
    files: z.number().int().describe('Number of files'),
  }),
  errors: ['archive_invalid', 'payload_too_large'],
});

export const startPipelineRun = endpoint({
  method: 'POST',
  path: '/api/v1/pipelines/:pipeline/runs',
  scope: 'mlops.write',
  reads: 'object',
  summary: 'Run a pipeline',
  params,
  body: z.strictObject({
    params: z.record(z.string(), Scalar).default({}).describe('Parameters that differ from their defaults'),
    code: z.string().optional().describe('Digest of uploaded code; default: the source of the pipeline, else none'),
    ref: z
      .string()
      .min(1)
      .max(250)
      .regex(/^[^-]/, 'no dash first')
      .optional()
      .describe('Branch, tag or commit of the source; default: that of the pipeline'),
    commit: z
      .string()
      .regex(/^[0-9a-f]{7,64}$/)
      .optional()
      .describe('Commit of the uploaded code'),
    requestKey: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('Idempotency key: the same key again returns the run that it started'),
  }),
  response: PipelineRun,
  errors: [
    'pipeline_not_found',
    'pipeline_param_unknown',
    'pipeline_code_not_found',
    'pipeline_run_full',
    'git_failed',
    'manifest_invalid',
    'executor_unknown',
    'not_permitted',
  ],
});

export const getPipelineRun = endpoint({
  method: 'GET',
  path: '/api/v1/pipelines/:pipeline/runs/:run',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'Get a run with its steps',
  params: runParams,
  response: PipelineRun,
  errors: ['pipeline_run_not_found'],
});

export const stopPipelineRun = endpoint({
  method: 'POST',
  path: '/api/v1/pipelines/:pipeline/runs/:run/stop',
  scope: 'mlops.write',
  reads: 'object',
  summary: 'Stop a run: running steps receive a stop request and have their grace period to end',
  params: runParams,
  response: PipelineRun,
  errors: ['pipeline_run_not_found', 'pipeline_run_ended'],
});

export const resumePipelineRun = endpoint({
  method: 'POST',
  path: '/api/v1/pipelines/:pipeline/runs/:run/resume',
  scope: 'mlops.write',
  reads: 'object',
  summary: 'Resume a run that did not succeed, reusing results that are still valid',
  params: runParams,
  body: z.strictObject({
    params: z.record(z.string(), Scalar).default({}).describe('Parameters that differ from those of the run'),
    code: z.string().optional().describe('Digest of uploaded code; default: the code of the run'),
    commit: z
      .string()
      .regex(/^[0-9a-f]{7,64}$/)
      .optional()
      .describe('Commit of the uploaded code'),
  }),
  response: PipelineRun,
  errors: [
    'pipeline_run_not_found',
    'pipeline_run_not_ended',
    'pipeline_not_found',
    'pipeline_param_unknown',
    'pipeline_code_not_found',
    'pipeline_run_full',
    'manifest_invalid',
    'executor_unknown',
    'not_permitted',
  ],
});

export const pipelineStepLog = endpoint({
  method: 'GET',
  path: '/api/v1/pipelines/:pipeline/runs/:run/log',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'Read the log of a step from a byte offset',
  params: runParams,
  query: z.strictObject({
    step: z.string().min(1).max(500).describe('Name of the step; a matrix step includes its combination'),
    attempt: z.coerce.number().int().min(1).optional().describe('Number of the attempt; default: the last'),
    node: z.coerce.number().int().min(0).max(9_999).default(0).describe('Number of the node, from 0'),
    from: z.coerce.number().int().min(0).default(0).describe('Byte offset of the first byte'),
    maxBytes: z.coerce.number().int().min(1).max(1_048_576).default(262_144).describe('Maximum number of bytes'),
  }),
  response: z.strictObject({
    text: z.string().describe('Text; invalid UTF-8 is replaced'),
    next: z.number().int().describe('Byte offset for the next request'),
    attempt: z.number().int().describe('Number of the attempt; 0: not started'),
    ended: z.boolean().describe('Whether the log of this attempt is complete'),
    elsewhere: z
      .boolean()
      .describe('True: another server runs the step; its log is available here after the step has ended'),
  }),
  errors: ['pipeline_run_not_found', 'pipeline_step_not_found'],
});
