import type { NodeGroup, Workloads } from '../../../finops/workloads/index.ts';

import type { Finder, Finding, Window } from '../finder.ts';
import { rateConfidence } from '../savings/confidence.ts';
import { buildNodesItem } from './items.ts';

export interface NodeFinderDeps {
  readonly workloads: Pick<Workloads, 'nodeGroups'>;
}

const DAY_HOURS = 24;
const MOST_SHOWN = 20;

/** Nodes of clusters that could be emptied: their pods fit on the others. */
export function createPackNodesFinder({ workloads }: NodeFinderDeps): Finder {
  return {
    kind: 'pack_nodes',
    async find(window) {
      const groups = await workloads.nodeGroups(window);
      const found = groups.flatMap((group) =>
        group.plan.freed.length === 0 ? [] : [buildNodesFinding(group, window)],
      );
      const lacks =
        groups.length === 0
          ? 'capacity of nodes and requests of pods: set "containers" in a GpuSource of type prometheus'
          : null;
      return { found, lacks };
    },
  };
}

function buildNodesFinding(group: NodeGroup, window: Window): Finding {
  const { source, what, plan, nodes, lowerBoundNodes, byHour } = group;
  const count = plan.freed.length;
  const { item } = buildNodesItem(group, window);
  const known = byHour.filter((hour) => hour !== null);
  const lived = byHour.slice(
    Math.max(
      0,
      byHour.findIndex((hour) => hour !== null),
    ),
  );
  return {
    about: item,
    title: `Return ${count} of ${nodes} nodes of ${source}: ${what}`,
    what: `${nodes} nodes of cluster ${source} (${what}) with ${group.pods} pods`,
    subject: {},
    before: `${nodes} nodes`,
    after: `${nodes - count} nodes; lower bound: ${lowerBoundNodes}`,
    confidence: rateConfidence(lived.length / DAY_HOURS, lived.length === 0 ? 0 : known.length / lived.length),
    risk: {
      level: 'medium',
      text: 'Pods of these nodes restart on other nodes of the same type. kube-state-metrics does not report selectors, taints, volumes and affinities, so they were not checked.',
    },
    guard:
      'Every pod fits by its requests, also in each of the last 24 hours; workloads on two nodes stay on two nodes. kubectl drain respects disruption budgets.',
    action: { type: 'by_hand', commands: listDrainSteps(group) },
    evidence: {
      window: { start: new Date(window.start).toISOString(), end: new Date(window.end).toISOString() },
      figures: listNodeFigures(group),
      prices: group.price?.source == null ? [] : [group.price.source],
      items: [buildNodesItem(group, window)],
      effects: [{ item, keep: byHour.map((hour) => computeKeepShare(hour, count)) }],
      // The money of a request is a part of its node's: either the node is given back, or requests on it get smaller.
      pins: [
        ...new Set(group.containers.map((name) => `container:${source}/${name}`)),
        ...group.gpus.map((gpu) => `gpu:${gpu}`),
      ].toSorted(),
      missing: listNodeUnknowns(group, byHour.length - known.length),
    },
  };
}

/** Remaining share of the cost of an hour, 0 to 1. */
function computeKeepShare(hour: NodeGroup['byHour'][number], count: number): number {
  return hour === null || hour.nodes === 0 ? 1 : 1 - Math.min(hour.freed, count) / hour.nodes;
}

function listDrainSteps({ plan: { freed, moves } }: NodeGroup): string[] {
  return [
    ...freed.map((node) => `kubectl drain ${node} --ignore-daemonsets`),
    `reduce the node group by ${freed.length} nodes, or let the cluster autoscaler remove them; ${moves.length} pods move`,
  ];
}

function listNodeFigures({
  plan,
  pods,
  lowerBoundNodes,
  nodes,
  askedRatio,
}: NodeGroup): Finding['evidence']['figures'] {
  const percent = (ratio: number) => `${(ratio * 100).toFixed(0)} %`;
  return [
    { name: 'nodes needed', value: String(nodes - plan.freed.length) },
    { name: 'lower bound of nodes', value: String(lowerBoundNodes) },
    { name: 'pods', value: String(pods) },
    { name: 'requested CPU', value: percent(askedRatio.cpu) },
    { name: 'requested memory', value: percent(askedRatio.memory) },
    ...(askedRatio.gpu === null ? [] : [{ name: 'requested GPUs', value: percent(askedRatio.gpu) }]),
    ...plan.moves.slice(0, MOST_SHOWN).map(({ pod, from, to }) => ({ name: pod, value: `from ${from} to ${to}` })),
    ...(plan.moves.length > MOST_SHOWN
      ? [{ name: 'other pods that move', value: String(plan.moves.length - MOST_SHOWN) }]
      : []),
  ];
}

function listNodeUnknowns({ resource, price }: NodeGroup, unknownHours: number): string[] {
  const unpriced =
    resource === null
      ? 'instance type: kube-state-metrics needs --metric-labels-allowlist=nodes=[node.kubernetes.io/instance-type,topology.kubernetes.io/region]'
      : price?.price == null
        ? `no hourly price for "${resource}": add it to your price book`
        : null;
  return [
    ...(unknownHours === 0 ? [] : [`${unknownHours} hours of readings: they are left out`]),
    ...(unpriced === null ? [] : [unpriced]),
  ];
}
