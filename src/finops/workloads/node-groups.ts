import type { Lake, LakeRow } from '../../platform/lake/index.ts';
import type { Store } from '../../platform/store/index.ts';
import { HOUR_MS } from '../../platform/units/durations.ts';
import { findDevices, findSources } from '../gpu-telemetry/index.ts';
import {
  computeNodeLowerBound,
  type FewerNodes,
  type HostedPod,
  type HostNode,
  selectEmptiedNodes,
  WHOLE_GPU_MILLI,
} from '../packing/index.ts';
import type { Prices } from '../prices/index.ts';
import { computeFreedByHour, type HourOfGroup } from './freed-by-hour.ts';
import { CONTAINER_HOUR, NODE_HOUR } from './tables.ts';
import { findPriceAt, type PricedResource } from './use.ts';
import type { Within } from './use-sql.ts';
import { selectPartitions } from './use-sql.ts';

/** Pods that run on every node, or that a node itself runs: they are gone with it. */
const WITH_THE_NODE = `('DaemonSet', 'Node')`;

/** Nodes by hour, with their type and capacity. */
function buildNodesSelect(nodes: string, { start, end }: Within): string {
  return `SELECT "source", "hourMs"::DOUBLE AS "hourMs", "node", "cpus", "memoryBytes", coalesce("gpus", 0) AS gpus, "pods", "instanceType", "region", "isSchedulable"
    FROM ${nodes} WHERE "hourMs" >= ${start} AND "hourMs" < ${end} AND "cpus" IS NOT NULL AND "memoryBytes" IS NOT NULL ORDER BY ALL`;
}

/** Pods that ran at the end of the last hour, with the requests of their containers. */
function buildPodsSelect(hours: string, { end }: Within): string {
  return `SELECT "source", "node", "namespace" || '/' || "pod" AS pod, "namespace" || '/' || any_value("workloadKind") || '/' || any_value("workload") AS workload,
      any_value("workloadKind") IN ${WITH_THE_NODE} AS "isWithNode", any_value("workloadKind") = 'Pod' OR bool_or("hasOtherDevices") AS "isFixed", ${SUMS}, string_agg(DISTINCT "container", ' ' ORDER BY "container") AS containers
    FROM ${hours} WHERE "hourMs" = ${end - HOUR_MS} AND "runsAtEnd" AND "node" IS NOT NULL GROUP BY "source", "node", "namespace", "pod" ORDER BY ALL`;
}

const SUMS = `sum(coalesce("cpuRequest", 0))::DOUBLE AS cpus, sum(coalesce("memoryRequestBytes", 0))::DOUBLE AS "memoryBytes",
    sum(coalesce("gpuRequest", 0))::DOUBLE AS gpus`;

/** By node and hour: requests of pods that can move, at the end of the hour. */
function buildRequestedSelect(hours: string, { start, end }: Within): string {
  return `SELECT "source", "node", "hourMs"::DOUBLE AS "hourMs", ${SUMS}
    FROM ${hours} WHERE "hourMs" >= ${start} AND "hourMs" < ${end} AND "runsAtEnd" AND "node" IS NOT NULL AND "workloadKind" NOT IN ${WITH_THE_NODE}
    GROUP BY "source", "node", "hourMs"`;
}

export interface NodeGroupDeps {
  readonly store: Store;
  readonly lake: Lake;
  readonly prices: Pick<Prices, 'of'>;
}

/** Nodes of one type of one cluster, at the end of a time, and over it. */
export interface NodeGroup {
  readonly source: string;
  /** Key of the price book: instance type and region; null: unknown. */
  readonly resource: string | null;
  /** Description of its nodes. */
  readonly what: string;
  /** Price of one node per hour, at the end of the period; null if its type is unknown. */
  readonly price: PricedResource | null;
  /** Names of the GPUs on these nodes that have readings. */
  readonly gpus: readonly string[];
  readonly nodes: number;
  readonly pods: number;
  /** Share of CPU, memory and GPUs, 0 to 1, requested by pods that can move. */
  readonly askedRatio: { readonly cpu: number; readonly memory: number; readonly gpu: number | null };
  /** No placement of these pods needs fewer nodes. */
  readonly lowerBoundNodes: number;
  /** The nodes that can be emptied, limited to the number that could have been removed in each of the last 24 hours. */
  readonly plan: FewerNodes;
  /** By hour: the number of nodes, and of those that could have been removed; null: unknown. */
  readonly byHour: readonly (HourOfGroup | null)[];
  /** Containers on them, as namespace, kind, workload and container, joined by "/". */
  readonly containers: readonly string[];
}

interface Node {
  readonly source: string;
  readonly hourMs: number;
  readonly node: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly gpus: number;
  readonly pods: number | null;
  readonly instanceType: string | null;
  readonly region: string | null;
  readonly isSchedulable: boolean;
}

const MIB = 1024 ** 2;
const MILLI = 1000;
const EPSILON = 1e-6;

/** Groups of nodes that were there in the last hour of [start, end) Unix ms, on whole hours. Pods are not moved to another type. */
export async function readNodeGroups(deps: NodeGroupDeps, within: Within): Promise<NodeGroup[]> {
  const { store, lake } = deps;
  const of = async (table: typeof NODE_HOUR) =>
    lake.relation(store, table, { partitions: selectPartitions(await lake.partitions(store, table), within) });
  const { nodes, pods, asked } = await lake.hold(async () => {
    const [nodeHours, hours] = [await of(NODE_HOUR), await of(CONTAINER_HOUR)];
    return lake.session(async (session) => ({
      nodes: (await session.query(buildNodesSelect(nodeHours, within))).map(rowToNode),
      pods: await session.query(buildPodsSelect(hours, within)),
      asked: await session.query(buildRequestedSelect(hours, within)),
    }));
  });
  const groups: NodeGroup[] = [];
  for (const own of Map.groupBy(nodes, buildGroupKey).values()) {
    const now = own.filter(({ hourMs }) => hourMs === within.end - HOUR_MS);
    if (now.length > 0) groups.push(await groupNow(deps, { now, own, pods, asked, within }));
  }
  return groups;
}

function rowToNode(row: LakeRow): Node {
  const text = (value: unknown) => (value === null ? null : String(value));
  return {
    source: String(row.source),
    hourMs: Number(row.hourMs),
    node: String(row.node),
    cpus: Number(row.cpus),
    memoryBytes: Number(row.memoryBytes),
    gpus: Number(row.gpus),
    pods: row.pods === null ? null : Number(row.pods),
    instanceType: text(row.instanceType),
    region: text(row.region),
    isSchedulable: row.isSchedulable === true,
  };
}

/** Key of cluster and instance type; nodes of unknown type are grouped by equal capacity. */
function buildGroupKey({ source, instanceType, region, cpus, memoryBytes, gpus }: Node): string {
  const type = instanceType ?? `${cpus} ${Math.round(memoryBytes / MIB)} ${gpus}`;
  return JSON.stringify([source, type, region]);
}

interface Group {
  /** Its nodes at the end, and over all hours. */
  readonly now: readonly Node[];
  readonly own: readonly Node[];
  readonly pods: readonly LakeRow[];
  readonly asked: readonly LakeRow[];
  readonly within: Within;
}

async function groupNow(deps: NodeGroupDeps, { now, own, pods, asked, within }: Group): Promise<NodeGroup> {
  const [first] = now;
  if (first === undefined) throw new Error('a group has a node');
  const places = new Map(now.map(({ node }, index) => [node, index]));
  const onThem = pods.filter((row) => row.source === first.source && places.has(String(row.node)));
  const hosted = onThem.filter(({ isWithNode }) => isWithNode !== true).map((row) => rowToPod(row, places));
  const hosts = now.map((node) =>
    nodeToHost(
      node,
      onThem.filter((row) => row.isWithNode === true && row.node === node.node),
    ),
  );
  const bound = computeNodeLowerBound(hosts, hosted);
  // A group with an unschedulable node is left as it is: that node is being drained or reserved.
  const isOpen = now.every(({ isSchedulable }) => isSchedulable);
  const most = isOpen ? await selectEmptiedNodes(hosts, hosted) : { freed: [], moves: [] };
  const byHour = computeFreedByHour({ own, asked, within, freedNow: most.freed.length, has: averageCapacity(hosts) });
  const sure = Math.min(most.freed.length, ...byHour.slice(-24).flatMap((hour) => (hour === null ? [] : [hour.freed])));
  const plan = sure === most.freed.length ? most : await selectEmptiedNodes(hosts, hosted, sure);
  const source = (await findSources(deps.store)).find(({ id }) => id === first.source);
  const resource = first.instanceType === null ? null : buildResourceKey(first.instanceType, first.region);
  return {
    source: source?.name ?? first.source,
    resource,
    what:
      resource ??
      `nodes of ${first.cpus} CPUs and ${Math.round(first.memoryBytes / MIB / 1024)} GiB${first.gpus === 0 ? '' : ` and ${first.gpus} GPUs`}`,
    price: resource === null ? null : await findPriceAt(deps.prices, deps.store, resource, within.end),
    gpus: (await findDevices(deps.store)).flatMap(({ gpu, host }) => (places.has(host ?? '') ? [gpu] : [])),
    ...{
      nodes: now.length,
      pods: hosted.length,
      askedRatio: computeRequestedRatio(hosts, hosted),
      lowerBoundNodes: bound,
      plan,
      byHour,
    },
    containers: onThem.flatMap(({ workload, containers }) =>
      String(containers)
        .split(' ')
        .map((name) => `${workload}/${name}`),
    ),
  };
}

function buildResourceKey(type: string, region: string | null): string {
  return region === null ? type : `${type}@${region}`;
}

/** Rounds requests up, so that a pod that barely does not fit is not placed. */
function rowToPod(row: LakeRow, places: ReadonlyMap<string, number>): HostedPod {
  return {
    name: String(row.pod),
    workload: String(row.workload),
    node: places.get(String(row.node)) ?? 0,
    cpuMilli: Math.ceil(Number(row.cpus) * MILLI - EPSILON),
    memoryMib: Math.ceil(Number(row.memoryBytes) / MIB - EPSILON),
    gpus: Number(row.gpus),
    gpuMilli: WHOLE_GPU_MILLI,
    models: null,
    // Pods without a controller that restarts them, and pods that need devices outside this model.
    isFixed: row.isFixed === true,
  };
}

function nodeToHost({ node, cpus, memoryBytes, gpus, pods }: Node, withIt: readonly LakeRow[]): HostNode {
  const taken = (column: string) => withIt.reduce((sum, row) => sum + Number(row[column]), 0);
  return {
    name: node,
    cpuMilli: Math.max(0, Math.floor((cpus - taken('cpus')) * MILLI + EPSILON)),
    memoryMib: Math.max(0, Math.floor((memoryBytes - taken('memoryBytes')) / MIB + EPSILON)),
    gpus: Math.max(0, gpus - taken('gpus')),
    model: null,
    mostPods: pods === null ? null : Math.max(0, pods - withIt.length),
  };
}

/** Mean capacity of a node for pods that can move: CPUs, bytes and GPUs. */
function averageCapacity(hosts: readonly HostNode[]): number[] {
  const mean = (of: (host: HostNode) => number) =>
    hosts.reduce((sum, host) => sum + of(host), 0) / Math.max(1, hosts.length);
  return [mean(({ cpuMilli }) => cpuMilli) / MILLI, mean(({ memoryMib }) => memoryMib) * MIB, mean(({ gpus }) => gpus)];
}

function computeRequestedRatio(hosts: readonly HostNode[], pods: readonly HostedPod[]): NodeGroup['askedRatio'] {
  const sum = <T>(all: readonly T[], of: (one: T) => number) => all.reduce((total, one) => total + of(one), 0);
  const gpus = sum(hosts, (host) => host.gpus);
  return {
    cpu:
      sum(pods, (pod) => pod.cpuMilli) /
      Math.max(
        1,
        sum(hosts, (host) => host.cpuMilli),
      ),
    memory:
      sum(pods, (pod) => pod.memoryMib) /
      Math.max(
        1,
        sum(hosts, (host) => host.memoryMib),
      ),
    gpu: gpus === 0 ? null : sum(pods, (pod) => pod.gpus) / gpus,
  };
}
