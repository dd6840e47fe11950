import type { Subject } from '../../../org/schema.ts';

/** In the place of the namespace of holders that are runs, known by the system metrics that they logged. */
export const METRICS_NAMESPACE = 'mlflow';

/** Who held a GPU when, as those see it that hand GPUs out. What is null was not said. */
export interface GpuHolding {
  /** As readings name it: the UUID, and for a part of a GPU (MIG) `UUID/INSTANCE`. */
  readonly gpu: string;
  /** Unix milliseconds. */
  readonly start: number;
  /** Unix milliseconds, exclusive. */
  readonly end: number;
  /** Machine that it is in. */
  readonly host: string | null;
  /** Of GPU, as DCGM names it (`modelName`). */
  readonly model: string | null;
  readonly namespace: string | null;
  /** Null, and no namespace, process and subject either: nobody held it. */
  readonly pod: string | null;
  readonly container: string | null;
  readonly pid: number | null;
}

/** What is the same for as long as one holder has a GPU. */
export interface Holder extends Omit<GpuHolding, 'gpu' | 'start' | 'end'> {
  /** Where who imported it said whose it is. */
  readonly subject: Subject | null;
  /** Of the pod, where they were said. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** A stretch of time of one GPU. Unix milliseconds, end exclusive. */
export interface HeldTime {
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

export function holderOf({ gpu: _gpu, start: _start, end: _end, ...rest }: GpuHolding): Holder {
  return { ...rest, subject: null };
}

export function isNobody({ namespace, pod, container, pid, subject }: Holder): boolean {
  return namespace === null && pod === null && container === null && pid === null && subject === null;
}
