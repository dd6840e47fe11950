import { HOUR_MS } from '../../platform/units/durations.ts';
import { addLeftOut, type LeftOut } from '../gpu-telemetry/index.ts';
import type { Answers, HourRow } from './answers.ts';
import { readLabelsByHour } from './answers.ts';
import type { ContainerName } from './labels.ts';
import { buildContainerKey, createLabelReader, parseContainer } from './labels.ts';
import type { QueryName } from './queries.ts';

interface Hour {
  readonly hourMs: number;
  readonly name: ContainerName;
  /** CPUs in use by instant. */
  readonly cpus: Map<number, number>;
  readonly memory: Map<number, number>;
}

/** Plausible maximum for one container: cores and bytes. Larger values are rejected. */
const MOST = { cpu: 10_000, memory: 2 ** 50 } as const;

/**
 * Hourly usage of containers, from the answers of one window. One container may have several series at an instant. Copies of
 * the same control group (scraped twice) count once. Different control groups follow each other within the step, as after a
 * restart, and are added up.
 */
export function buildContainerHours(
  answers: Answers,
  { source, stepMs }: { readonly source: string; readonly stepMs: number },
): { readonly rows: HourRow[]; readonly readings: number; readonly leftOut: readonly LeftOut[] } {
  const leftOut: LeftOut[] = [];
  const hours = new Map<string, Hour>();
  const hourOf = (name: ContainerName, at: number): Hour => {
    // A reading covers the time before its instant.
    const hourMs = Math.floor((at - 1) / HOUR_MS) * HOUR_MS;
    const key = `${buildContainerKey(name)} ${hourMs}`;
    const known = hours.get(key) ?? { hourMs, name, cpus: new Map(), memory: new Map() };
    hours.set(key, known);
    return known;
  };
  for (const { name, at, value } of readByContainer(answers, 'cpu', 'sum', leftOut))
    hourOf(name, at).cpus.set(at, value);
  for (const { name, at, value } of readByContainer(answers, 'memory', 'max', leftOut))
    hourOf(name, at).memory.set(at, value);
  for (const { name, at } of readHourly(answers, 'running').values()) hourOf(name, at);
  const facts = readHourlyFacts(answers);
  const rows = [...hours.values()]
    .toSorted((a, b) => a.hourMs - b.hourMs || buildContainerKey(a.name).localeCompare(buildContainerKey(b.name)))
    .map((hour) => ({ source, stepMs, ...hourToRow(hour), ...facts(hour.name, hour.hourMs) }));
  const readings = [...hours.values()].reduce((sum, { cpus, memory }) => sum + cpus.size + memory.size, 0);
  return { rows, readings, leftOut };
}

function hourToRow({ hourMs, name, cpus, memory }: Hour) {
  const instants = [...cpus.keys()].toSorted((a, b) => a - b);
  return {
    ...{ hourMs, ...name },
    cpus: instants.map((at) => cpus.get(at) ?? 0),
    firstMs: instants[0] ?? null,
    lastMs: instants.at(-1) ?? null,
    memoryReadings: memory.size,
    memoryMaxBytes: memory.size === 0 ? null : Math.max(...memory.values()),
  };
}

interface ContainerReading {
  readonly name: ContainerName;
  readonly at: number;
  readonly value: number;
}

/** One value for each container and instant. */
function readByContainer(
  answers: Answers,
  query: 'cpu' | 'memory',
  join: 'sum' | 'max',
  leftOut: LeftOut[],
): ContainerReading[] {
  const all = answers.get(query) ?? [];
  const said = createLabelReader(all);
  const groups = new Map<string, { name: ContainerName; at: number; groups: Map<string, number> }>();
  for (const { labels, samples } of all) {
    const name = parseContainer(labels, said);
    if (name === null) continue;
    const key = buildContainerKey(name);
    const group = labels.id ?? labels.name ?? '';
    for (const [at, value] of samples) {
      const fault = findFault(value, MOST[query]);
      if (fault !== null) {
        addLeftOut(leftOut, fault, 1, () => `${query} of ${key} at ${new Date(at).toISOString()}: ${value}`);
        continue;
      }
      const found = groups.get(`${key} ${at}`) ?? { name, at, groups: new Map() };
      groups.set(`${key} ${at}`, found);
      found.groups.set(group, Math.max(found.groups.get(group) ?? 0, value));
    }
  }
  return [...groups.values()].map(({ name, at, groups: values }) => {
    const parts = [...values.values()];
    return { name, at, value: join === 'max' ? Math.max(...parts) : parts.reduce((sum, part) => sum + part, 0) };
  });
}

function findFault(value: number, most: number): string | null {
  if (!Number.isFinite(value)) return 'no value: NaN or infinite';
  if (value < 0) return 'below zero';
  return value > most ? 'more than there can be' : null;
}

/** Values at the ends of hours, by container, a further label, and hour; the largest of several values. */
function readHourly(answers: Answers, query: QueryName, further?: string) {
  const all = answers.get(query) ?? [];
  const said = createLabelReader(all);
  const found = new Map<string, ContainerReading>();
  for (const { labels, samples } of all) {
    const name = parseContainer(labels, said);
    if (name === null) continue;
    for (const [at, value] of samples) {
      if (!Number.isFinite(value) || value < 0) continue;
      const key = buildHourlyKey(name, at - HOUR_MS, further === undefined ? '' : (labels[further] ?? ''));
      if ((found.get(key)?.value ?? -1) < value) found.set(key, { name, at, value });
    }
  }
  return found;
}

function buildHourlyKey(name: ContainerName, hourMs: number, further: string): string {
  return `${buildContainerKey(name)} ${hourMs} ${further}`;
}

/** Keys of the requests that are stored as amounts. */
const AMOUNT_KEYS = / (cpu|memory|nvidia_com_gpu)$/;

/** Hourly facts of containers. */
function readHourlyFacts(answers: Answers): (name: ContainerName, hourMs: number) => HourRow {
  const of = {
    requests: readHourly(answers, 'requests', 'resource'),
    limits: readHourly(answers, 'limits', 'resource'),
    periods: readHourly(answers, 'periods'),
    throttled: readHourly(answers, 'throttled'),
    ended: readHourly(answers, 'endedForMemory'),
    running: readHourly(answers, 'running'),
  };
  const workloads = buildWorkloadFinder(answers);
  const others = new Set(
    [...of.requests].flatMap(([key, { value }]) =>
      value > 0 && !AMOUNT_KEYS.test(key) ? [key.replace(/ \S*$/, '')] : [],
    ),
  );
  return (name, hourMs) => {
    const value = (table: ReadonlyMap<string, ContainerReading>, further = '') =>
      table.get(buildHourlyKey(name, hourMs, further))?.value ?? null;
    return {
      ...workloads(name, hourMs),
      cpuRequest: value(of.requests, 'cpu'),
      memoryRequestBytes: value(of.requests, 'memory'),
      gpuRequest: value(of.requests, 'nvidia_com_gpu'),
      hasOtherDevices: others.has(buildHourlyKey(name, hourMs, '').trimEnd()),
      cpuLimit: value(of.limits, 'cpu'),
      memoryLimitBytes: value(of.limits, 'memory'),
      cfsPeriods: value(of.periods),
      throttledPeriods: value(of.throttled),
      wasEndedForMemory: value(of.ended) !== null,
      runsAtEnd: value(of.running) !== null,
    };
  };
}

interface Workload {
  /** Deployment, StatefulSet, DaemonSet, CronJob, Job, Pod and whatever else owns pods. */
  readonly workloadKind: string;
  readonly workload: string;
  readonly node: string | null;
  /** The number of replicas depends on the requests (autoscaling): lower requests would change it. */
  readonly isAutoscaled: boolean;
}

/**
 * The workload of a pod: its owner, or the owner of its ReplicaSet or Job. A pod without a known owner is a workload itself.
 * Example: pod `api-7d9f-x` of ReplicaSet `api-7d9f` of Deployment `api` -> Deployment `api`.
 */
function buildWorkloadFinder(answers: Answers): (name: ContainerName, hourMs: number) => Workload {
  const inNamespace = (label: string) => (said: (name: string) => string | null) => {
    const [namespace, name] = [said('namespace'), said(label)];
    return namespace === null || name === null ? null : `${namespace}/${name}`;
  };
  const pods = readLabelsByHour(answers, 'pods', inNamespace('pod'));
  const owners = {
    ReplicaSet: readLabelsByHour(answers, 'replicaSets', inNamespace('replicaset')),
    Job: readLabelsByHour(answers, 'jobs', inNamespace('job_name')),
  };
  const scaled = readLabelsByHour(answers, 'autoscalers', (said) => {
    const [namespace, kind, name] = [said('namespace'), said('scaletargetref_kind'), said('scaletargetref_name')];
    return namespace === null || kind === null || name === null ? null : `${namespace}/${kind}/${name}`;
  });
  return ({ namespace, pod }, hourMs) => {
    const told = pods.get(`${namespace}/${pod} ${hourMs}`);
    const kind = told?.('created_by_kind') ?? null;
    const name = told?.('created_by_name') ?? null;
    const own =
      kind === null || name === null ? { workloadKind: 'Pod', workload: pod } : { workloadKind: kind, workload: name };
    const between =
      kind === 'ReplicaSet' || kind === 'Job' ? owners[kind].get(`${namespace}/${name} ${hourMs}`) : undefined;
    const [above, aboveName] = [between?.('owner_kind') ?? null, between?.('owner_name') ?? null];
    const of = above === null || aboveName === null ? own : { workloadKind: above, workload: aboveName };
    const isAutoscaled = scaled.has(`${namespace}/${of.workloadKind}/${of.workload} ${hourMs}`);
    return { ...of, node: told?.('node') ?? null, isAutoscaled };
  };
}
