import type { ContainerUse, Workloads } from '../../../finops/workloads/index.ts';
import { DAY_MS } from '../../../platform/units/durations.ts';
import type { Finder, Finding, Window } from '../finder.ts';
import { rateConfidence } from '../savings/confidence.ts';
import type { Requests } from './costs.ts';
import { computePodHourCost, explainUnpricedRequests } from './costs.ts';
import { computeCpuMemory } from './cpu-memory.ts';
import { buildContainerItemId, buildRequestsItem, isMetered } from './items.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
/** Kinds that `kubectl set resources` can change in place; others are recreated from their manifests. */
const SETTABLE: Readonly<Record<string, string>> = {
  Deployment: 'deployment',
  StatefulSet: 'statefulset',
  DaemonSet: 'daemonset',
  CronJob: 'cronjob',
};

/** Example: 0.25 -> "0.25 CPUs". */
function formatCpus(cpus: number): string {
  return `${Number(cpus.toFixed(3))} ${cpus === 1 ? 'CPU' : 'CPUs'}`;
}

/** Example: 1610612736 -> "1.5 GiB". */
function formatBytes(bytes: number): string {
  return bytes >= GIB ? `${Number((bytes / GIB).toFixed(2))} GiB` : `${Math.ceil(bytes / MIB)} MiB`;
}

/** Manual steps of the recommendation. */
function listRequestSteps(use: ContainerUse, needed: Requests): string[] {
  const memory = `${Math.ceil(needed.memoryBytes / MIB)}Mi`;
  const requests = `cpu=${Math.round(needed.cpus * 1000)}m,memory=${memory}`;
  const isLimitTooLow = use.memoryLimitBytes !== null && use.memoryLimitBytes < needed.memoryBytes;
  const limits = isLimitTooLow ? ` --limits=memory=${memory}` : '';
  const { subject, namespace, workload, container, workloadKind } = use;
  if (subject?.endpoint !== undefined) {
    return [`set the requests ${requests} in the manifest of endpoint ${subject.endpoint}, and apply it`];
  }
  const kind = SETTABLE[workloadKind];
  if (kind === undefined)
    return [`set the requests ${requests} of container ${container} in the source of ${workloadKind} ${workload}`];
  return [`kubectl -n ${namespace} set resources ${kind}/${workload} -c ${container} --requests=${requests}${limits}`];
}

export interface ContainerFinderDeps {
  readonly workloads: Pick<Workloads, 'containers'>;
}

/** Less than that of a request is not worth a change. */
const LEAST_SHARE = 0.1;
/** From this share of throttled periods on, the real demand of a container is above its measured use. */
const THROTTLED = 0.05;

/** Containers that ask for more CPU and memory than they use. */
export function createCpuMemoryFinder({ workloads }: ContainerFinderDeps): Finder {
  return {
    kind: 'cpu_memory',
    async find(window) {
      const uses = (await workloads.containers(window)).filter(({ lastAt }) => lastAt > window.end - DAY_MS);
      const found = uses.flatMap((use) => adviseContainer(use, window) ?? []);
      return { found, lacks: listMissingInputs(uses) };
    },
  };
}

type Asking = ContainerUse & { readonly cpuRequest: number; readonly memoryRequestBytes: number };

function isAsking(use: ContainerUse): use is Asking {
  return use.cpuRequest !== null && use.memoryRequestBytes !== null;
}

function listMissingInputs(uses: readonly ContainerUse[]): string | null {
  if (uses.length === 0) return 'container readings: set "containers" in a GpuSource of type prometheus';
  const silent = uses.filter((use) => !isAsking(use)).length;
  const scaled = uses.filter(({ isAutoscaled }) => isAutoscaled).length;
  const short = uses.filter((use) => isAsking(use) && !use.isAutoscaled && computeNeededRequests(use) === null).length;
  const lacks = [
    ...(silent === 0 ? [] : [`requests of CPU and memory of ${silent} containers`]),
    ...(scaled === 0
      ? []
      : [`support for ${scaled} containers with an autoscaler: lower requests would change their number of pods`]),
    ...(short === 0 ? [] : [`at least 100 readings over three hours for ${short} containers`]),
  ];
  return lacks.join('; ') || null;
}

function computeNeededRequests(use: Asking): Requests | null {
  if (use.memoryMaxBytes === null) return null;
  const readings = Math.min(use.readings, use.memoryReadings);
  const read = { readings, spanMs: use.lastAt - use.firstAt, cpusP95: use.cpusP95, memoryMaxBytes: use.memoryMaxBytes };
  const needed = computeCpuMemory(read, use.endedAtLimitBytes);
  if (needed === null) return null;
  // The demand above the CPU limit is unknown, so a throttled container keeps at least its CPU request.
  return isThrottled(use) ? { ...needed, cpus: Math.max(needed.cpus, use.cpuRequest) } : needed;
}

function isThrottled({ throttledRatio }: ContainerUse): boolean {
  return throttledRatio !== null && throttledRatio >= THROTTLED;
}

/** Null without a saving: no request is too high by enough, or raising one that is too low costs as much. */
function adviseContainer(use: ContainerUse, window: Window): Finding | null {
  if (!isAsking(use) || use.isAutoscaled) return null;
  const needed = computeNeededRequests(use);
  if (needed === null) return null;
  const now = { cpus: use.cpuRequest, memoryBytes: use.memoryRequestBytes };
  const isLess =
    needed.cpus <= now.cpus * (1 - LEAST_SHARE) || needed.memoryBytes <= now.memoryBytes * (1 - LEAST_SHARE);
  if (!isLess) return null;
  const [before, after] = [computePodHourCost(use, now), computePodHourCost(use, needed)];
  const keep = before === null || after === null ? null : after.amount.dividedBy(before.amount).toNumber();
  if (keep !== null && keep >= 1) return null;
  // Without prices a lower request cannot offset a higher one.
  if (keep === null && (needed.cpus > now.cpus || needed.memoryBytes > now.memoryBytes)) return null;
  return buildContainerFinding(use, { now, needed, keep: keep ?? 1, before }, window);
}

interface Change {
  readonly now: Requests;
  readonly needed: Requests;
  /** Part of the cost that is left. */
  readonly keep: number;
  readonly before: ReturnType<typeof computePodHourCost>;
}

function buildContainerFinding(use: Asking, change: Change, window: Window): Finding {
  const { now, needed, keep, before } = change;
  const name = `${use.namespace}/${use.workload}`;
  const item = buildContainerItemId(use);
  const cost = isMetered(use) ? null : before;
  return {
    about: item,
    title: `Request ${formatCpus(needed.cpus)} and ${formatBytes(needed.memoryBytes)} for ${name}, container ${use.container}`,
    what: `container ${use.container} of ${use.workloadKind} ${name}`,
    subject: use.subject ?? {},
    before: `${formatCpus(now.cpus)} and ${formatBytes(now.memoryBytes)} for each pod`,
    after: `${formatCpus(needed.cpus)} and ${formatBytes(needed.memoryBytes)} for each pod`,
    confidence: rateConfidence((use.lastAt - use.firstAt) / DAY_MS, Math.min(1, use.readings / use.expectedReadings)),
    risk: assessRequestRisk(use, now, needed),
    guard:
      'CPU request: 95th percentile of usage; the container can use more when the node has spare CPU. Memory request: peak usage plus 15 %, or the limit of an OOM kill plus 25 %. Limits stay or rise.',
    action: { type: 'by_hand', commands: listRequestSteps(use, needed) },
    evidence: {
      window: { start: new Date(window.start).toISOString(), end: new Date(window.end).toISOString() },
      figures: listRequestFigures(use),
      prices: cost === null ? [] : [use.cpuPrice, use.memoryPrice].flatMap(({ source }) => source ?? []),
      items: [buildRequestsItem(use, cost, window)],
      effects: [{ item, keep: [keep] }],
      pins: [],
      missing: listRequestUnknowns(use),
    },
  };
}

function assessRequestRisk(use: Asking, now: Requests, needed: Requests): Finding['risk'] {
  if (use.wasEndedForMemory)
    return { level: 'high', text: 'The container was OOM-killed in this period: its memory demand is not known.' };
  if (needed.memoryBytes < now.memoryBytes)
    return {
      level: 'medium',
      text: 'A pod that uses more memory than its request is evicted first when its node runs out of memory.',
    };
  return { level: 'low', text: 'On a full node the container gets only its requested CPU.' };
}

function listRequestFigures(use: ContainerUse): Finding['evidence']['figures'] {
  const memory = (bytes: number | null) => (bytes === null ? null : formatBytes(bytes));
  return [
    { name: 'CPUs in use at the 95th percentile', value: `${use.cpusP95} CPUs` },
    { name: 'peak memory in use', value: memory(use.memoryMaxBytes) },
    { name: 'memory headroom', value: '15 %' },
    { name: 'CPU limit', value: use.cpuLimit === null ? 'none' : formatCpus(use.cpuLimit) },
    { name: 'memory limit', value: memory(use.memoryLimitBytes) ?? 'none' },
    {
      name: 'CPU periods throttled',
      value: use.throttledRatio === null ? null : `${(use.throttledRatio * 100).toFixed(1)} %`,
    },
    {
      name: 'OOM kills',
      value: use.wasEndedForMemory ? `at a limit of ${memory(use.endedAtLimitBytes) ?? 'nothing'}` : 'no',
    },
    { name: 'readings', value: `${use.readings} of ${Math.round(use.expectedReadings)}` },
    { name: 'pods', value: String(use.pods) },
  ];
}

function listRequestUnknowns(use: ContainerUse): string[] {
  const unknown = use.podsByHour.filter((pods) => pods === null).length;
  const reason = isMetered(use)
    ? 'a price for requests: this server meters the container by the resources of its manifest'
    : explainUnpricedRequests(use);
  return [
    'a saving before a node is returned: smaller requests alone do not lower the bill',
    ...(use.unknownOwner === null ? [] : [use.unknownOwner]),
    ...(unknown === 0 ? [] : [`${unknown} of ${use.podsByHour.length} hours of readings: they are left out`]),
    ...(isThrottled(use) ? ['CPU demand above its limit: the container was throttled, so its CPU request stays'] : []),
    ...(reason === null ? [] : [reason]),
  ];
}
