/** A query to Prometheus about containers and nodes. */
export interface ContainerQuery {
  readonly name: QueryName;
  readonly query: string;
  /** `readings`: at the end of each step; `hours`: at the end of each hour. */
  readonly at: 'readings' | 'hours';
}

export type QueryName =
  | 'cpu'
  | 'memory'
  | 'periods'
  | 'throttled'
  | 'requests'
  | 'limits'
  | 'pods'
  | 'replicaSets'
  | 'jobs'
  | 'endedForMemory'
  | 'running'
  | 'autoscalers'
  | 'nodes'
  | 'nodeLabels'
  | 'unschedulable';

/**
 * The queries of an hour. Prometheus computes the rate of the CPU-seconds counter, because it has the times of the scrapes:
 * a counter reset counts from zero, and the increase between two scrapes is distributed by time. Memory is the maximum
 * within the step, so that no peak between two readings is missed. Slowly changing facts are read once an hour.
 */
export function buildContainerQueries(selector: string | undefined, stepMs: number): ContainerQuery[] {
  const own = selector === undefined || selector.trim() === '' ? [] : [selector];
  const matched = (metric: string, ...matchers: string[]) => `${metric}{${[...own, ...matchers].join(',')}}`;
  // With renamed labels these are the exporter's own, so the answer is filtered again.
  const container = (metric: string) => matched(metric, 'container!=""', 'container!="POD"');
  const step = `[${stepMs}ms]`;
  const resources = 'resource=~"cpu|memory|nvidia_com_.*|amd_com_.*"';
  const hourly = (name: QueryName, query: string): ContainerQuery => ({ name, query, at: 'hours' });
  const last = (name: QueryName, series: string) => hourly(name, `last_over_time(${series}[1h])`);
  return [
    { name: 'cpu', query: `rate(${container('container_cpu_usage_seconds_total')}${step})`, at: 'readings' },
    {
      name: 'memory',
      query: `max_over_time(${container('container_memory_working_set_bytes')}${step})`,
      at: 'readings',
    },
    hourly('periods', `increase(${container('container_cpu_cfs_periods_total')}[1h])`),
    hourly('throttled', `increase(${container('container_cpu_cfs_throttled_periods_total')}[1h])`),
    last('requests', matched('kube_pod_container_resource_requests', resources)),
    last('limits', matched('kube_pod_container_resource_limits', resources)),
    last('pods', matched('kube_pod_info')),
    last('replicaSets', matched('kube_replicaset_owner')),
    last('jobs', matched('kube_job_owner')),
    hourly(
      'endedForMemory',
      `max_over_time(${matched('kube_pod_container_status_last_terminated_reason', 'reason="OOMKilled"')}[1h]) > 0`,
    ),
    hourly('running', `last_over_time(${matched('kube_pod_container_status_running')}[5m]) > 0`),
    last('autoscalers', matched('kube_horizontalpodautoscaler_info')),
    last('nodes', matched('kube_node_status_allocatable', 'resource=~"cpu|memory|pods|nvidia_com_gpu"')),
    last('nodeLabels', matched('kube_node_labels')),
    hourly('unschedulable', `last_over_time(${matched('kube_node_spec_unschedulable')}[5m]) > 0`),
  ];
}
