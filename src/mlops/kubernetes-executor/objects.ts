import { z } from 'zod';

/** Fields read from Kubernetes objects; other fields are ignored. */

const Instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const Names = z.record(z.string(), z.string()).default({});
const Condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(''),
  message: z.string().default(''),
});
const Conditions = z
  .array(Condition)
  .nullish()
  .transform((list) => list ?? []);

const Meta = z.object({
  name: z.string(),
  uid: z.string().default(''),
  labels: Names,
  annotations: Names,
  resourceVersion: z.string().default(''),
  creationTimestamp: Instant,
  deletionTimestamp: Instant.optional(),
});

export const Job = z.object({
  metadata: Meta,
  spec: z.object({ suspend: z.boolean().nullish(), activeDeadlineSeconds: z.number().nullish() }),
  status: z.object({ startTime: Instant.nullish(), conditions: Conditions }).prefault({}),
});
export type Job = z.infer<typeof Job>;

const Waiting = z.object({ reason: z.string().default(''), message: z.string().default('') });
const Terminated = z.object({
  exitCode: z.number().int(),
  reason: z.string().default(''),
  message: z.string().default(''),
  startedAt: Instant.nullish(),
  finishedAt: Instant.nullish(),
});
const ContainerStatus = z.object({
  name: z.string(),
  imageID: z.string().default(''),
  ready: z.boolean().default(false),
  restartCount: z.number().int().default(0),
  lastState: z.object({ terminated: Terminated.optional() }).default({}),
  state: z
    .object({
      waiting: Waiting.optional(),
      running: z.object({ startedAt: Instant.nullish() }).optional(),
      terminated: Terminated.optional(),
    })
    .default({}),
});
export type ContainerStatus = z.infer<typeof ContainerStatus>;
const ContainerStatuses = z
  .array(ContainerStatus)
  .nullish()
  .transform((list) => list ?? []);

export const Pod = z.object({
  metadata: Meta,
  spec: z.object({ nodeName: z.string().optional() }),
  status: z
    .object({
      phase: z.string().default('Pending'),
      /** When its machine accepted it. */
      startTime: Instant.nullish(),
      podIP: z.string().optional(),
      reason: z.string().default(''),
      message: z.string().default(''),
      conditions: Conditions,
      containerStatuses: ContainerStatuses,
      initContainerStatuses: ContainerStatuses,
    })
    .prefault({}),
});
export type Pod = z.infer<typeof Pod>;

/** Kueue's record of a Job in a queue. */
export const QueuedWorkload = z.object({
  metadata: Meta.extend({
    ownerReferences: z
      .array(z.object({ uid: z.string() }))
      .nullish()
      .transform((list) => list ?? []),
  }),
  status: z.object({ conditions: Conditions }).prefault({}),
});
export type QueuedWorkload = z.infer<typeof QueuedWorkload>;

/** Object that keeps replicas of a pod, whatever its kind. */
export const Keeper = z.object({
  metadata: Meta,
  spec: z.object({ replicas: z.number().int().default(1) }).loose(),
  status: z.object({ conditions: Conditions }).prefault({}),
});
export type Keeper = z.infer<typeof Keeper>;

export const Node = z.object({
  metadata: Meta,
  spec: z.object({ unschedulable: z.boolean().optional() }).prefault({}),
  status: z.object({ allocatable: Names }).prefault({}),
});
export type Node = z.infer<typeof Node>;

export const Event = z.object({ reason: z.string().default(''), message: z.string().default('') });

/** A list with unparsed items: an unreadable item must not hide the others. */
export const List = z.object({
  metadata: z.object({ resourceVersion: z.string().default(''), continue: z.string().default('') }),
  items: z
    .array(z.unknown())
    .nullish()
    .transform((list) => list ?? []),
});

/** Labels that identify all objects of this server. */
export const MANAGED = { 'app.kubernetes.io/managed-by': 'steelyard', 'app.kubernetes.io/name': 'steelyard-work' };
/** The label by which Kubernetes itself ties pods to their Job. */
export const JOB_NAME = 'batch.kubernetes.io/job-name';
/** Annotation of the pods of an Indexed Job: their number, from 0. */
export const POD_INDEX = 'batch.kubernetes.io/job-completion-index';
/** Label by which Kueue finds the queue of a Job. */
export const QUEUE_NAME = 'kueue.x-k8s.io/queue-name';
/** Label with the name of a WorkloadPriorityClass of Kueue. */
export const QUEUE_PRIORITY = 'kueue.x-k8s.io/priority-class';
export const MAIN = 'main';
/** Annotations of a Job: its start time by this server's clock, Unix milliseconds; and the origin of a stop request. */
export const BEGUN_AT = 'steelyard.dev/begun-at';
export const STOPPED_BY = 'steelyard.dev/stopped-by';
/** Annotation of a Job that was suspended while it ran: the reason. It is not run again. */
export const TAKEN_BACK = 'steelyard.dev/taken-back';

export const findCondition = (of: { status: { conditions: z.infer<typeof Conditions> } }, type: string) =>
  of.status.conditions.find((condition) => condition.type === type && condition.status === 'True') ?? null;

export const findMainContainer = (pod: Pod): ContainerStatus | null =>
  pod.status.containerStatuses.find(({ name }) => name === MAIN) ?? null;

/** Number of a pod among the pods of its Job; 0 for the only pod of a Job. */
export const findIndex = (pod: Pod): number => Number(pod.metadata.annotations[POD_INDEX] ?? 0);

/** Queue of Kueue in which a Job was placed; null: none. */
export const findQueue = (job: Job): string | null => job.metadata.labels[QUEUE_NAME] ?? null;
