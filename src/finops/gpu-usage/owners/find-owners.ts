import type { Org } from '../../../org/index.ts';
import type { Subject } from '../../../org/schema.ts';
import type { Sql } from '../../../platform/store/index.ts';
import { type Holder, isNobody, METRICS_NAMESPACE } from '../../gpu-telemetry/index.ts';
import { type Facts, findOwnerByRules } from '../owner-rules/owner-by-rules.ts';
import { listOwnerRules } from '../owner-rules/store.ts';
import type { GpuWork, Owner } from './owner.ts';
import { intersectSubjects } from './shared-subject.ts';

/** A period in which a subject held a resource, from metering. */
export interface UsageOfGpus {
  readonly id: string;
  readonly subject: Subject;
  /** Key in the price book. */
  readonly resource: string;
  /** Id of the held resource, as in the bill. */
  readonly resourceId: string | null;
  readonly start: number;
  readonly end: number;
}

export interface Span {
  /** Unix milliseconds. */
  readonly start: number;
  /** Unix milliseconds, exclusive. */
  readonly end: number;
}

export interface OwnerDeps {
  readonly org: Pick<Org, 'withTeam'>;
  /** Usage intervals that touch a time. */
  usage(sql: Sql, within: Span): Promise<readonly UsageOfGpus[]>;
  /** Subjects of workloads that were reported for the time, by `namespace/pod`. */
  workloadSubjects(sql: Sql, within: Span): Promise<ReadonlyMap<string, Subject>>;
  readonly work: GpuWork;
}

/**
 * Owners of holders, by digest. The sources in order: the import; work of this server, by the name of its pod or container;
 * workload usage reported for the pod; the rules. Otherwise the owner is unknown, with a reason.
 */
export async function findOwners(
  deps: OwnerDeps,
  sql: Sql,
  { holders, usage, within }: { holders: ReadonlyMap<string, Holder>; usage: readonly UsageOfGpus[]; within: Span },
): Promise<Map<string, Owner>> {
  const ours = createPlaceFinder(deps.work, usage);
  const isAsked = [...holders.values()].some(({ subject, pod }) => subject === null && pod !== null);
  const workloads = isAsked ? await deps.workloadSubjects(sql, within) : new Map<string, Subject>();
  const rules = await listOwnerRules(sql);
  const named = (holder: Holder) =>
    holder.subject ??
    ours(holder) ??
    runOfMetrics(holder) ??
    workloads.get(`${holder.namespace}/${holder.pod}`) ??
    findOwnerByRules(rules, toFacts(holder));
  const owners = new Map<string, Owner>();
  for (const [id, holder] of holders) {
    const found = isNobody(holder) ? null : named(holder);
    const subject = found === null ? null : await deps.org.withTeam(sql, found);
    const reason = subject === null && !isNobody(holder) ? explainUnknownOwner(holder) : null;
    owners.set(id, { subject, reason, host: holder.host, gpuModel: holder.model });
  }
  return owners;
}

/** Readings from the system metrics of a run have its id in the field of the pod. */
function runOfMetrics({ namespace, pod }: Holder): Subject | null {
  return namespace === METRICS_NAMESPACE && pod !== null && /^[0-9a-f]{32}$/.test(pod) ? { run: pod } : null;
}

/** Owners of pools, as far as the rules state them. */
export async function findOwnersOfPools(
  deps: Pick<OwnerDeps, 'org'>,
  sql: Sql,
  pools: Iterable<string>,
): Promise<Map<string, Owner>> {
  const rules = await listOwnerRules(sql);
  const owners = new Map<string, Owner>();
  for (const pool of pools) {
    const found = findOwnerByRules(rules, { pool });
    if (found === null) continue;
    owners.set(pool, { subject: await deps.org.withTeam(sql, found), reason: null, host: null, gpuModel: null });
  }
  return owners;
}

function toFacts({ namespace, pod, container, host, labels = {} }: Holder): Facts {
  const labelled = Object.entries(labels).map(([key, value]) => [`label:${key}`, value] as const);
  return { namespace, pod, container, host, ...Object.fromEntries(labelled) };
}

/** Usage of a step (`reservation:pipeline:WORK:PART`), of a run under a budget (`reservation:run:RUN`), of a replica. */
const OF_WORK = /^(?:reservation:(?:pipeline|run)|serving):([^:]+)/;

/** Work, replicas and endpoints of this server by the names that engines give them, as far as they were metered. */
function createPlaceFinder(work: GpuWork, usage: readonly UsageOfGpus[]): (holder: Holder) => Subject | null {
  const byId = new Map<string, Subject>();
  const byEndpoint = new Map<string, Subject>();
  for (const { id, subject } of usage) {
    const [, name] = OF_WORK.exec(id) ?? [];
    if (name !== undefined) byId.set(name, subject);
    if (subject.endpoint === undefined) continue;
    // Versions of an endpoint change; their shared fields apply to all of its time.
    byEndpoint.set(subject.endpoint, intersectSubjects(byEndpoint.get(subject.endpoint) ?? subject, subject));
  }
  return (holder) => {
    for (const id of work.workIdsIn(holder)) {
      const found = byId.get(id);
      if (found !== undefined) return found;
    }
    const { pod } = holder;
    if (pod === null) return null;
    return [...byEndpoint].find(([endpoint]) => work.isPodOfEndpoint(pod, endpoint))?.[1] ?? null;
  };
}

function explainUnknownOwner({ namespace, pod, container, pid, host }: Holder): string {
  const on = host === null ? '' : ` on ${host}`;
  // One reason per namespace, not per pod: a rule matches a namespace.
  if (namespace !== null) {
    return `pods of namespace ${namespace} are no work of this server, and no workload usage and no rule names them`;
  }
  if (pod !== null) return `pod ${pod} is no work of this server, and no rule names it`;
  if (container !== null) return `container ${container}${on} is no work of this server, and no rule names it`;
  return `process ${pid}${on} is no work of this server, and no rule names its host`;
}
