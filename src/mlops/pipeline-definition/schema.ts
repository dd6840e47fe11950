import { z } from 'zod';
import { Name } from '../../org/schema.ts';
import { adminOnly, SecretReference } from '../../platform/secrets/schema.ts';
import { Duration } from '../../platform/units/quantities/schema.ts';
import { MoneyText, SweepSpec } from '../sweeps/schema.ts';
import { describeMissingQueues, Engine, findEngineProblems, QueueName, ResourcesSpec } from './resources/schema.ts';
import { ParamName, Scalar } from './scalar/schema.ts';
import { findSweepProblems } from './sweep/schema.ts';
import { Triggers } from './triggers/schema.ts';

export { Engine, SpotDeadline } from './resources/schema.ts';
export { ParamName, Scalar } from './scalar/schema.ts';
export {
  type CronTrigger,
  Data,
  type DataTrigger,
  type EventTrigger,
  EventType,
  nameTriggers,
  Provider,
  type PushTrigger,
  selectTriggerKind,
  type Trigger,
  TriggerKind,
  TriggerName,
} from './triggers/schema.ts';

export const PipelineName = Name.describe('Name of a pipeline');

export const StepName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,38}$/, 'lower-case letters, digits and dashes, at most 39, a letter first')
  .describe('Name of a step');

const VARIABLE = /^[A-Za-z_]\w{0,127}$/;
const VariableName = z.string().regex(VARIABLE, 'the name of an environment variable');

/** Inside the working folder: relative, and out of it by no `..`. */
const InnerPath = z
  .string()
  .max(1000)
  .regex(/^(?!\/)(?!.*(^|\/)\.\.?(\/|$))[^\0\\]+$/, 'a path inside the working folder, such as data/clean.csv')
  .transform((path) => path.replace(/\/+$/, ''));

/** Patterns of names and values of plain-text secrets, where a secret reference is required. */
const SECRET_NAME = /(secret|password|passwd|token|private_?key|api_?key|access_?key)$/i;
const SECRET_VALUE =
  /^(AKIA[0-9A-Z]{16}|gh[pousr]_\w{30,}|glpat-[\w-]{16,}|sk-[\w-]{20,}|xox[abp]-[\w-]{10,})$|-----BEGIN [A-Z ]*PRIVATE KEY-----/;

const Env = z
  .record(VariableName, Scalar)
  .superRefine((env, context) => {
    for (const [name, value] of Object.entries(env)) {
      const text = String(value);
      if (!SECRET_VALUE.test(text) && (!SECRET_NAME.test(name) || text === '' || text.includes('${{'))) continue;
      const message = `"${name}" looks like a secret in clear text. Put it under "secrets" as a reference, such as ${name}: env:${name}`;
      context.addIssue({ code: 'custom', path: [name], message });
    }
  })
  .describe('Environment variables; values may have expressions');

const When = z
  .string()
  .min(1)
  .max(2000)
  .describe('CEL expression; the step is skipped if it is false. Default: all steps in `needs` have succeeded');

const common = {
  needs: z
    .array(StepName.describe('Name of a step'))
    .max(200)
    .default([])
    .describe('Steps that must end before this one starts'),
  when: When.optional(),
};

const Retries = z
  .strictObject({
    limit: z.number().int().min(0).max(20).describe('Maximum number of retries'),
    backoff: Duration.prefault('5s').describe('Pause before the first retry; it doubles with each retry'),
  })
  .describe('Retries after a failure');

const Input = z.union([
  InnerPath.describe('Path of an output of an earlier step, or of a file of the code'),
  z
    .strictObject({
      from: StepName.describe('Step that produced the output; for a matrix, all combinations'),
      path: InnerPath.describe('Path of the output in that step'),
      to: InnerPath.optional().describe(
        'Path in this step; for a matrix, a folder with one entry for each combination',
      ),
    })
    .describe('Output of an earlier step'),
  z
    .strictObject({
      dataset: z.string().min(1).max(500).describe('Name or address of data that the step reads without Steelyard'),
      digest: z
        .string()
        .min(1)
        .max(200)
        .describe('Version of the content; a new digest invalidates the cached result of the step'),
    })
    .describe('Data outside of the pipeline'),
]);

const Image = z.union([
  z.string().min(1).max(500).describe('Name of an image'),
  z
    .strictObject({
      build: InnerPath.or(z.literal('.')).describe('Folder of the code from which the image is built'),
      dockerfile: InnerPath.default('Dockerfile').describe('Path of the Dockerfile in that folder'),
    })
    .describe('An image built from the code'),
]);

export const CommandStep = z
  .strictObject({
    run: z
      .union([
        z.string().min(1).max(20_000).describe('Script for `sh -e`'),
        z.array(z.string().max(20_000).describe('Argument')).min(1).max(1000).describe('Program and its arguments'),
      ])
      .describe('Command of the step'),
    ...common,
    image: Image.optional().describe('Image of the step (docker, kubernetes)'),
    env: Env.default({}),
    secrets: z
      .record(VariableName, SecretReference.meta(adminOnly).describe('Location of the secret: env:NAME or file:/path'))
      .default({})
      .describe('Environment variables whose values are secrets: references, never values'),
    resources: ResourcesSpec.prefault({}),
    code: z
      .array(z.string().min(1).max(300).describe('Pattern such as src/**'))
      .min(1)
      .max(100)
      .optional()
      .describe('Files of the code that the step depends on; default: all'),
    inputs: z.array(Input).max(200).default([]).describe('Inputs of the step'),
    outputs: z
      .array(InnerPath.describe('File or folder'))
      .max(200)
      .default([])
      .describe('Outputs of the step; a missing output fails the step'),
    metrics: InnerPath.optional().describe('JSON file of the step with numbers by name, logged to its run'),
    matrix: z
      .record(z.string().regex(/^[A-Za-z_]\w{0,40}$/), z.array(Scalar).min(1).max(200).describe('Values'))
      .optional()
      .describe('One step for each combination; the expression matrix.name is its value'),
    sweep: SweepSpec.optional(),
    retries: Retries.prefault({ limit: 0 }),
    timeout: Duration.optional().describe('Maximum duration of one attempt'),
    grace: Duration.prefault('10s').describe('Time to save work after a stop request'),
    budget: MoneyText.optional().describe('Maximum cost of one attempt'),
    price: MoneyText.optional().describe('Hourly price of the resources, if the price book has none'),
    cache: z.boolean().default(true).describe('Whether an earlier result is reused if no input changed'),
  })
  .describe('A step that runs a command');
export type CommandStep = z.infer<typeof CommandStep>;

const Direction = z.enum(['max', 'min']).default('max').describe('Whether a higher or a lower value is better');

export const EvaluateStep = z
  .strictObject({
    uses: z.literal('evaluate').describe('Picks the best of the steps that it needs'),
    ...common,
    metric: z.string().min(1).max(250).describe('MLflow metric for the comparison'),
    best: Direction,
  })
  .describe('Picks the best run of the steps that it needs; its outputs: run, step, value');

export const GateStep = z
  .strictObject({
    uses: z.literal('gate').describe('Evaluates quality and cost'),
    ...common,
    policy: Name.describe('Policy of the evaluation'),
    model: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .describe('Registered model of the run; required with a policy of a team; default: the model of the policy'),
    of: StepName.describe('Step with the run to evaluate: an evaluate step, or a training step'),
    onHold: z.enum(['stop', 'continue']).default('stop').describe('Action if evidence is missing'),
  })
  .describe('Evaluates a run by a policy; its outputs: verdict, summary. A rejection ends the pipeline run');

export const RegisterStep = z
  .strictObject({
    uses: z.literal('register').describe('Creates a model version'),
    ...common,
    model: z.string().min(1).max(256).describe('Registered model; created if it does not exist'),
    of: StepName.describe('Step with the run that produced the model'),
    artifact: InnerPath.optional().describe('Path in the outputs of that step; default: the model that its run logged'),
    policy: Name.optional().describe(
      'Policy whose decision is recorded for the new version; on promote its alias moves',
    ),
  })
  .describe('Registers the model of a run; its outputs: model, version');

export const DeployStep = z
  .strictObject({
    uses: z.literal('deploy').describe('Points an alias to the version'),
    ...common,
    of: StepName.describe('A register step'),
    alias: z
      .string()
      .regex(/^[\w-]{1,255}$/)
      .describe('Alias that endpoints of the model follow'),
  })
  .describe('Points an alias to a version');

export const Step = z.union([
  CommandStep,
  z.discriminatedUnion('uses', [EvaluateStep, GateStep, RegisterStep, DeployStep]),
]);
export type Step = z.infer<typeof Step>;

/** Location of the code, if it is not uploaded for the run. */
const Source = z
  .strictObject({
    git: z.string().min(1).max(1000).meta(adminOnly).describe('Address of a Git repository that the server may clone'),
    ref: z.string().min(1).max(250).regex(/^[^-]/, 'no dash first').default('HEAD').describe('Branch, tag or commit'),
    file: InnerPath.default('steelyard.yaml').describe('File of the repository with this pipeline, read at the commit'),
  })
  .describe('Location of the code');

/** `kind: Pipeline` of `steelyard apply`. */
export const PipelineSpec = z
  .strictObject({
    description: z.string().max(2000).optional().describe('Purpose of the pipeline'),
    project: Name.optional().describe('Project of the pipeline'),
    team: Name.optional().describe('Responsible team; default: that of the project'),
    experiment: z
      .string()
      .min(1)
      .max(250)
      .optional()
      .describe('MLflow experiment of its runs; default: the name of the pipeline'),
    engine: Engine.default('process'),
    queue: QueueName.optional().describe('Queue of the steps without one (kubernetes)'),
    image: Image.optional().describe('Image of the steps without one'),
    params: z
      .record(ParamName, Scalar)
      .default({})
      .describe('Parameters and their defaults; the expression params.name is the value'),
    env: Env.default({}),
    source: Source.optional(),
    budget: MoneyText.optional().describe('Maximum cost of one run of the pipeline'),
    concurrency: z
      .strictObject({
        runs: z.number().int().min(1).max(100).default(1).describe('Maximum number of concurrent runs'),
        whenFull: z
          .enum(['wait', 'skip', 'replace'])
          .default('wait')
          .describe('Action for a run above the limit: it waits, is skipped, or replaces the oldest run'),
      })
      .prefault({})
      .describe('Limit of concurrent runs'),
    on: Triggers.default([]),
    steps: z.record(StepName, Step).describe('Steps by name'),
  })
  .superRefine(({ engine, queue, budget, steps }, context) => {
    const report = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (queue !== undefined && engine !== 'kubernetes') report(['queue'], describeMissingQueues(engine));
    for (const [name, step] of Object.entries(steps)) {
      if (!('run' in step)) continue;
      for (const { field, message } of findEngineProblems({ engine, pipelineQueue: queue }, step))
        report(['steps', name, 'resources', field], message);
      for (const { field, message } of findSweepProblems({ budget }, step))
        report(['steps', name, 'sweep', ...field], message);
    }
  })
  .describe('A pipeline');
export type PipelineSpec = z.infer<typeof PipelineSpec>;
