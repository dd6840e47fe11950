import { sendMatrix, startStandIn } from '../gpu-telemetry/sources/stand-in.testing.ts';
import { buildContainerQueries, type QueryName } from './queries.ts';

/** A pod of a made cluster, with one container. Times are Unix milliseconds. */
export interface MadePod {
  readonly pod: string;
  readonly owner: { readonly kind: string; readonly name: string } | null;
  readonly node?: string;
  readonly from?: number;
  readonly until?: number;
  /** CPUs in use, and bytes of memory, at an instant. */
  readonly cpus: (at: number) => number;
  readonly memory: (at: number) => number;
  readonly requests?: Readonly<Record<string, number>>;
  readonly limits?: Readonly<Record<string, number>>;
  readonly throttled?: number;
  readonly isEnded?: boolean;
}

export interface MadeCluster {
  readonly pods: readonly MadePod[];
  readonly nodes?: readonly {
    readonly node: string;
    readonly type: string;
    readonly has: Readonly<Record<string, number>>;
  }[];
  readonly owners?: Partial<
    Record<'replicaSets' | 'jobs' | 'autoscalers', readonly Readonly<Record<string, string>>[]>
  >;
  /** Instants without data. */
  readonly isLost?: (at: number) => boolean;
}

type Point = (at: number) => number | null;
type MadeSeries = readonly [labels: Readonly<Record<string, string>>, point: Point];

/** For tests: a Prometheus that answers the container queries for a made-up cluster; it ignores `selector`s. */
export function startCluster(cluster: () => MadeCluster, stepMs: number) {
  const names = new Map(buildContainerQueries(undefined, stepMs).map(({ name, query }) => [query, name]));
  return startStandIn(({ query, start, end, step }, response) => {
    const name = names.get(query);
    const { isLost = () => false } = cluster();
    const instants = Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step);
    const told = name === undefined ? [] : buildResponse(cluster(), name, step);
    const result = told.map(([metric, point]) => ({
      metric,
      values: instants.flatMap((at) => {
        const value = isLost(at) ? null : point(at);
        return value === null ? [] : [[at / 1000, String(value)]];
      }),
    }));
    sendMatrix(
      response,
      result.filter(({ values }) => values.length > 0),
    );
  });
}

function buildResponse({ pods, nodes = [], owners = {} }: MadeCluster, name: QueryName, step: number): MadeSeries[] {
  const ofPods = (told: (pod: MadePod) => readonly MadeSeries[]) => pods.flatMap((pod) => told(pod));
  const labels = ({ pod }: MadePod) => ({ namespace: 'shop', pod, container: 'main' });
  const resources = (of: Readonly<Record<string, number>> | undefined, pod: MadePod): MadeSeries[] =>
    Object.entries(of ?? {}).map(([resource, value]) => [
      { ...labels(pod), resource },
      limitToPod(pod, step, () => value),
    ]);
  switch (name) {
    case 'cpu':
      return ofPods((pod) => [[{ ...labels(pod), id: `/${pod.pod}` }, limitToPod(pod, step, pod.cpus)]]);
    case 'memory':
      return ofPods((pod) => [[{ ...labels(pod), id: `/${pod.pod}` }, limitToPod(pod, step, pod.memory)]]);
    case 'periods':
      return ofPods((pod) => (pod.throttled === undefined ? [] : [[labels(pod), limitToPod(pod, step, () => 100)]]));
    case 'throttled':
      return ofPods((pod) => [[labels(pod), limitToPod(pod, step, () => 100 * (pod.throttled ?? 0))]]);
    case 'requests':
      return ofPods((pod) => resources(pod.requests, pod));
    case 'limits':
      return ofPods((pod) => resources(pod.limits, pod));
    case 'pods':
      return ofPods((pod) => [
        [
          {
            ...{ namespace: 'shop', pod: pod.pod, node: pod.node ?? 'n1' },
            ...{ created_by_kind: pod.owner?.kind ?? '<none>', created_by_name: pod.owner?.name ?? '<none>' },
          },
          limitToPod(pod, step, () => 1),
        ],
      ]);
    case 'endedForMemory':
      return ofPods((pod) => (pod.isEnded === true ? [[labels(pod), limitToPod(pod, step, () => 1)]] : []));
    case 'running':
      // At an instant; the other answers cover the hour before it.
      return ofPods((pod) => [
        [labels(pod), (at) => ((pod.until ?? Infinity) > at && (pod.from ?? 0) <= at ? 1 : null)],
      ]);
    case 'nodes':
      return nodes.flatMap(({ node, has }) =>
        Object.entries(has).map(([resource, value]): MadeSeries => [{ node, resource }, () => value]),
      );
    case 'nodeLabels':
      return nodes.map(({ node, type }) => [{ node, label_node_kubernetes_io_instance_type: type }, () => 1]);
    case 'replicaSets':
    case 'jobs':
    case 'autoscalers':
      return (owners[name] ?? []).map((of) => [{ namespace: 'shop', ...of }, () => 1]);
    default:
      return [];
  }
}

/** A value of the time before an instant, while the pod was there in it. */
function limitToPod({ from = 0, until = Number.POSITIVE_INFINITY }: MadePod, step: number, value: Point): Point {
  return (at) => (at > from && at - step < until ? value(at) : null);
}
