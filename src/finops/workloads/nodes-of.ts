import { HOUR_MS } from '../../platform/units/durations.ts';
import { type Answers, type HourRow, readLabelsByHour } from './answers.ts';
import { createLabelReader } from './labels.ts';

/** Allocatable resources of nodes by hour, after the reservations of the system. */
export function buildNodeHours(answers: Answers, source: string): HourRow[] {
  const all = answers.get('nodes') ?? [];
  const said = createLabelReader(all);
  const labels = readLabelsByHour(answers, 'nodeLabels', (own) => own('node'));
  const closed = readLabelsByHour(answers, 'unschedulable', (own) => own('node'));
  const nodes = new Map<string, { node: string; hourMs: number; resources: Map<string, number> }>();
  for (const series of all) {
    const [node, resource] = [said(series.labels, 'node'), series.labels.resource];
    if (node === null || resource === undefined) continue;
    for (const [at, value] of series.samples) {
      if (!Number.isFinite(value) || value < 0) continue;
      const key = `${node} ${at - HOUR_MS}`;
      const known = nodes.get(key) ?? { node, hourMs: at - HOUR_MS, resources: new Map<string, number>() };
      nodes.set(key, known);
      // If a resource is reported twice, the smaller value counts.
      known.resources.set(resource, Math.min(known.resources.get(resource) ?? value, value));
    }
  }
  return [...nodes].map(([key, { node, hourMs, resources }]) => {
    const label = labels.get(key);
    const has = (resource: string) => resources.get(resource) ?? null;
    return {
      ...{ hourMs, source, node },
      ...{ cpus: has('cpu'), memoryBytes: has('memory'), gpus: has('nvidia_com_gpu'), pods: has('pods') },
      instanceType: label?.('label_node_kubernetes_io_instance_type') ?? null,
      region: label?.('label_topology_kubernetes_io_region') ?? null,
      gpuModel: label?.('label_nvidia_com_gpu_product') ?? null,
      isSchedulable: !closed.has(key),
    };
  });
}
