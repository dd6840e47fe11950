import { z } from 'zod';
import { Name } from '../../org/schema.ts';
import { Cpus, Duration, Memory } from '../../platform/units/quantities/schema.ts';
import { ContainerServer, Gpus, OnKubernetes, ServerModelName, ServerProtocol } from './container/schema.ts';
import { LogSpec } from './log/schema.ts';
import { RolloutSpec } from './rollout/schema.ts';
import { ScalingSpec } from './scaling/schema.ts';

export type { ContainerServer, OnKubernetes } from './container/schema.ts';
export { type LogSpec, LogState } from './log/schema.ts';
export { type RolloutSpec, RolloutStrategy } from './rollout/schema.ts';
export { ScalingPolicyName, ScalingSpec } from './scaling/schema.ts';

export const VariantName = Name.describe('Name of a variant');

const ServedModel = {
  model: z.string().min(1).max(250).describe('Registered model'),
  version: z.coerce
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'the number of a version')
    .optional()
    .describe('Its version'),
  alias: z
    .string()
    .min(1)
    .max(250)
    .optional()
    .describe('Alias that points to the version; when it moves, so does the endpoint'),
};

const ProcessServer = z
  .strictObject({
    command: z
      .array(z.string().max(20_000).describe('Word'))
      .min(1)
      .max(1000)
      .describe(
        'Program and its words; {port} is the port to listen on at 127.0.0.1, {model} the folder of the artifacts',
      ),
    protocol: ServerProtocol,
    modelName: ServerModelName.optional(),
  })
  .describe('A server of the model that is started as a process of this machine');

const VariantResources = z
  .strictObject({
    cpu: Cpus.optional().describe('CPUs of a replica: 2, 0.5 or 500m; with onnx also its threads'),
    memory: Memory.optional().describe('Memory of a replica: 512Mi, 2Gi; more than this ends it'),
    gpu: Gpus.optional(),
    instance: z
      .string()
      .regex(/^[\w.:/@-]{1,200}$/, 'letters, digits and . _ : / @ -')
      .default('machine')
      .describe(
        'What a replica is priced by, a key of the price book; on Kubernetes also the instance type of its node. Default: its GPUs, else the machine, else on Kubernetes its part of the node',
      ),
  })
  .describe('What a replica may take, and what it is priced by');

export const BackendName = z
  .enum(['onnx', 'process', 'docker', 'kubernetes'])
  .describe('onnx: by this server; process: by a command that listens on a port; docker, kubernetes: by a container');

export const Variant = z
  .strictObject({
    ...ServedModel,
    backend: BackendName,
    process: ProcessServer.optional(),
    container: ContainerServer.optional(),
    kubernetes: OnKubernetes.optional(),
    env: z
      .record(
        z.string().regex(/^[A-Za-z_]\w{0,127}$/, 'the name of an environment variable'),
        z.coerce.string().max(20_000),
      )
      .default({})
      .describe('Environment variables of its replicas; they are shown to whoever reads the endpoint'),
    resources: VariantResources.prefault({}),
    replicas: z
      .strictObject({
        min: z
          .number()
          .int()
          .min(0)
          .max(100)
          .default(1)
          .describe('Replicas that always run, on each server; 0: none while nothing comes'),
        max: z.number().int().min(1).max(100).optional().describe('Most replicas; default: as min, and 1 for 0'),
      })
      .refine(({ min, max = Math.max(1, min) }) => min <= max, 'max must not be below min')
      .prefault({})
      .describe('How many replicas'),
    scaling: ScalingSpec.optional(),
  })
  .refine(
    ({ version, alias }) => (version === undefined) !== (alias === undefined),
    'name either a version or an alias',
  )
  .refine(
    ({ backend, process }) => (backend === 'process') === (process !== undefined),
    'process goes with the backend "process" alone',
  )
  .refine(
    ({ backend, container }) => (backend === 'docker' || backend === 'kubernetes') === (container !== undefined),
    'container goes with the backends "docker" and "kubernetes" alone',
  )
  .refine(
    ({ backend, kubernetes }) => kubernetes === undefined || backend === 'kubernetes',
    'kubernetes goes with the backend "kubernetes" alone',
  )
  .refine(
    ({ backend, resources }) => resources.gpu === undefined || backend === 'docker' || backend === 'kubernetes',
    'resources.gpu goes with the backends "docker" and "kubernetes" alone',
  )
  .describe('One version behind the endpoint');
export type Variant = z.infer<typeof Variant>;

export const Weights = z
  .record(VariantName, z.number().min(0).max(1e6))
  .refine((weights) => Object.values(weights).some((weight) => weight > 0), 'one weight must be above 0')
  .describe('Shares of the traffic by variant; only their proportion counts');

const Traffic = z
  .strictObject({
    weights: Weights.optional().describe('Shares of the traffic by variant; default: all to the first'),
    sticky: z
      .union([
        z.strictObject({
          header: z
            .string()
            .regex(/^[A-Za-z][A-Za-z0-9-]{0,99}$/, 'the name of a header')
            .describe('Header'),
        }),
        z.strictObject({ hash: z.literal('body').describe('The bytes of the request') }),
      ])
      .optional()
      .describe('What goes to the same variant each time: requests with the same header, or the same body'),
    shadow: z
      .record(VariantName, z.number().gt(0).max(1))
      .default({})
      .describe('Variants that get copies of requests, whose answers nobody waits for, and of which share (0 to 1)'),
  })
  .prefault({})
  .describe('Who gets which requests');

const Limits = z
  .strictObject({
    request: Memory.prefault('16Mi').describe('Largest request'),
    timeout: Duration.prefault('30s').describe('Longest time for a place, and again for the answer'),
    concurrency: z.number().int().min(1).max(10_000).default(8).describe('Requests at one time in one replica'),
    queue: z
      .number()
      .int()
      .min(0)
      .max(100_000)
      .default(256)
      .describe('Requests that wait for a place, in each variant'),
  })
  .prefault({})
  .describe('What the endpoint takes');

export const EndpointSpec = z
  .strictObject({
    description: z.string().max(2000).optional().describe('What it is for'),
    project: Name.optional().describe('Project that pays'),
    environment: Name.optional().describe('Environment'),
    variants: z.record(VariantName, Variant).describe('Variants by name'),
    traffic: Traffic,
    limits: Limits,
    log: LogSpec,
    rollout: RolloutSpec.prefault({}),
    startTimeout: Duration.prefault('5m').describe('Time in which a new replica must be ready'),
    keepPrevious: Duration.prefault('5m').describe(
      'How long replicas of the revision before stay ready for a rollback; they cost',
    ),
  })
  .superRefine(({ variants, traffic }, context) => {
    if (Object.keys(variants).length === 0) {
      context.addIssue({ code: 'custom', path: ['variants'], message: 'name one variant at least' });
    }
    for (const key of ['weights', 'shadow'] as const) {
      for (const name of Object.keys(traffic[key] ?? {})) {
        if (name in variants) continue;
        context.addIssue({ code: 'custom', path: ['traffic', key, name], message: `there is no variant "${name}"` });
      }
    }
  })
  .describe('An endpoint');
export type EndpointSpec = z.infer<typeof EndpointSpec>;
