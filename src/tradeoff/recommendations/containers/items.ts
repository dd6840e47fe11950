import type { ContainerUse, NodeGroup, Workloads } from '../../../finops/workloads/index.ts';
import { decimal, decimalString } from '../../../platform/units/index.ts';
import type { Window } from '../finder.ts';
import type { HeldItem } from '../schema.ts';
import { computePodHourCost, computePodHourlyCosts } from './costs.ts';

const PLACES = 12;
const CONTAINER = 'container:';
const NODES = 'nodes:';

/** The item under which the cost of a workload's container is in the ledger of hours. */
export function buildContainerItemId(
  use: Pick<ContainerUse, 'source' | 'namespace' | 'workloadKind' | 'workload' | 'container'>,
): string {
  return `${CONTAINER}${[use.source, use.namespace, use.workloadKind, use.workload, use.container].join('/')}`;
}

/** Whether this server meters the workload itself, at a price without a separate part for requests. */
export function isMetered({ subject }: ContainerUse): boolean {
  return subject?.endpoint !== undefined || subject?.run !== undefined;
}

/** Hourly cost of the requests of a container, all its pods together; `perPod`: cost of one pod-hour, null where it is not known. */
export function buildRequestsItem(
  use: ContainerUse,
  perPod: ReturnType<typeof computePodHourCost>,
  window: Window,
): HeldItem {
  return {
    item: buildContainerItemId(use),
    what: `requests of container ${use.container} of ${use.namespace}/${use.workload}`,
    currency: perPod?.currency ?? null,
    start: new Date(window.start).toISOString(),
    costs: perPod === null ? use.podsByHour.map(() => null) : computePodHourlyCosts(use.podsByHour, perPod.amount),
    within: [],
    gpus: [],
  };
}

/** Hourly cost of the nodes of a group. */
export function buildNodesItem({ source, what, price, byHour, gpus }: NodeGroup, window: Window): HeldItem {
  const held = price?.price ?? null;
  return {
    item: `${NODES}${source}/${what}`,
    what: `nodes of cluster ${source} (${what})`,
    currency: held?.currency ?? null,
    start: new Date(window.start).toISOString(),
    costs: byHour.map((hour) =>
      hour === null || held === null
        ? null
        : decimalString(decimal(held.amount).times(hour.nodes).toDecimalPlaces(PLACES)),
    ),
    within: [],
    gpus: [...gpus],
  };
}

/** Whether the later cost of these items can be determined. */
export function areClusterItems(items: readonly HeldItem[]): boolean {
  return items.some(({ item }) => item.startsWith(CONTAINER) || item.startsWith(NODES));
}

/** Items of containers and of nodes as they cost in a time, of those that are named. */
export async function findClusterItems(
  workloads: Pick<Workloads, 'containers' | 'nodeGroups'>,
  window: Window,
  names: ReadonlySet<string>,
): Promise<HeldItem[]> {
  const has = (kind: string) => [...names].some((name) => name.startsWith(kind));
  const uses = has(CONTAINER) ? await workloads.containers(window) : [];
  const groups = has(NODES) ? await workloads.nodeGroups(window) : [];
  const items = [
    ...uses.flatMap((use) => {
      const { cpuRequest: cpus, memoryRequestBytes: memoryBytes } = use;
      const perPod = cpus === null || memoryBytes === null ? null : computePodHourCost(use, { cpus, memoryBytes });
      return [buildRequestsItem(use, perPod, window)];
    }),
    ...groups.map((group) => buildNodesItem(group, window)),
  ];
  return items.filter(({ item }) => names.has(item));
}
