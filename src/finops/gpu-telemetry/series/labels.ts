export type Labels = Readonly<Record<string, string>>;

/** Subject of a series: a GPU, or a part of one, and its holder. */
export interface SeriesSubject {
  /** UUID, and for a part of a GPU (MIG) `UUID/INSTANCE`. */
  readonly gpu: string;
  readonly host: string | null;
  readonly model: string | null;
  /** Number of sevenths of the GPU's compute; null for a whole GPU, and if its profile cannot be parsed. */
  readonly slices: number | null;
  /** Null: this series names no holder. */
  readonly holder: SeriesHolder | null;
}

export interface SeriesHolder {
  readonly namespace: string | null;
  readonly pod: string;
  readonly container: string | null;
}

/** Usual name of the pod that runs an exporter. */
const EXPORTER = /dcgm[-_]?exporter/i;

/**
 * The subject in the labels of a series; null without a UUID, because an index is unique only on its host. `renamed`:
 * Prometheus has added target labels to the series of this scrape, so that `pod` is the exporter's pod and the holder is
 * `exported_pod`, or there is none.
 * Example: `{UUID="GPU-a", GPU_I_ID="3", GPU_I_PROFILE="2g.20gb", exported_pod="train", pod="dcgm-exporter-x"}` -> gpu
 * `GPU-a/3`, 2 slices, held by `train`.
 */
export function parseSeriesSubject(labels: Labels, renamed: boolean): SeriesSubject | null {
  const uuid = toTextOrNull(labels.UUID) ?? toTextOrNull(labels.uuid);
  if (uuid === null) return null;
  const part = toTextOrNull(labels.GPU_I_ID);
  return {
    gpu: part === null ? uuid : `${uuid}/${part}`,
    host: toTextOrNull(labels.Hostname) ?? toTextOrNull(labels.hostname) ?? toTextOrNull(labels.node),
    model: toTextOrNull(labels.modelName),
    slices: part === null ? null : parseMigSlices(labels.GPU_I_PROFILE),
    holder: parseSeriesHolder(labels, renamed),
  };
}

/** `3g.40gb` -> 3. */
function parseMigSlices(profile: string | undefined): number | null {
  const slices = Number(/^(\d)g\./.exec(profile ?? '')?.[1]);
  return slices >= 1 && slices <= 7 ? slices : null;
}

function parseSeriesHolder(labels: Labels, renamed: boolean): SeriesHolder | null {
  const exported = toTextOrNull(labels.exported_pod);
  if (exported !== null) {
    return {
      pod: exported,
      namespace: toTextOrNull(labels.exported_namespace),
      container: toTextOrNull(labels.exported_container),
    };
  }
  // The exporter's old mode; Prometheus has no target labels of these names.
  const old = toTextOrNull(labels.pod_name);
  if (old !== null)
    return { pod: old, namespace: toTextOrNull(labels.pod_namespace), container: toTextOrNull(labels.container_name) };
  const pod = toTextOrNull(labels.pod);
  if (pod === null || renamed || EXPORTER.test(pod) || EXPORTER.test(labels.container ?? '')) return null;
  return { pod, namespace: toTextOrNull(labels.namespace), container: toTextOrNull(labels.container) };
}

/**
 * Jobs of the scrapes in which Prometheus renamed labels of the exporter. In these, a series without `exported_pod` has no
 * holder, whatever its `pod` is.
 */
export function findRenamedJobs(all: Iterable<Labels>): ReadonlySet<string> {
  const jobs = new Set<string>();
  for (const labels of all) if (toTextOrNull(labels.exported_pod) !== null) jobs.add(labels.job ?? '');
  return jobs;
}

/** A longer label, or one with control characters, is not a name. */
const LONGEST_NAME = 300;

function toTextOrNull(value: string | undefined): string | null {
  if (value === undefined || value.trim() === '' || value.length > LONGEST_NAME) return null;
  return [...value].some((character) => character < ' ') ? null : value;
}
