import type { z } from 'zod';
import { postApply } from '../../src/platform/manifests/schema.ts';
import {
  getOptimization,
  type OptimizationDetail,
  type OptimizationSpec,
  proposeOptimization,
} from '../../src/tradeoff/optimizations/schema.ts';
import type { Client } from '../connection/client.ts';
import { command, type InputOf } from '../frame/command.ts';
import { CommandError } from '../frame/failure.ts';
import { Margin } from '../outcome-files.ts';
import { findTextFiles, readTextFile } from '../text-files.ts';
import { optimizationText } from './text.ts';

type SpecInput = z.input<typeof OptimizationSpec>;

const number = (describe: string, value: string) => ({ value, schema: Margin, describe }) as const;

const positionals = {
  name: { describe: 'Name of the optimization; left out with --file', optional: true },
} as const;

const options = {
  file: {
    value: 'FILE|DIR',
    short: 'f',
    repeat: true,
    describe: 'YAML documents of kind Optimization, instead of NAME and the other options',
  },
  endpoint: { value: 'ENDPOINT', describe: 'Endpoint that is changed' },
  variant: { value: 'VARIANT', describe: 'Baseline; default: the only variant with traffic' },
  model: { value: 'MODEL', describe: 'Change: another registered model' },
  version: { value: 'VERSION', describe: 'Change: another version' },
  toVariant: { value: 'VARIANT', describe: 'Change: another variant of the endpoint, such as a cascade' },
  instance: { value: 'TYPE', describe: 'Change: another instance type' },
  replicas: { value: 'MIN[:MAX]', describe: 'Change: another number of replicas' },
  metric: { value: 'METRIC', describe: 'Quality metric that must not fall by more than the margin' },
  margin: number('Largest loss in the unit of the metric; 0.01 is one point of accuracy', 'MARGIN'),
  relativeMargin: number('Largest loss as a share of the mean of the baseline', 'SHARE'),
  guardrail: {
    value: 'NAME=LIMIT',
    repeat: true,
    describe: 'errorRate=0.01, latencyP95=1.5 or budget=NAME; default: errorRate=0.01 and latencyP95=1.5',
  },
  ramp: { value: 'PERCENTS', describe: 'Percent of the traffic by step; default 1,5,10,25,50' },
  stepFor: { value: 'DURATION', describe: 'Minimum duration of a step; default 10m' },
  compare: { value: 'pairs|arms', describe: 'pairs: copies answered by both arms (default); arms: separate requests' },
  holdOut: number('Share that stays on the baseline after the change is kept; default 0.02', 'SHARE'),
  deadline: { value: 'DURATION', describe: 'Without proof until then it is rolled back; default 14d' },
  labelsWithin: { value: 'DURATION', describe: 'Time in which the labels of predictions arrive; default 1h' },
} as const;

export const proposeCommand = command({
  path: ['optimization', 'propose'],
  summary: 'Propose a change that saves money; it is kept only while quality holds',
  example: `steelyard optimization propose smaller --endpoint ranker --version 4 --metric ndcg@10 --relative-margin 0.05
steelyard optimization propose cheaper --endpoint ranker --instance g5.xlarge --metric accuracy --margin 0.01 --ramp 5,25,50
steelyard optimization propose -f smaller.yaml`,
  needs: 'server',
  positionals,
  options,
  run: async (context, input) => {
    const client = await context.client();
    const proposed = input.file.length > 0 ? await applyFiles(client, input) : [await proposeOne(client, input)];
    const document = input.file.length > 0 ? { optimizations: proposed } : proposed[0];
    await context.answer(document, () => proposed.map((one) => optimizationText(one, context)).join('\n\n'));
    return 0;
  },
});

type Input = InputOf<typeof positionals, typeof options>;

async function applyFiles(client: Client, { name, file, ...rest }: Input): Promise<OptimizationDetail[]> {
  const stated = Object.values(rest).some(
    (value) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  if (name !== undefined || stated) {
    throw new CommandError('usage', '--file excludes NAME and the other options: the document states them.');
  }
  const documents = findTextFiles(file, /\.ya?ml$/i, '.yaml or .yml file').map(readTextFile);
  const { applied } = await client.call(postApply, { body: { documents, dryRun: false } });
  const names = applied.filter(({ kind }) => kind === 'Optimization').map((one) => one.name);
  return Promise.all(names.map((optimization) => client.call(getOptimization, { params: { optimization } })));
}

function proposeOne(client: Client, input: Input): Promise<OptimizationDetail> {
  const { name, endpoint } = input;
  if (name === undefined || endpoint === undefined) {
    throw new CommandError('usage', 'State NAME and --endpoint, or a YAML document with --file.');
  }
  return client.call(proposeOptimization, { body: { optimization: name, spec: toSpec(endpoint, input) } });
}

/** The document that the options state; fields without an option keep their default. */
function toSpec(endpoint: string, input: Input): SpecInput {
  const { variant, compare, holdOut, deadline, labelsWithin } = input;
  return withoutUndefined({
    endpoint,
    variant,
    change: toChange(input),
    quality: toQuality(input),
    guardrails: input.guardrail.length === 0 ? undefined : input.guardrail.map(toGuardrail),
    compare: compare === undefined ? undefined : toCompare(compare),
    ramp: toRamp(input),
    ...{ holdOut, deadline, labelsWithin },
  });
}

function toChange({ toVariant, model, version, instance, replicas }: Input): SpecInput['change'] {
  const fields = { model, version, instance, replicas };
  const isStated = Object.values(fields).some((value) => value !== undefined);
  if (toVariant !== undefined && isStated) {
    throw new CommandError('usage', '--to-variant excludes --model, --version, --instance and --replicas.');
  }
  if (toVariant !== undefined) return { toVariant };
  if (!isStated) {
    const detail = 'State the change: --version, --model, --to-variant, --instance or --replicas.';
    throw new CommandError('usage', detail);
  }
  return withoutUndefined({
    ...{ model, version },
    resources: instance === undefined ? undefined : { instance },
    replicas: replicas === undefined ? undefined : toReplicas(replicas),
  });
}

function toReplicas(text: string): { min: number; max?: number } {
  const [, min, max] = /^(\d{1,3})(?::(\d{1,3}))?$/.exec(text) ?? [];
  if (min === undefined) throw new CommandError('usage', `--replicas ${text}: write MIN or MIN:MAX, such as 1:4.`);
  return max === undefined ? { min: Number(min) } : { min: Number(min), max: Number(max) };
}

function toQuality({ metric, margin, relativeMargin }: Input): SpecInput['quality'] {
  const margins = [margin, relativeMargin].filter((one) => one !== undefined);
  if (metric === undefined && margins.length === 0) return undefined;
  if (metric === undefined || margins.length !== 1) {
    throw new CommandError('usage', '--metric needs --margin or --relative-margin, and one of them only.');
  }
  return [withoutUndefined({ metric, margin, relativeMargin })];
}

function toGuardrail(text: string): NonNullable<SpecInput['guardrails']>[number] {
  const [, name, limit = ''] = /^(errorRate|latencyP95|budget)=(.+)$/.exec(text) ?? [];
  if (name === 'budget') return { budget: limit };
  if (name !== undefined && Number.isFinite(Number(limit))) {
    return name === 'errorRate'
      ? { metric: 'errorRate', margin: Number(limit) }
      : { metric: 'latencyP95', ratio: Number(limit) };
  }
  throw new CommandError('usage', `--guardrail ${text}: write errorRate=0.01, latencyP95=1.5 or budget=NAME.`);
}

function toCompare(text: string): 'pairs' | 'arms' {
  if (text === 'pairs' || text === 'arms') return text;
  throw new CommandError('usage', `--compare ${text}: write pairs or arms.`);
}

function toRamp({ ramp, stepFor }: Input): SpecInput['ramp'] {
  if (ramp === undefined && stepFor === undefined) return undefined;
  return withoutUndefined({ percents: ramp === undefined ? undefined : toPercents(ramp), for: stepFor });
}

function toPercents(text: string): number[] {
  const percents = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (percents.every((percent) => percent > 0 && percent <= 100)) return percents;
  throw new CommandError('usage', `--ramp ${text}: write rising percents, such as 1,5,10,25,50.`);
}

type Stated<Fields> = { [Name in keyof Fields]: Exclude<Fields[Name], undefined> };

/** The fields that are stated. */
function withoutUndefined<Fields extends object>(fields: Fields): Stated<Fields> {
  const stated = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(stated) as Stated<Fields>;
}
