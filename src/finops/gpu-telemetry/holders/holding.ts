import type { Subject } from '../../../org/schema.ts';

/** Replaces the namespace of holders that are runs, known by their logged system metrics. */
export const METRICS_NAMESPACE = 'mlflow';

/** A holder of a GPU over a time, as reported by the system that allocates GPUs. Null fields were not reported. */
export interface GpuHolding {
  /** Name in the readings: the UUID, and for a part of a GPU (MIG) `UUID/INSTANCE`. */
  readonly gpu: string;
  /** Unix milliseconds. */
  readonly start: number;
  /** Unix milliseconds, exclusive. */
  readonly end: number;
  /** Machine that contains the GPU. */
  readonly host: string | null;
  /** GPU model, as DCGM names it (`modelName`). */
  readonly model: string | null;
  readonly namespace: string | null;
  /** Null, with namespace, process and subject also null: the GPU was free. */
  readonly pod: string | null;
  readonly container: string | null;
  readonly pid: number | null;
}

/** The facts that are constant while one holder has a GPU. */
export interface Holder extends Omit<GpuHolding, 'gpu' | 'start' | 'end'> {
  /** Owner, if the import states one. */
  readonly subject: Subject | null;
  /** Labels of the pod, if reported. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** A stretch of time of one GPU. Unix milliseconds, end exclusive. */
export interface HolderTime {
  readonly start: number;
  readonly end: number;
  /** Digest of the holder. */
  readonly holder: string;
}

export interface NotedHolding {
  readonly gpu: string;
  readonly start: number;
  readonly end: number;
  readonly holder: Holder;
}

export function toHolder({ gpu: _gpu, start: _start, end: _end, ...rest }: GpuHolding): Holder {
  return { ...rest, subject: null };
}

export function isNobody({ namespace, pod, container, pid, subject }: Holder): boolean {
  return namespace === null && pod === null && container === null && pid === null && subject === null;
}
