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
  cpuSeconds: z.number().nullable().describe('CPU time in seconds; null where the engine does not count it'),
  peakMemoryBytes: z
    .number()
    .nullable()
    .describe('The most memory that it held, in bytes; null where the engine does not count it'),
  usageReason: z
    .string()
    .nullable()
    .describe('Why CPU time or memory is not known, or what is left out; null where there is nothing to say'),
  gpus: GpuUse.nullable().describe('What its GPUs did; null where it held none'),
  place: z
    .strictObject({
      node: z.string().describe('Name of the machine'),
      instance: z.string().nullable().describe('Instance type, as the cloud names it'),
      region: z.string().nullable().describe('Region of the cloud'),
      zone: z.string().nullable().describe('Zone of the cloud'),
      gpuModel: z.string().nullable().describe('Model of its GPUs'),
      spot: z.boolean().describe('Whether its capacity can be taken away'),
      share: z.number().describe('Part of the machine that the try has, above 0 and up to 1'),
    })
    .nullable()
    .describe('Machine of a cluster that it runs on; null elsewhere, and where nobody knows'),
  prices: z
    .array(z.string())
    .describe('Each price behind its cost, in order: where it is from, since when it holds and how old it is'),
};

const Counts = z
  .strictObject({
    waiting: z.number().int().describe('Steps that have not begun'),
    running: z.number().int().describe('Steps that run'),
    good: z.number().int().describe('Steps that went well, or were taken from before'),
    bad: z.number().int().describe('Steps that failed or were stopped'),
    skipped: z.number().int().describe('Steps that never began'),
  })
  .describe('Steps by state');

const Cause = z
  .strictObject({
    kind: z.enum(['manual', 'resume', 'cron', 'push', 'data', 'event', 'retraining']).describe('What began it'),
    detail: z.string().describe('In words'),
  })
  .describe('Why the run was begun');

export const PipelineRunSummary = z
  .strictObject({
    run: z.string().describe('Id of the run'),
    pipeline: PipelineName,
    number: z.number().int().describe('Number among the runs of the pipeline, from 1'),
    state: RunState,
    cause: Cause,
    requestedBy: z.string().describe('Who asked for it'),
    commit: z.string().nullable().describe('Git commit of its code; null where the code came otherwise'),
    createdAt: UtcInstant.describe('When it was asked for'),
    startedAt: UtcInstant.nullable().describe('When it began; null while it waits'),
    endedAt: UtcInstant.nullable().describe('When it was over; null before'),
    steps: Counts,
    cost: Money.nullable().describe(
      'What its steps have cost by now, without those taken from before; null while no price is known, or in several currencies',
    ),
    unpricedSteps: z.number().int().describe('Steps that ran and whose cost is not known; left out of the cost'),
    mlflowRun: z.string().describe('MLflow run that the runs of its steps are nested in'),
    experiment: z.string().describe('Id of its MLflow experiment'),
  })
  .describe('A run of a pipeline');
export type PipelineRunSummary = z.infer<typeof PipelineRunSummary>;

export const PipelineStep = z
  .strictObject({
    step: z.string().describe('Name of the step, with its combination where it has a matrix: train[lr=0.01]'),
    name: z.string().describe('Name in the pipeline'),
    kind: z.enum(['run', 'evaluate', 'gate', 'register', 'deploy']).describe('What it does'),
    needs: z.array(z.string()).describe('Steps that end before it begins'),
    state: StepState,
    reason: z.string().nullable().describe('Why it ended so, or what it waits for; null when there is nothing to say'),
    explanation: z.string().nullable().describe('Why it was made, or not made again; null before that is known'),
    attempt: z.number().int().describe('Number of its present or last try; 0 before the first'),
    startedAt: UtcInstant.nullable().describe('When its first try began'),
    endedAt: UtcInstant.nullable().describe('When it was over'),
    cost: Money.nullable().describe('What its tries have cost; null where no price is known or nothing ran'),
    mlflowRun: z.string().nullable().describe('Its MLflow run; of a step taken from before, the run that made it'),
    values: z
      .record(z.string(), z.string())
      .describe('What it says: of a gate the verdict, of a registration the version'),
    files: z
      .array(
        z.strictObject({
          path: z.string().describe('Path'),
          sizeBytes: z.number().describe('Size in bytes'),
          digest: z.string().describe('SHA-256'),
        }),
      )
      .describe('Files that it made; at most a hundred'),
    attempts: z
      .array(
        z.strictObject({
          attempt: z.number().int().describe('Number of the try'),
          startedAt: UtcInstant.describe('When it began'),
          endedAt: UtcInstant.nullable().describe('When it was over'),
          reason: z.string().nullable().describe('Why it ended so; null when it went well'),
          exitCode: z.number().nullable().describe('Exit code; null where nobody knows'),
          cost: Money.nullable().describe('What it cost'),
          ...taking,
          checkpoint: z.string().nullable().describe('Where it left what it had reached'),
          lastLines: z
            .string()
            .nullable()
            .describe('Last lines of its log, at most ten; null where it went well or printed nothing'),
        }),
      )
      .describe('Its tries that are over'),
    capacity: z
      .array(
        z
          .strictObject({
            at: UtcInstant.describe('When it was decided'),
            attempt: z.number().int().describe('Number of the try that it holds for'),
            action: z.enum(['spot', 'on-demand', 'wait']).describe('wait: spot capacity that is not there yet'),
            reason: z.string().describe('Why, with the figures'),
            decision: z.string().describe('Entry of the ledger of decisions'),
          })
          .describe('A decision on which capacity a try runs'),
      )
      .describe('Of a step with a deadline on spot capacity: what was decided, first to last; at most 500'),
    taken: z
      .strictObject({ asOf: UtcInstant.describe('When it was looked at'), ...taking })
      .nullable()
      .describe('What the try that runs has taken by now; null while none does, or before its first report'),
  })
  .describe('A step of a run');
export type PipelineStep = z.infer<typeof PipelineStep>;

export const PipelineRun = z
  .strictObject({
    ...PipelineRunSummary.shape,
    params: z.record(z.string(), Scalar).describe('Parameters that it runs with'),
    resumedFrom: z.string().nullable().describe('Run that it goes on from'),
    stopRequestedBy: z.string().nullable().describe('Who asked it to stop'),
    stepList: z.array(PipelineStep).describe('Steps, each after all that it needs'),
  })
  .describe('A run with its steps');
export type PipelineRun = z.infer<typeof PipelineRun>;

export const Pipeline = z
  .strictObject({
    name: PipelineName,
    pipelineVersion: z.number().int().describe('Grows with every change of the document'),
    description: z.string().nullable().describe('What it is for'),
    project: z.string().nullable().describe('Project'),
    engine: Engine,
    ref: z
      .string()
      .nullable()
      .describe('Branch, tag or commit of its source that it is read at; null where its code does not come from Git'),
    steps: z.array(z.string()).describe('Names of its steps'),
    params: z.record(z.string(), Scalar).describe('Parameters and their defaults'),
    appliedAt: UtcInstant.describe('When it was last changed'),
    lastRun: PipelineRunSummary.nullable().describe('Its latest run; null before the first'),
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
  summary: 'Pipelines by name, each with its latest run',
  response: z.strictObject({ pipelines: z.array(Pipeline).describe('Pipelines by name') }),
  errors: [],
});

export const listPipelineRuns = endpoint({
  method: 'GET',
  path: '/api/v1/pipelines/:pipeline/runs',
  scope: 'mlops.read',
  summary: 'Runs of a pipeline, latest first',
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
  summary: 'Send the code of a run, as a tar archive (gzip or not)',
  accepts: 'bytes',
  response: z.strictObject({
    code: z.string().describe('Digest by which a run names it'),
    files: z.number().int().describe('Number of files'),
  }),
  errors: ['archive_invalid', 'payload_too_large'],
});

export const startPipelineRun = endpoint({
  method: 'POST',
  path: '/api/v1/pipelines/:pipeline/runs',
  scope: 'mlops.write',
  summary: 'Run a pipeline',
  params,
  body: z.strictObject({
    params: z.record(z.string(), Scalar).default({}).describe('Parameters that differ from their defaults'),
    code: z
      .string()
      .optional()
      .describe('Digest of code that was sent; default: the source of the pipeline, else none'),
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
      .describe('Commit that the code which was sent is of'),
    requestKey: z.string().min(1).max(200).optional().describe('The same again answers the run that was begun by it'),
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
  summary: 'One run with its steps',
  params: runParams,
  response: PipelineRun,
  errors: ['pipeline_run_not_found'],
});

export const stopPipelineRun = endpoint({
  method: 'POST',
  path: '/api/v1/pipelines/:pipeline/runs/:run/stop',
  scope: 'mlops.write',
  summary: 'Stop a run: what runs is asked to end and has its grace',
  params: runParams,
  response: PipelineRun,
  errors: ['pipeline_run_not_found', 'pipeline_run_ended'],
});

export const resumePipelineRun = endpoint({
  method: 'POST',
  path: '/api/v1/pipelines/:pipeline/runs/:run/resume',
  scope: 'mlops.write',
  summary: 'Go on from a run that did not end well, keeping what is still valid',
  params: runParams,
  body: z.strictObject({
    params: z.record(z.string(), Scalar).default({}).describe('Parameters that differ from those of the run'),
    code: z.string().optional().describe('Digest of code that was sent; default: the code of the run'),
    commit: z
      .string()
      .regex(/^[0-9a-f]{7,64}$/)
      .optional()
      .describe('Commit that the code which was sent is of'),
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
  summary: 'What a step has printed, from a byte on',
  params: runParams,
  query: z.strictObject({
    step: z.string().min(1).max(500).describe('Step, with its combination where it has a matrix'),
    attempt: z.coerce.number().int().min(1).optional().describe('Number of the try; default: the last'),
    from: z.coerce.number().int().min(0).default(0).describe('Byte to begin at'),
    maxBytes: z.coerce.number().int().min(1).max(1_048_576).default(262_144).describe('Bytes at most'),
  }),
  response: z.strictObject({
    text: z.string().describe('Text; what is no UTF-8 is replaced'),
    next: z.number().int().describe('Byte to begin at the next time'),
    attempt: z.number().int().describe('Number of the try; 0 before the first'),
    ended: z.boolean().describe('Whether nothing more will come of this try'),
    elsewhere: z.boolean().describe('True while another server runs the step: its log is here when it has ended'),
  }),
  errors: ['pipeline_run_not_found', 'pipeline_step_not_found'],
});
