import type { HeldMachines, WorkEnd, WorkUsage } from '../compute/index.ts';
import { buildEnd, type EndedJob, findStart, type Result } from './ending.ts';
import { findCondition, type Pod } from './objects.ts';

/** All records of ended work, by the number of its nodes. */
export interface EndedNodes extends Omit<EndedJob, 'pod' | 'result'> {
  /** Number of nodes that were requested. */
  readonly nodes: number;
  readonly pods: ReadonlyMap<number, Pod>;
  readonly results: ReadonlyMap<number, Result>;
}

interface NodeEnd {
  readonly node: number;
  readonly end: WorkEnd;
}

/**
 * End of work on one or several nodes. Its reason and exit code are those of the node that decided: an eviction first, then a lack of
 * memory, because both make the other nodes fail; otherwise the node that failed first. Without a failure they are those of node 0.
 * Time and memory: from the first start to the last end, and the largest peak.
 */
export function buildNodesEnd(ended: EndedNodes): WorkEnd {
  const ends = Array.from({ length: ended.nodes }, (_, node) => ({ node, end: buildNodeEnd(ended, node) }));
  const [first] = ends;
  const held = sumHeld(ended, ends);
  if (first === undefined) throw new Error('work has at least one node');
  if (ends.length === 1) return { ...first.end, held };
  const started = ends.filter(({ node }) => findNodeStart(ended, node) !== null);
  const began = started.length === 0 ? ends : started;
  const isComplete = ended.job !== null && findCondition(ended.job, 'Complete') !== null;
  const decisive = isComplete ? (ends.find(isGood) ?? first) : selectDecisive(ends, first);
  const { reason, exitCode, stoppedBy, detail } = decisive.end;
  const isOneNode = reason !== 'stopped' && !isGood(decisive) && (ended.takenBack ?? null) === null;
  return {
    reason,
    exitCode,
    stoppedBy,
    detail: isOneNode && detail !== null ? `Node ${decisive.node} of ${ended.nodes}: ${detail}` : detail,
    start: Math.min(...began.map(({ end }) => end.start)),
    end: Math.max(...began.map(({ end }) => end.end)),
    usage: sumUsage(ends.map(({ end }) => end.usage)),
    held,
    decisiveNode: isOneNode ? decisive.node : null,
  };
}

const buildNodeEnd = (ended: EndedNodes, node: number): WorkEnd =>
  buildEnd({ ...ended, pod: ended.pods.get(node) ?? null, result: ended.results.get(node) ?? null });

const isGood = ({ end }: NodeEnd): boolean => end.reason === 'exited' && end.exitCode === 0;

/** Reasons that make other nodes fail, the strongest first. */
const CAUSES: readonly WorkEnd['reason'][] = ['evicted', 'out-of-memory'];
/** Reasons without an observed end: another node tells more. */
const WEAK: readonly WorkEnd['reason'][] = ['lost', 'not-started'];

function selectDecisive(ends: readonly NodeEnd[], first: NodeEnd): NodeEnd {
  for (const cause of CAUSES) {
    const found = ends.find(({ end }) => end.reason === cause);
    if (found !== undefined) return found;
  }
  const stopped = ends.find(({ end }) => end.reason === 'stopped');
  if (stopped !== undefined) return first.end.reason === 'stopped' ? first : stopped;
  const failed = ends.filter((one) => !isGood(one)).toSorted(compareFailures);
  return failed[0] ?? first;
}

/** The earliest failure first. Kubernetes ends the other pods by a signal: at the same time, an exit code tells more. */
function compareFailures(one: NodeEnd, other: NodeEnd): number {
  const weak = ({ end }: NodeEnd) => (WEAK.includes(end.reason) ? 1 : 0);
  const signal = ({ end }: NodeEnd) => (end.reason === 'signal' ? 1 : 0);
  return weak(one) - weak(other) || one.end.end - other.end.end || signal(one) - signal(other) || one.node - other.node;
}

/** When the command of a node began, Unix milliseconds; null before that. */
function findNodeStart({ pods, results }: Pick<EndedNodes, 'pods' | 'results'>, node: number): number | null {
  const result = results.get(node);
  return findStart(pods.get(node) ?? null) ?? (result === undefined ? null : result.start * 1000);
}

/** When a node got its machine, Unix milliseconds; null before that. */
export function findHeldSince(pod: Pod | null): number | null {
  return pod?.status.startTime ?? findStart(pod);
}

function sumHeld(ended: EndedNodes, ends: readonly NodeEnd[]): HeldMachines {
  const times = ends.flatMap(({ node, end }) => {
    const since = findHeldSince(ended.pods.get(node) ?? null) ?? findNodeStart(ended, node);
    return since === null ? [] : [{ since, heldMs: Math.max(0, end.end - since) }];
  });
  return {
    since: times.length === 0 ? null : Math.min(...times.map(({ since }) => since)),
    machineMs: times.reduce((sum, { heldMs }) => sum + heldMs, 0),
  };
}

/** Usage of several nodes: CPU time summed, and the largest peak of memory. A node without figures is named as missing. */
export function sumUsage(usages: readonly WorkUsage[]): WorkUsage {
  if (usages.length === 1 && usages[0] !== undefined) return usages[0];
  const cpuSeconds = usages.flatMap((usage) => usage.cpuSeconds ?? []);
  const peaks = usages.flatMap((usage) => usage.peakMemoryBytes ?? []);
  const missing = usages.flatMap((usage, node) =>
    usage.cpuSeconds === null || usage.peakMemoryBytes === null ? [node] : [],
  );
  const [told] = usages.flatMap(({ reason }) => reason ?? []);
  const reason =
    missing.length === 0
      ? (told ?? null)
      : `without nodes ${missing.join(', ')}${told === undefined ? '' : `: ${told}`}`;
  return {
    cpuSeconds: cpuSeconds.length === 0 ? null : cpuSeconds.reduce((sum, one) => sum + one, 0),
    peakMemoryBytes: peaks.length === 0 ? null : Math.max(...peaks),
    ...(reason === null ? {} : { reason }),
  };
}
