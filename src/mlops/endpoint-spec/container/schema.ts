import { z } from 'zod';
import { adminOnly } from '../../../platform/secrets/schema.ts';
import { Duration } from '../../../platform/units/quantities/schema.ts';

const Words = z.array(z.string().max(20_000).describe('Word')).max(1000);

/** Protocol of a model server, wherever it runs. */
export const ServerProtocol = z
  .enum(['mlflow', 'tensorflow', 'kserve', 'v2'])
  .describe('What it speaks: MLflow scoring, TensorFlow Serving REST, KServe v1, Open Inference Protocol v2');

export const ServerModelName = z
  .string()
  .regex(/^[\w.-]{1,200}$/, 'letters, digits and . _ -')
  .describe('What the server calls the model; default: its registered name');

export const ContainerServer = z
  .strictObject({
    image: z
      .string()
      .regex(/^\w[\w./:@+-]{0,499}$/, 'the name of an image')
      .refine((image) => !image.includes('..'), 'the name of an image')
      .describe('Image; fetched only from registries that the setting servingRegistries names'),
    command: Words.min(1)
      .optional()
      .describe(
        "In place of the image's entry point; {port} is the port, {model} the folder of the artifacts, as in args",
      ),
    args: Words.optional().describe("Words after the entry point, in place of the image's own"),
    port: z.number().int().min(1).max(65_535).default(8080).describe('Port that it listens on, on all its addresses'),
    protocol: ServerProtocol,
    modelName: ServerModelName.optional(),
    artifacts: z
      .boolean()
      .default(true)
      .describe('Whether the artifacts of the version are put into its container; false: the image has all it needs'),
    grace: Duration.prefault('30s')
      .describe('From being asked to end (SIGTERM) to being killed; at most 1h')
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
            value: LabelValue.optional().describe('Its value; default: any'),
            effect: z
              .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
              .optional()
              .describe('Its effect; default: every one'),
          })
          .describe('A taint of nodes that is put up with'),
      )
      .max(50)
      .default([])
      .describe('Taints of nodes that its pods put up with'),
    spot: z.boolean().default(false).describe('Whether its pods may be on capacity that can be taken away'),
    serviceAccount: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'a name of Kubernetes')
      .optional()
      .describe("Service account of its pods, whose rights they have; default: the namespace's own, without a token")
      .meta(adminOnly),
    priorityClass: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'a name of Kubernetes')
      .optional()
      .describe('Priority class of its pods; default: the one of the cluster')
      .meta(adminOnly),
    kserve: z
      .boolean()
      .default(false)
      .describe('Whether it is an InferenceService of KServe, which the cluster must have; false: a Deployment'),
  })
  .describe('Where and as what it runs on Kubernetes');
export type OnKubernetes = z.infer<typeof OnKubernetes>;

export const Gpus = z
  .strictObject({
    count: z.number().int().min(1).max(64).default(1).describe('How many'),
    model: z.string().min(1).max(60).optional().describe('Model, such as A10G or H100; default: any'),
  })
  .describe('GPUs that a replica has for itself (docker, kubernetes)');
