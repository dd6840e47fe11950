import { AppError } from '../../platform/errors/index.ts';
import type { Work } from '../compute/index.ts';
import { BEGIN_SCRIPT, CARRY_SCRIPT, PLACES, RUN_SCRIPT } from './agent.ts';
import { BEGUN_AT, JOB_NAME, MAIN, MANAGED, QUEUE_NAME, QUEUE_PRIORITY } from './objects.ts';
import { buildPlacement, type Placement } from './placement.ts';
import { buildRendezvous } from './rendezvous.ts';

export interface ManifestRequest {
  readonly work: Work;
  readonly agentImage: string;
  /** Products of GPU (values of `nvidia.com/gpu.product`) that match the requested GPU; null where nodes are not visible. */
  readonly gpuProducts: readonly string[] | null;
  /** Unix milliseconds. */
  readonly now: number;
}

/** URLs from which a pod's agent fetches and to which it sends. They grant access, so they are stored in a Secret. */
export interface DoorAddresses {
  readonly in: string;
  readonly out: string;
  readonly end: string;
}

/**
 * Time for the transfer of outputs to the server after the command was asked to end, in addition to its grace period.
 */
export const TRANSFER_SECONDS = 60;
/** Retention of ended Jobs: a server that was down reads the outcome later. */
const KEPT_SECONDS = 7 * 24 * 3600;

/** One Job: one pod for each node, once. The end of one pod other than a success ends all of them. */
export function buildJob(request: ManifestRequest): object {
  const { work, now } = request;
  const { nodes = 1 } = work.resources;
  const labels = buildLabels(work);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: work.id,
      labels: { ...labels, ...buildQueueLabels(work) },
      annotations: { ...buildAnnotations(work), [BEGUN_AT]: String(now) },
    },
    spec: {
      backoffLimit: 0,
      completions: nodes,
      parallelism: nodes,
      ...(nodes === 1 ? {} : { completionMode: 'Indexed' }),
      // Suspended by us and not by Kueue: without Kueue, work for a queue must not start.
      ...(isQueued(work) ? { suspend: true } : {}),
      // A second pod while the first one is ending would run the work twice.
      podReplacementPolicy: 'Failed',
      activeDeadlineSeconds: computeDeadlineSeconds(work.until, work.graceMs, now),
      ttlSecondsAfterFinished: KEPT_SECONDS,
      template: {
        metadata: { labels, annotations: buildAnnotations(work) },
        spec: buildPodSpec(request, buildPlacement(request)),
      },
    },
  };
}

const isQueued = ({ queue }: Work): boolean => queue !== undefined && queue !== null;

/** Labels by which Kueue finds the queue and the priority of a Job. */
function buildQueueLabels({ queue }: Work): Record<string, string> {
  if (queue === undefined || queue === null) return {};
  return { [QUEUE_NAME]: queue.name, ...(queue.priority === null ? {} : { [QUEUE_PRIORITY]: queue.priority }) };
}

/** Headless Service with a name for each pod of work on several nodes, before the pods are ready. Deleted with the Job. */
export function buildService(work: Work, jobUid: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: work.id, labels: buildLabels(work), ownerReferences: [buildOwner(work, jobUid)] },
    spec: { clusterIP: 'None', publishNotReadyAddresses: true, selector: { [JOB_NAME]: work.id } },
  };
}

const buildOwner = (work: Work, uid: string): object => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  name: work.id,
  uid,
  blockOwnerDeletion: false,
});

/**
 * Seconds from a Job's start to the stop request for its command, so that it has ended at `until`. At least 1, the
 * minimum of Kubernetes. Example: until 60 s from the start, grace 10 s -> 50.
 */
export function computeDeadlineSeconds(until: number, graceMs: number, begunAt: number): number {
  return Math.max(1, Math.floor((until - graceMs - begunAt) / 1000));
}

/** The environment and the URLs, deleted with the Job. */
export function buildSecret(work: Work, jobUid: string, door: DoorAddresses): object {
  const variables = Object.entries(work.environment).map(([name, value], index) => [`variable-${index}`, name, value]);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: work.id,
      labels: buildLabels(work),
      ownerReferences: [buildOwner(work, jobUid)],
    },
    stringData: { ...door, ...Object.fromEntries(variables.map(([key, , value]) => [key, value])) },
  };
}

function buildPodSpec({ work, agentImage }: ManifestRequest, placement: Placement): object {
  const { nodes = 1 } = work.resources;
  return {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    // With the host names of an Indexed Job, the name of a pod is ID-NUMBER.ID.
    ...(nodes === 1 ? {} : { subdomain: work.id }),
    terminationGracePeriodSeconds: Math.ceil(work.graceMs / 1000) + TRANSFER_SECONDS,
    securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    ...placement,
    volumes: [
      { name: 'workspace', emptyDir: {} },
      { name: 'agent', emptyDir: {} },
      { name: 'door', secret: { secretName: work.id, items: ['in', 'out', 'end'].map((key) => ({ key, path: key })) } },
    ],
    initContainers: [
      buildAgentContainer('begin', agentImage, ['sh', '-c', BEGIN_SCRIPT]),
      {
        ...buildAgentContainer('carry', agentImage, ['sh', '-c', CARRY_SCRIPT, 'carry', ...work.outputs]),
        restartPolicy: 'Always',
      },
    ],
    containers: [buildMainContainer(work)],
  };
}

const CONFINED = { allowPrivilegeEscalation: false };
const MOUNTS = [
  { name: 'workspace', mountPath: PLACES.workspace },
  { name: 'agent', mountPath: PLACES.agent },
];

function buildAgentContainer(name: string, image: string, command: readonly string[]): object {
  return {
    name,
    image,
    command: command.map(escapeDollars),
    securityContext: CONFINED,
    resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { cpu: '1', memory: '256Mi' } },
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: [...MOUNTS, { name: 'door', mountPath: PLACES.door, readOnly: true }],
  };
}

function buildMainContainer(work: Work): object {
  const words = ['steelyard', String(work.graceMs / 1000), String(TRANSFER_SECONDS), ...work.command];
  return {
    name: MAIN,
    image: work.image,
    workingDir: PLACES.workspace,
    command: [`${PLACES.agent}/busybox`, 'sh', '-c', RUN_SCRIPT, ...words].map(escapeDollars),
    env: [
      ...buildRendezvous(work),
      ...Object.keys(work.environment).map((name, index) => ({
        name,
        valueFrom: { secretKeyRef: { name: work.id, key: `variable-${index}` } },
      })),
    ],
    securityContext: CONFINED,
    resources: buildResources(work),
    volumeMounts: MOUNTS,
  };
}

/** Kubernetes would put a variable where it finds `$(NAME)`; a dollar that is doubled stays one. */
export const escapeDollars = (word: string): string => word.replaceAll('$', '$$$$');

function buildResources({ resources: { cpus, memoryBytes, gpus } }: Work): object {
  const amounts = {
    ...(cpus === null ? {} : { cpu: String(cpus) }),
    ...(memoryBytes === null ? {} : { memory: String(memoryBytes) }),
    ...(gpus.count === 0 ? {} : { 'nvidia.com/gpu': String(gpus.count) }),
  };
  return { requests: amounts, limits: amounts };
}

const OWN = 'steelyard.dev/';

function buildLabels(work: Work): Record<string, string> {
  const own = Object.entries(work.labels).map(([name, value]) => [`${OWN}${toLabelText(name)}`, toLabelText(value)]);
  return { ...MANAGED, 'app.kubernetes.io/instance': work.id, ...Object.fromEntries(own) };
}

/** Labels as they are: a label of Kubernetes cannot hold every text. */
function buildAnnotations(work: Work): Record<string, string> {
  return Object.fromEntries(Object.entries(work.labels).map(([name, value]) => [`${OWN}${toLabelText(name)}`, value]));
}

/** Text of a label value: up to 63 of `A-Za-z0-9._-`, a letter or digit first and last. Example: `team/α 1` -> `team---1`. */
export function toLabelText(text: string): string {
  return text
    .replaceAll(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, 63)
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}

const ASKING_SECONDS = 300;
/** The caller removes the Job. If the caller was killed, Kubernetes removes it after this time. */
const ASKED_SECONDS = 30;

/** A Job without a task: the node fetches the image and reports its digest. */
export function buildDigestJob(name: string, image: string, agentImage: string): object {
  const labels = { ...MANAGED, 'app.kubernetes.io/instance': name, 'app.kubernetes.io/component': 'image' };
  const copy = `for shell in /bin/busybox.static /bin/busybox; do [ -x "$shell" ] && break; done; cp "$shell" ${PLACES.agent}/busybox`;
  const begin = { ...buildAgentContainer('begin', agentImage, ['sh', '-c', copy]), volumeMounts: MOUNTS };
  const main = { ...buildAgentContainer(MAIN, image, [`${PLACES.agent}/busybox`, 'true']), volumeMounts: MOUNTS };
  const volumes = ['workspace', 'agent'].map((volume) => ({ name: volume, emptyDir: {} }));
  const spec = {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    volumes,
    initContainers: [begin],
    containers: [main],
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, labels },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: ASKING_SECONDS,
      ttlSecondsAfterFinished: ASKED_SECONDS,
      template: { metadata: { labels }, spec },
    },
  };
}

/** Errors: `image_missing`, `executor_cannot`. */
export function checkWork(work: Work): void {
  if (work.image === null) throw new AppError('image_missing', 'The work has no image, which Kubernetes requires.');
  const odd = Object.keys(work.environment).find((name) => name === '' || /[=\s\0]/.test(name));
  if (odd !== undefined)
    throw new AppError('executor_cannot', `"${odd}" is not a valid name of an environment variable on Kubernetes.`);
}
