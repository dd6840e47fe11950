import type { Labels, Series } from '../gpu-telemetry/index.ts';

/** How Kubernetes, and cAdvisor, name a container. */
export interface ContainerName {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** Value of a label of a series; null if it is missing. */
export type LabelReader = (labels: Labels, name: string) => string | null;

/**
 * Reads labels of the series of one query. If labels of the exporter collide with target labels, Prometheus renames them
 * (`exported_pod`). In that case a series of the same job without the renamed label has no value, whatever `pod` is: that
 * label is the exporter's pod.
 * Example: `{job="ksm", exported_pod="train-0", pod="kube-state-metrics-x"}` -> pod `train-0`.
 */
export function createLabelReader(all: readonly Series[]): LabelReader {
  const renamed = new Set<string>();
  for (const { labels } of all) {
    for (const [name, value] of Object.entries(labels)) {
      if (name.startsWith(EXPORTED) && value !== '') renamed.add(`${labels.job ?? ''} ${name.slice(EXPORTED.length)}`);
    }
  }
  return (labels, name) => {
    const exported = toTextOrNull(labels[`${EXPORTED}${name}`]);
    if (exported !== null || renamed.has(`${labels.job ?? ''} ${name}`)) return exported;
    return toTextOrNull(labels[name]);
  };
}

const EXPORTED = 'exported_';
/** Valid names of Kubernetes objects, kinds and instances. Other text is rejected, because names appear in commands that users copy. */
const NAME = /^[A-Za-z0-9][\w.:-]{0,252}$/;

function toTextOrNull(value: string | undefined): string | null {
  return value !== undefined && NAME.test(value) ? value : null;
}

/** The process that holds a pod's network; it does no work. */
const PAUSE = 'POD';

/**
 * The container of a series; null for series without one: cAdvisor's sums over pods and control groups (without a
 * container), and the pause container. Each of them would count the same CPU twice.
 */
export function parseContainer(labels: Labels, said: LabelReader): ContainerName | null {
  const [namespace, pod, container] = [said(labels, 'namespace'), said(labels, 'pod'), said(labels, 'container')];
  if (namespace === null || pod === null || container === null || container === PAUSE) return null;
  // Some kubelets report parts by core in addition to their sum.
  const cpu = labels.cpu ?? '';
  return cpu === '' || cpu === 'total' ? { namespace, pod, container } : null;
}

export function buildContainerKey({ namespace, pod, container }: ContainerName): string {
  return `${namespace}/${pod}/${container}`;
}
