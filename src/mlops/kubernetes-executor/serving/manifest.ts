import type { WorkloadSpec } from '../../compute/index.ts';
import { PLACES, TRANSFER } from '../agent.ts';
import { escapeDollars, toLabelText } from '../manifest.ts';
import { MAIN } from '../objects.ts';
import { buildPlacement } from '../placement.ts';
import { FACTS, SERVER, SERVING, WORKLOAD } from './names.ts';

export interface ServingManifestRequest {
  readonly name: string;
  /** Permanent id of this server. */
  readonly server: string;
  readonly spec: WorkloadSpec;
  /** Digest of its distinguishing facts. */
  readonly facts: string;
  readonly agentImage: string;
  /** GPU products that match the requested GPU. Null: nodes are not visible. */
  readonly gpuProducts: readonly string[] | null;
}

const OWN = 'steelyard.dev/';
const CONFINED = { allowPrivilegeEscalation: false };
const FILES = 'model';
const READY_SECONDS = { period: 5, timeout: 5 };
const STARTUP_SECONDS = 2;
/** A server that is busy answers no probe, and is not broken: a minute without taking a connection is. */
const LIVE_SECONDS = { period: 10, timeout: 5, failures: 6 };
/** Margin, so that this server's timeout error comes before that of the startup probe. */
const LATER_SECONDS = 30;

/** Labels of all its objects and pods. */
export function buildServingLabels({ name, server, spec }: Pick<ServingManifestRequest, 'name' | 'server' | 'spec'>) {
  const subject = Object.entries(spec.labels).map(([key, value]) => [`${OWN}${toLabelText(key)}`, toLabelText(value)]);
  return {
    ...Object.fromEntries(subject),
    ...SERVING,
    'app.kubernetes.io/instance': name,
    [SERVER]: server,
    [WORKLOAD]: name,
  };
}

export function buildDeployment(request: ServingManifestRequest, replicas: number): object {
  const { name, spec } = request;
  const labels = buildServingLabels(request);
  const annotations = buildAnnotations(spec);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels, annotations: { ...annotations, [FACTS]: request.facts } },
    spec: {
      replicas,
      // A changed workload has another name: no Deployment is ever rolled out.
      revisionHistoryLimit: 0,
      selector: { matchLabels: { [WORKLOAD]: name } },
      template: { metadata: { labels, annotations }, spec: buildServingPodSpec(request) },
    },
  };
}

/** The same pods as a KServe object: the number is fixed, since this server scales. */
export function buildInferenceService(request: ServingManifestRequest, replicas: number): object {
  const { name, spec } = request;
  const labels = buildServingLabels(request);
  const annotations = {
    ...buildAnnotations(spec),
    [FACTS]: request.facts,
    'serving.kserve.io/deploymentMode': 'RawDeployment',
    'serving.kserve.io/autoscalerClass': 'none',
  };
  return {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { name, labels, annotations },
    spec: { predictor: { minReplicas: replicas, maxReplicas: replicas, labels, ...buildServingPodSpec(request) } },
  };
}

/** A cluster name for users who inspect its pods. The gateway addresses each pod directly. */
export function buildService(request: ServingManifestRequest, owner: object): object {
  const { name, spec } = request;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, labels: buildServingLabels(request), ownerReferences: [owner] },
    spec: { selector: { [WORKLOAD]: name }, ports: [{ name: 'http', port: spec.port, targetPort: spec.port }] },
  };
}

/** Secret with the URL of its files, which grants access to them. It is deleted with the object that keeps the pods. */
export function buildFilesSecret(request: ServingManifestRequest, owner: object, address: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: request.name, labels: buildServingLabels(request), ownerReferences: [owner] },
    stringData: { in: address },
  };
}

function buildAnnotations({ labels }: WorkloadSpec): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [`${OWN}${toLabelText(key)}`, value]));
}

function buildServingPodSpec({ name, spec, agentImage, gpuProducts }: ServingManifestRequest): object {
  const { serviceAccount, priorityClass, nodeSelector, tolerations } = spec.placement;
  const own = buildPlacement({ work: spec, gpuProducts });
  const files = spec.files === null ? [] : [{ name: FILES, emptyDir: {} }];
  const door = { name: 'door', secret: { secretName: name, items: [{ key: 'in', path: 'in' }] } };
  return {
    automountServiceAccountToken: serviceAccount !== null,
    ...(serviceAccount === null ? {} : { serviceAccountName: serviceAccount }),
    ...(priorityClass === null ? {} : { priorityClassName: priorityClass }),
    enableServiceLinks: false,
    terminationGracePeriodSeconds: Math.ceil(spec.graceMs / 1000),
    securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    affinity: own.affinity,
    nodeSelector: { ...nodeSelector, ...own.nodeSelector },
    tolerations: [...(own.tolerations ?? []), ...tolerations.map(buildToleration)],
    volumes: spec.files === null ? [] : [...files, door],
    initContainers: spec.files === null ? [] : [buildFetchContainer(agentImage)],
    containers: [buildServerContainer(spec)],
  };
}

function buildToleration({ key, value, effect }: WorkloadSpec['placement']['tolerations'][number]): object {
  return {
    key,
    ...(value === undefined ? { operator: 'Exists' } : { operator: 'Equal', value }),
    ...(effect === undefined ? {} : { effect }),
  };
}

/** Any user of the image may read the fetched files. */
const FETCH_SCRIPT = `set -e
${TRANSFER}
need_curl "$(cat ${PLACES.door}/in)"
persist fetch "$(cat ${PLACES.door}/in)" ${PLACES.workspace}/.fetched.tar
tar -C ${PLACES.workspace} -xf ${PLACES.workspace}/.fetched.tar
rm ${PLACES.workspace}/.fetched.tar
chmod -R a+rX ${PLACES.workspace}
`;

function buildFetchContainer(image: string): object {
  return {
    name: 'begin',
    image,
    command: ['sh', '-c', FETCH_SCRIPT].map(escapeDollars),
    securityContext: CONFINED,
    resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { cpu: '1', memory: '256Mi' } },
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: [
      { name: FILES, mountPath: PLACES.workspace },
      { name: 'door', mountPath: PLACES.door, readOnly: true },
    ],
  };
}

function buildServerContainer(spec: WorkloadSpec): object {
  const { command, args, files, port } = spec;
  return {
    name: MAIN,
    image: spec.image,
    imagePullPolicy: spec.notFetched === null ? 'IfNotPresent' : 'Never',
    ...(command === null ? {} : { command: command.map(escapeDollars) }),
    ...(args === null ? {} : { args: args.map(escapeDollars) }),
    env: Object.entries(spec.environment).map(([name, value]) => ({ name, value: escapeDollars(value) })),
    ports: [{ name: 'http', containerPort: port }],
    securityContext: CONFINED,
    resources: buildResourceAmounts(spec),
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: files === null ? [] : [{ name: FILES, mountPath: files.path, readOnly: true }],
    ...buildProbes(spec),
  };
}

/** Readiness is defined by its protocol; a pod that accepts connections is live. */
function buildProbes({ port, readyPath, startTimeoutMs }: WorkloadSpec): object {
  const httpGet = { path: readyPath, port };
  const { period, timeout, failures } = LIVE_SECONDS;
  const startSeconds = startTimeoutMs / 1000 + LATER_SECONDS;
  return {
    startupProbe: {
      httpGet,
      periodSeconds: STARTUP_SECONDS,
      timeoutSeconds: READY_SECONDS.timeout,
      failureThreshold: Math.ceil(startSeconds / STARTUP_SECONDS),
    },
    readinessProbe: { httpGet, periodSeconds: READY_SECONDS.period, timeoutSeconds: READY_SECONDS.timeout },
    livenessProbe: {
      tcpSocket: { port },
      periodSeconds: period,
      timeoutSeconds: timeout,
      failureThreshold: failures,
    },
  };
}

function buildResourceAmounts({ resources: { cpus, memoryBytes, gpus } }: WorkloadSpec): object {
  const amounts = {
    ...(cpus === null ? {} : { cpu: String(cpus) }),
    ...(memoryBytes === null ? {} : { memory: String(memoryBytes) }),
    ...(gpus.count === 0 ? {} : { 'nvidia.com/gpu': String(gpus.count) }),
  };
  return { requests: amounts, limits: amounts };
}
