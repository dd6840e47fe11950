import { z } from 'zod';
import { Name } from '../../org/schema.ts';
import { adminOnly, SecretReference } from '../../platform/secrets/schema.ts';
import { Cpus, Duration, Memory } from '../../platform/units/quantities/schema.ts';
import { Money } from '../../platform/units/schema.ts';
import { ParamName, Scalar } from './scalar/schema.ts';
import { Triggers } from './triggers/schema.ts';

export { ParamName, Scalar } from './scalar/schema.ts';
export {
  type CronTrigger,
  Data,
  type DataTrigger,
  type EventTrigger,
  EventType,
  kindOf,
  namedTriggers,
  Provider,
  type PushTrigger,
  type Trigger,
  TriggerKind,
  TriggerName,
} from './triggers/schema.ts';

export const PipelineName = Name.describe('Name of a pipeline');

export const StepName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,38}$/, 'small letters, digits and dashes, at most 39, a letter first')
  .describe('Name of a step');

const VARIABLE = /^[A-Za-z_]\w{0,127}$/;
const VariableName = z.string().regex(VARIABLE, 'the name of an environment variable');

/** Inside the working folder: relative, and out of it by no `..`. */
const InnerPath = z
  .string()
  .max(1000)
  .regex(/^(?!\/)(?!.*(^|\/)\.\.?(\/|$))[^\0\\]+$/, 'a path inside the working folder, such as data/clean.csv')
  .transform((path) => path.replace(/\/+$/, ''));

/** `20 USD`, `0.5EUR`, or what that was read as. */
const MoneyWord = z.union(
  [
    Money,
    z
      .string()
      .regex(/^\d+(\.\d+)? ?[A-Z][A-Z0-9_]{2,15}$/)
      .transform((word) => {
        const [, amount = '', currency = ''] = /^([\d.]+) ?(\w+)$/.exec(word) ?? [];
        return { amount, currency };
      })
      .pipe(Money),
  ],
  'an amount and its currency, such as 20 USD',
);

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

const MINUTE_MS = 60_000;

/** Of a step that has to be done by a time, and may be on spot capacity until then. */
export const SpotDeadline = z
  .strictObject({
    deadline: Duration.pipe(z.number().min(MINUTE_MS, '1m at least')).describe(
      'Time from the beginning of its first try in which it has to be done',
    ),
    work: Duration.pipe(z.number().min(MINUTE_MS, '1m at least')).describe(
      'Time that its work takes on demand, without interruption, at most',
    ),
    changeover: Duration.prefault('10m').describe(
      'Time from the order of a machine to the first new second of work: boot, fetch, restore',
    ),
    progress: z
      .string()
      .min(1)
      .max(250)
      .optional()
      .describe(
        'MLflow metric that it logs whenever it has saved: part of its work that is saved, 0 to 1. Left out: nothing counts as saved',
      ),
    resource: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('Key in the price book of its spot capacity; left out: it is priced as on demand'),
  })
  .describe('Spot capacity while the deadline allows it, then on demand');
export type SpotDeadline = z.infer<typeof SpotDeadline>;

export const ResourcesSpec = z
  .strictObject({
    cpu: Cpus.optional().describe('CPUs: 2, 0.5 or 500m'),
    memory: Memory.optional().describe('Memory: 512Mi, 2Gi; more than this ends the step'),
    disk: Memory.optional().describe(
      'What its working folder may take of the disk: 512Mi, 20Gi; more than this ends the step (process alone)',
    ),
    gpu: z
      .strictObject({
        count: z.number().int().min(1).max(64).default(1).describe('How many'),
        model: z.string().min(1).max(60).optional().describe('Model, such as A10G or H100'),
      })
      .optional()
      .describe('GPUs that the step has for itself'),
    instance: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('Instance type, such as g5.xlarge: where it runs and what it costs'),
    spot: z
      .union([z.boolean(), SpotDeadline], 'true, false, or a deadline with the time of its work')
      .default(false)
      .describe(
        'Whether it may run on capacity that can be taken away; with a deadline, as long as that allows (kubernetes)',
      ),
  })
  .describe('What a step may take, and what it is priced by');

const When = z
  .string()
  .min(1)
  .max(2000)
  .describe('CEL expression; the step is skipped where it is false. Default: all steps that it needs have succeeded');

const common = {
  needs: z.array(StepName.describe('Name of a step')).max(200).default([]).describe('Steps that end before it begins'),
  when: When.optional(),
};

const Retries = z
  .strictObject({
    limit: z.number().int().min(0).max(20).describe('Tries after the first'),
    backoff: Duration.prefault('5s').describe('Pause before the first of them; each next one is twice as long'),
  })
  .describe('Tries after a failure');

const Input = z.union([
  InnerPath.describe('A path that a step before it made, or that lies in the code'),
  z
    .strictObject({
      from: StepName.describe('Step that made it; of a matrix, all of it'),
      path: InnerPath.describe('Path as that step made it'),
      to: InnerPath.optional().describe('Where it shall lie; of a matrix, a folder with one for each combination'),
    })
    .describe('What a step before made'),
  z
    .strictObject({
      dataset: z.string().min(1).max(500).describe('Name or address of data that the step reads by itself'),
      digest: z.string().min(1).max(200).describe('Which content it is: a change of it is a change of the step'),
    })
    .describe('Data outside of the pipeline'),
]);

const Image = z.union([
  z.string().min(1).max(500).describe('Name of an image'),
  z
    .strictObject({
      build: InnerPath.or(z.literal('.')).describe('Folder of the code that the image is built of'),
      dockerfile: InnerPath.default('Dockerfile').describe('Path of the Dockerfile in it'),
    })
    .describe('An image built of the code'),
]);

export const CommandStep = z
  .strictObject({
    run: z
      .union([
        z.string().min(1).max(20_000).describe('Script for `sh -e`'),
        z.array(z.string().max(20_000).describe('Word')).min(1).max(1000).describe('Program and its words'),
      ])
      .describe('What is run'),
    ...common,
    image: Image.optional().describe('Image it runs in (docker, kubernetes)'),
    env: Env.default({}),
    secrets: z
      .record(VariableName, SecretReference.meta(adminOnly).describe('Where the secret is: env:NAME or file:/path'))
      .default({})
      .describe('Environment variables whose values are secrets: references, never values'),
    resources: ResourcesSpec.prefault({}),
    code: z
      .array(z.string().min(1).max(300).describe('Pattern such as src/**'))
      .min(1)
      .max(100)
      .optional()
      .describe('Which files of the code it stands on; default: all'),
    inputs: z.array(Input).max(200).default([]).describe('What it reads'),
    outputs: z
      .array(InnerPath.describe('File or folder'))
      .max(200)
      .default([])
      .describe('What it makes; one that is missing at the end is a failure'),
    metrics: InnerPath.optional().describe('JSON file that it writes, of numbers by name: logged to its run'),
    matrix: z
      .record(z.string().regex(/^[A-Za-z_]\w{0,40}$/), z.array(Scalar).min(1).max(200).describe('Values'))
      .optional()
      .describe('One step for each combination; the expression matrix.name is its value'),
    retries: Retries.prefault({ limit: 0 }),
    timeout: Duration.optional().describe('Longest time that one try may take'),
    grace: Duration.prefault('10s').describe('Time it has to save its work when it is stopped'),
    budget: MoneyWord.optional().describe('What one try may cost at most'),
    price: MoneyWord.optional().describe('Price of its resources for an hour, where the price book has none'),
    cache: z.boolean().default(true).describe('Whether what it made before may be taken again when nothing changed'),
  })
  .describe('A step that runs a command');
export type CommandStep = z.infer<typeof CommandStep>;

const Direction = z.enum(['max', 'min']).default('max').describe('Which is better');

export const EvaluateStep = z
  .strictObject({
    uses: z.literal('evaluate').describe('Picks the best of the steps that it needs'),
    ...common,
    metric: z.string().min(1).max(250).describe('MLflow metric that decides'),
    best: Direction,
  })
  .describe('Picks the best run of the steps that it needs; its outputs: run, step, value');

export const GateStep = z
  .strictObject({
    uses: z.literal('gate').describe('Weighs quality against cost'),
    ...common,
    policy: Name.describe('Policy that it is weighed by'),
    of: StepName.describe('Step whose run is weighed: an evaluate step, or one that trains'),
    onHold: z.enum(['stop', 'continue']).default('stop').describe('What happens when evidence is missing'),
  })
  .describe('Weighs a run by a policy; its outputs: verdict, summary. A rejection ends the pipeline run');

export const RegisterStep = z
  .strictObject({
    uses: z.literal('register').describe('Makes a model version'),
    ...common,
    model: z.string().min(1).max(256).describe('Registered model; made when it is not there'),
    of: StepName.describe('Step whose run made the model'),
    artifact: InnerPath.optional().describe(
      'Path among the outputs of that step; default: the model that its run logged',
    ),
    policy: Name.optional().describe(
      'Policy whose decision is recorded for the new version; on promote its alias moves',
    ),
  })
  .describe('Registers what a run made; its outputs: model, version');

export const DeployStep = z
  .strictObject({
    uses: z.literal('deploy').describe('Points an alias to the version'),
    ...common,
    of: StepName.describe('A register step'),
    alias: z
      .string()
      .regex(/^[\w-]{1,255}$/)
      .describe('Alias that what serves the model follows'),
  })
  .describe('Points an alias to a version');

export const Step = z.union([
  CommandStep,
  z.discriminatedUnion('uses', [EvaluateStep, GateStep, RegisterStep, DeployStep]),
]);
export type Step = z.infer<typeof Step>;

/** Location of the code, if it is not sent with the run. */
const Source = z
  .strictObject({
    git: z.string().min(1).max(1000).meta(adminOnly).describe('Address of a Git repository that the server may clone'),
    ref: z.string().min(1).max(250).regex(/^[^-]/, 'no dash first').default('HEAD').describe('Branch, tag or commit'),
    file: InnerPath.default('steelyard.yaml').describe(
      'File of the repository that holds this pipeline, read at the commit',
    ),
  })
  .describe('Where the code is');

export const Engine = z.enum(['process', 'docker', 'kubernetes']).describe('What runs the steps');

/** `kind: Pipeline` of `steelyard apply`. */
export const PipelineSpec = z
  .strictObject({
    description: z.string().max(2000).optional().describe('What it is for'),
    project: Name.optional().describe('Project that it is for'),
    team: Name.optional().describe('Team that answers for it; default: that of the project'),
    experiment: z
      .string()
      .min(1)
      .max(250)
      .optional()
      .describe('MLflow experiment of its runs; default: the name of the pipeline'),
    engine: Engine.default('process'),
    image: Image.optional().describe('Image of the steps that name none'),
    params: z
      .record(ParamName, Scalar)
      .default({})
      .describe('Parameters and their defaults; the expression params.name is the value'),
    env: Env.default({}),
    source: Source.optional(),
    budget: MoneyWord.optional().describe('What one run of the pipeline may cost at most'),
    concurrency: z
      .strictObject({
        runs: z.number().int().min(1).max(100).default(1).describe('Runs at the same time'),
        whenFull: z
          .enum(['wait', 'skip', 'replace'])
          .default('wait')
          .describe('What happens to one more: it waits, is left out, or the oldest makes room'),
      })
      .prefault({})
      .describe('How many runs there may be at a time'),
    on: Triggers.default([]),
    steps: z.record(StepName, Step).describe('Steps by name'),
  })
  .superRefine(({ engine, steps }, context) => {
    for (const [name, step] of Object.entries(steps)) {
      if (!('run' in step)) continue;
      const problem = problemOfDeadline(engine, step);
      const path = ['steps', name, 'resources', 'spot'];
      if (problem !== null) context.addIssue({ code: 'custom', path, message: problem });
    }
    if (engine === 'process') return;
    for (const [name, step] of Object.entries(steps)) {
      if (!('run' in step) || step.resources.disk === undefined) continue;
      const path = ['steps', name, 'resources', 'disk'];
      context.addIssue({ code: 'custom', path, message: `nothing holds it on ${engine}: leave it out` });
    }
  })
  .describe('A pipeline');
export type PipelineSpec = z.infer<typeof PipelineSpec>;

/** Reason why a step cannot have its deadline, one sentence; null where it can, or has none. */
function problemOfDeadline(engine: z.infer<typeof Engine>, { resources: { spot }, grace }: CommandStep): string | null {
  if (typeof spot === 'boolean') return null;
  if (engine !== 'kubernetes') return `${engine} has one kind of capacity: a deadline on spot needs engine: kubernetes`;
  if (spot.deadline >= spot.work + spot.changeover + grace + MINUTE_MS) return null;
  return 'the deadline leaves no time for the work, one changeover, the grace and a minute';
}
