import { AppError } from '../../platform/errors/index.ts';
import type { Resources, Work, WorkPlace } from '../compute/index.ts';
import type { Node } from './objects.ts';

/** Node constraints of a pod, in Kubernetes' terms. */
export interface Placement {
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly affinity?: object;
  readonly tolerations?: readonly object[];
}

interface PlacementRequest {
  readonly work: Pick<Work, 'resources'>;
  readonly gpuProducts: readonly string[] | null;
}

export const INSTANCE = 'node.kubernetes.io/instance-type';
const GPU = 'nvidia.com/gpu';
/** Set by GPU feature discovery. */
export const GPU_PRODUCT = 'nvidia.com/gpu.product';

/** Labels with which the clouds mark nodes of spot capacity. */
export const SPOT: readonly (readonly [label: string, value: string])[] = [
  ['karpenter.sh/capacity-type', 'spot'],
  ['eks.amazonaws.com/capacityType', 'SPOT'],
  ['cloud.google.com/gke-spot', 'true'],
  ['kubernetes.azure.com/scalesetpriority', 'spot'],
];

export function buildPlacement({ work: { resources }, gpuProducts }: PlacementRequest): Placement {
  const { instance, gpus, spot, onlySpot = false } = resources;
  const required = [...buildProductRule(gpus.model, gpuProducts), ...(spot ? [] : excludeSpot())];
  const preferred = SPOT.map(([key, value]) => ({
    weight: 100,
    preference: { matchExpressions: [buildExpression(key, 'In', value)] },
  }));
  const nodeAffinity = {
    ...(required.length === 0
      ? {}
      : { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: required }] } }),
    ...(onlySpot
      ? { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: buildSpotTerms(required) } }
      : {}),
    ...(spot && !onlySpot ? { preferredDuringSchedulingIgnoredDuringExecution: preferred } : {}),
  };
  const tolerations = [
    ...(spot ? SPOT.map(([key, value]) => ({ key, operator: 'Equal', value, effect: 'NoSchedule' })) : []),
    // Nodes with GPUs are often kept free of all else by this taint.
    ...(gpus.count > 0 ? [{ key: GPU, operator: 'Exists', effect: 'NoSchedule' }] : []),
  ];
  return {
    ...(instance === null ? {} : { nodeSelector: { [INSTANCE]: instance } }),
    affinity: { nodeAffinity },
    tolerations,
  };
}

const buildExpression = (key: string, operator: 'In' | 'NotIn', ...values: string[]) => ({ key, operator, values });

/** Nodes of any of the clouds: of several terms one has to hold. */
const buildSpotTerms = (required: readonly object[]) =>
  SPOT.map(([key, value]) => ({ matchExpressions: [buildExpression(key, 'In', value), ...required] }));

/** A node without the label is no spot node: `NotIn` holds there. */
const excludeSpot = () => SPOT.map(([key, value]) => buildExpression(key, 'NotIn', value));

function buildProductRule(model: string | null, products: readonly string[] | null) {
  if (model === null) return [];
  return [buildExpression(GPU_PRODUCT, 'In', ...(products === null || products.length === 0 ? [model] : products))];
}

/**
 * Products on these nodes that are the model, as people name it. Example: `H100` is `NVIDIA-H100-80GB-HBM3`, and so is
 * `nvidia h100`; `A10` is `NVIDIA-A10` and not `NVIDIA-A100-SXM4-40GB`.
 */
export function findProducts(nodes: readonly Node[], model: string): string[] {
  const asked = splitWords(model);
  const products = new Set(nodes.flatMap((node) => node.metadata.labels[GPU_PRODUCT] ?? []));
  return [...products].filter((product) => {
    const words = splitWords(product);
    return asked.every((word) => words.includes(word));
  });
}

const splitWords = (name: string): string[] =>
  name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');

/** Whether the node could hold the work if it were empty. */
export function isFitting(node: Node, resources: Resources): boolean {
  const { labels } = node.metadata;
  const has = (name: string) => parseQuantity(node.status.allocatable[name] ?? '0') ?? Number.POSITIVE_INFINITY;
  const { cpus, memoryBytes, gpus, instance, spot } = resources;
  return (
    (instance === null || labels[INSTANCE] === instance) &&
    (gpus.model === null || findProducts([node], gpus.model).length > 0) &&
    (spot || !isSpot(labels)) &&
    has('cpu') >= (cpus ?? 0) &&
    has('memory') >= (memoryBytes ?? 0) &&
    has(GPU) >= gpus.count
  );
}

/**
 * Share of a node that work requests: the largest of its shares of allocatable CPUs, memory and GPUs; rounded up to 6
 * decimals. Work without any such request may take the whole node: 1. Example: 2 of 8 CPUs and 1 of 4 GPUs -> 0.25.
 */
export function computeShare(node: Pick<Node, 'status'>, { cpus, memoryBytes, gpus }: Resources): number {
  const has = (name: string) => parseQuantity(node.status.allocatable[name] ?? '') ?? 0;
  const shares = [
    ...(cpus === null ? [] : [cpus / has('cpu')]),
    ...(memoryBytes === null ? [] : [memoryBytes / has('memory')]),
    ...(gpus.count === 0 ? [] : [gpus.count / has(GPU)]),
  ];
  const share = shares.length === 0 ? 1 : Math.max(...shares);
  return Math.min(1, Math.ceil(share * 1e6) / 1e6);
}

/**
 * The machines of work on several nodes as one: names joined, a field null where they differ, spot where any of them is, and the mean
 * of their shares. Example: two halves of a `g5.xlarge` in `eu-west-1` -> `a, b`, `g5.xlarge`, `eu-west-1`, 0.5.
 */
export function mergePlaces(places: readonly WorkPlace[]): WorkPlace | null {
  const [first] = places;
  if (first === undefined) return null;
  if (places.length === 1) return first;
  const common = (field: 'instance' | 'region' | 'zone' | 'gpuModel') =>
    places.every((place) => place[field] === first[field]) ? first[field] : null;
  const shares = places.reduce((sum, { share }) => sum + share, 0);
  return {
    node: [...new Set(places.map(({ node }) => node))].join(', '),
    instance: common('instance'),
    region: common('region'),
    zone: common('zone'),
    gpuModel: common('gpuModel'),
    spot: places.some(({ spot }) => spot),
    share: Math.ceil((shares / places.length) * 1e6) / 1e6,
  };
}

export const isSpot = (labels: Readonly<Record<string, string>>): boolean =>
  SPOT.some(([key, value]) => labels[key] === value);

const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A quantity of Kubernetes as a number; null where it is none. Example: `1500m` -> 1.5, `2Gi` -> 2147483648. */
export function parseQuantity(quantity: string): number | null {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)([A-Za-z]*)$/.exec(quantity) ?? [];
  const factor = FACTORS[unit];
  return amount === undefined || factor === undefined ? null : Number(amount) * factor;
}

/** How many copies of the work the node could hold if it were empty; infinite for work without requests. */
function countFitting(node: Node, resources: Resources): number {
  if (!isFitting(node, resources)) return 0;
  const has = (name: string) => parseQuantity(node.status.allocatable[name] ?? '0') ?? Number.POSITIVE_INFINITY;
  const { cpus, memoryBytes, gpus } = resources;
  const counts = [
    cpus === null ? Number.POSITIVE_INFINITY : has('cpu') / cpus,
    memoryBytes === null ? Number.POSITIVE_INFINITY : has('memory') / memoryBytes,
    gpus.count === 0 ? Number.POSITIVE_INFINITY : has(GPU) / gpus.count,
  ];
  return Math.floor(Math.min(...counts));
}

/**
 * Refuses work that fits no node, or on several nodes not all of them concurrently. Not called for a cluster that adds nodes on demand: its
 * future nodes are unknown. Error: `executor_cannot`.
 */
export function checkFits(nodes: readonly Node[], resources: Resources): void {
  // Spot nodes come and go: there may be none now.
  if (resources.onlySpot === true) return;
  const { nodes: wanted = 1 } = resources;
  const fitting = nodes.reduce((sum, node) => sum + countFitting(node, resources), 0);
  if (fitting >= wanted) return;
  const what = describeResources(resources);
  const detail =
    fitting === 0
      ? `None of the ${nodes.length} nodes of the Kubernetes cluster has ${what}.`
      : `The ${nodes.length} nodes of the Kubernetes cluster hold ${fitting} of the ${wanted} requested nodes with ${what}.`;
  throw new AppError(
    'executor_cannot',
    `${detail} If the cluster adds nodes on demand, set kubernetesNodes to "growing".`,
  );
}

function describeResources({ cpus, memoryBytes, gpus, instance, spot }: Resources): string {
  const parts = [
    cpus === null ? [] : [`${cpus} CPUs`],
    memoryBytes === null ? [] : [`${memoryBytes} bytes of memory`],
    gpus.count === 0 ? [] : [`${gpus.count} GPUs${gpus.model === null ? '' : ` of model ${gpus.model}`}`],
    instance === null ? [] : [`an instance ${instance}`],
    spot ? [] : ['capacity other than spot'],
  ].flat();
  return parts.join(', ');
}
