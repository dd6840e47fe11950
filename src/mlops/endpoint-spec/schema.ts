import { z } from 'zod';
import { Name } from '../../org/schema.ts';
import { Cpus, Duration, Memory } from '../../platform/units/quantities/schema.ts';
import { ContainerServer, Gpus, OnKubernetes, ServerModelName, ServerProtocol } from './container/schema.ts';
import { LogSpec } from './log/schema.ts';
import { RolloutSpec } from './rollout/schema.ts';
import { EndpointRoute, listRouteTargets } from './routes/schema.ts';
import { ScalingSpec } from './scaling/schema.ts';

export type { ContainerServer, OnKubernetes } from './container/schema.ts';
export { type LogSpec, LogState } from './log/schema.ts';
export {
  type AnalysisCheck,
  type CanaryAnalysis,
  type PrometheusCheck,
  type RolloutSpec,
  RolloutStrategy,
  toCheckName,
} from './rollout/schema.ts';
export { listRouteTargets, type RouteCondition } from './routes/schema.ts';
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
    .describe('Alias that selects the version; when the alias moves, the endpoint follows'),
};

const ProcessServer = z
  .strictObject({
    command: z
      .array(z.string().max(20_000).describe('Argument'))
      .min(1)
      .max(1000)
      .describe(
        'Program and its arguments; {port} is the port to listen on at 127.0.0.1, {model} the folder of the artifacts',
      ),
    protocol: ServerProtocol,
    modelName: ServerModelName.optional(),
  })
  .describe('A model server that runs as a process of this machine');

const VariantResources = z
  .strictObject({
    cpu: Cpus.optional().describe('CPUs of a replica: 2, 0.5 or 500m; with onnx also its threads'),
    memory: Memory.optional().describe('Memory of a replica: 512Mi, 2Gi; a replica that exceeds it is ended'),
    gpu: Gpus.optional(),
    instance: z
      .string()
      .regex(/^[\w.:/@-]{1,200}$/, 'letters, digits and . _ : / @ -')
      .default('machine')
      .describe(
        'Key of the price book for a replica; on Kubernetes also the instance type of its node. Default: its GPUs, else the machine, else on Kubernetes its share of the node',
      ),
  })
  .describe('Resources of a replica, for scheduling and pricing');

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
      .describe('Environment variables of its replicas; every reader of the endpoint can see them'),
    resources: VariantResources.prefault({}),
    replicas: z
      .strictObject({
        min: z
          .number()
          .int()
          .min(0)
          .max(100)
          .default(1)
          .describe('Minimum number of replicas on each server; 0: scales to zero'),
        max: z
          .number()
          .int()
          .min(1)
          .max(100)
          .optional()
          .describe('Maximum number of replicas; default: min, or 1 if min is 0'),
      })
      .refine(({ min, max = Math.max(1, min) }) => min <= max, 'max must be at least min')
      .prefault({})
      .describe('Number of replicas'),
    scaling: ScalingSpec.optional(),
  })
  .refine(({ version, alias }) => (version === undefined) !== (alias === undefined), 'set either a version or an alias')
  .refine(
    ({ backend, process }) => (backend === 'process') === (process !== undefined),
    'process requires the backend "process"',
  )
  .refine(
    ({ backend, container }) => (backend === 'docker' || backend === 'kubernetes') === (container !== undefined),
    'container requires the backend "docker" or "kubernetes"',
  )
  .refine(
    ({ backend, kubernetes }) => kubernetes === undefined || backend === 'kubernetes',
    'kubernetes requires the backend "kubernetes"',
  )
  .refine(
    ({ backend, resources }) => resources.gpu === undefined || backend === 'docker' || backend === 'kubernetes',
    'resources.gpu requires the backend "docker" or "kubernetes"',
  )
  .describe('One version behind the endpoint');
export type Variant = z.infer<typeof Variant>;

export const Weights = z
  .record(VariantName, z.number().min(0).max(1e6))
  .refine((weights) => Object.values(weights).some((weight) => weight > 0), 'at least one weight must be above 0')
  .describe('Relative shares of the traffic by variant');

const Salt = z
  .string()
  .min(1)
  .max(250)
  .optional()
  .describe('Part of the hash: with another salt, requests are assigned to variants independently; default: none');

const Traffic = z
  .strictObject({
    weights: Weights.optional().describe(
      'Relative shares of the traffic by variant; default: all traffic to the first',
    ),
    sticky: z
      .union([
        z.strictObject({
          salt: Salt,
          header: z
            .string()
            .regex(/^[A-Za-z][A-Za-z0-9-]{0,99}$/, 'the name of a header')
            .describe('Header'),
        }),
        z.strictObject({ salt: Salt, hash: z.literal('body').describe('The bytes of the request') }),
      ])
      .optional()
      .describe('Key of requests that always go to the same variant: a header, or the body'),
    shadow: z
      .record(VariantName, z.number().gt(0).max(1))
      .default({})
      .describe(
        'Variants that receive copies of requests, with their share (0 to 1); clients do not get their responses, which are logged next to the predictions',
      ),
  })
  .prefault({})
  .describe('Routing of requests to variants');

const Limits = z
  .strictObject({
    request: Memory.prefault('16Mi').describe('Maximum size of a request'),
    timeout: Duration.prefault('30s').describe('Maximum wait for a slot, and separately for the response'),
    concurrency: z.number().int().min(1).max(10_000).default(8).describe('Concurrent requests of one replica'),
    queue: z
      .number()
      .int()
      .min(0)
      .max(100_000)
      .default(256)
      .describe('Maximum number of requests that wait for a slot, for each variant'),
  })
  .prefault({})
  .describe('Limits of the endpoint');

export const EndpointSpec = z
  .strictObject({
    description: z.string().max(2000).optional().describe('Purpose of the endpoint'),
    project: Name.optional().describe('Project that pays'),
    environment: Name.optional().describe('Environment'),
    variants: z.record(VariantName, Variant).describe('Variants by name'),
    routes: z
      .record(VariantName, EndpointRoute)
      .default({})
      .describe('Cascades and routers by name; weights and shadows name them as they name variants'),
    traffic: Traffic,
    limits: Limits,
    log: LogSpec,
    rollout: RolloutSpec.prefault({}),
    startTimeout: Duration.prefault('5m').describe('Maximum time until a new replica is ready'),
    keepPrevious: Duration.prefault('5m').describe(
      'Time for which replicas of the previous revision stay ready for a rollback; they incur cost',
    ),
  })
  .superRefine(({ variants, routes, traffic }, context) => {
    const problem = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (Object.keys(variants).length === 0) problem(['variants'], 'name at least one variant');
    for (const [name, route] of Object.entries(routes)) {
      if (Object.hasOwn(variants, name)) problem(['routes', name], `"${name}" is already the name of a variant`);
      for (const { path, variant } of listRouteTargets(route)) {
        if (Object.hasOwn(variants, variant)) continue;
        const why = Object.hasOwn(routes, variant)
          ? `"${variant}" is a route; a route names variants with a model`
          : `there is no variant "${variant}"`;
        problem(['routes', name, ...path], why);
      }
    }
    for (const key of ['weights', 'shadow'] as const) {
      for (const name of Object.keys(traffic[key] ?? {})) {
        if (Object.hasOwn(variants, name) || Object.hasOwn(routes, name)) continue;
        problem(['traffic', key, name], `there is no variant "${name}"`);
      }
    }
  })
  .describe('An endpoint');
export type EndpointSpec = z.infer<typeof EndpointSpec>;
