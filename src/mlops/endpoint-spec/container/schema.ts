import { z } from 'zod';
import { adminOnly } from '../../../platform/secrets/schema.ts';
import { Duration } from '../../../platform/units/quantities/schema.ts';

const Words = z.array(z.string().max(20_000).describe('Argument')).max(1000);

/** Protocol of a model server. */
export const ServerProtocol = z
  .enum(['mlflow', 'tensorflow', 'kserve', 'v2'])
  .describe('Protocol: MLflow scoring, TensorFlow Serving REST, KServe v1, Open Inference Protocol v2');

export const ServerModelName = z
  .string()
  .regex(/^[\w.-]{1,200}$/, 'letters, digits and . _ -')
  .describe('Name of the model on its server; default: its registered name');

export const ContainerServer = z
  .strictObject({
    image: z
      .string()
      .regex(/^\w[\w./:@+-]{0,499}$/, 'the name of an image')
      .refine((image) => !image.includes('..'), 'the name of an image')
      .describe('Image; pulled only from the registries in the setting servingRegistries'),
    command: Words.min(1)
      .optional()
      .describe(
        'Replaces the entry point of the image; {port} is the port, {model} the folder of the artifacts, as in args',
      ),
    args: Words.optional().describe('Arguments of the entry point, which replace those of the image'),
    port: z
      .number()
      .int()
      .min(1)
      .max(65_535)
      .default(8080)
      .describe('Port of the server, on all addresses of the container'),
    protocol: ServerProtocol,
    modelName: ServerModelName.optional(),
    artifacts: z
      .boolean()
      .default(true)
      .describe(
        'Whether the artifacts of the version are copied into its container; false: the image contains all files',
      ),
    grace: Duration.prefault('30s')
      .describe('Time from the stop signal (SIGTERM) to the kill signal; at most 1h')
      .refine((ms) => ms <= 3_600_000, 'at most 1h'),
  })
  .describe('A server of the model in a container');
export type ContainerServer = z.infer<typeof ContainerServer>;

const LabelKey = z
  .string()
  .regex(/^([a-z0-9.-]{1,253}\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/, 'the name of a label');
const LabelValue = z.string().regex(/^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/, 'the value of a label');

export const OnKubernetes = z
  .strictObject({
    nodeSelector: z.record(LabelKey, LabelValue).default({}).describe('Labels that a node must have'),
    tolerations: z
      .array(
        z
          .strictObject({
            key: LabelKey.describe('Taint'),
            value: LabelValue.optional().describe('Value of the taint; default: any'),
            effect: z
              .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
              .optional()
              .describe('Effect of the taint; default: any'),
          })
          .describe('A toleration of a taint'),
      )
      .max(50)
      .default([])
      .describe('Tolerations of its pods'),
    spot: z.boolean().default(false).describe('Whether its pods may run on spot capacity'),
    serviceAccount: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'a Kubernetes name')
      .optional()
      .describe('Service account of its pods; default: that of the namespace, without a token')
      .meta(adminOnly),
    priorityClass: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'a Kubernetes name')
      .optional()
      .describe('Priority class of its pods; default: that of the cluster')
      .meta(adminOnly),
    kserve: z
      .boolean()
      .default(false)
      .describe('Whether it is an InferenceService of KServe, which the cluster must have; false: a Deployment'),
  })
  .describe('Scheduling and identity of its pods on Kubernetes');
export type OnKubernetes = z.infer<typeof OnKubernetes>;

export const Gpus = z
  .strictObject({
    count: z.number().int().min(1).max(64).default(1).describe('Number of GPUs'),
    model: z.string().min(1).max(60).optional().describe('Model, such as A10G or H100; default: any'),
  })
  .describe('Dedicated GPUs of a replica (docker, kubernetes)');
