/**
 * Who held a GPU, or a part of one, and from when to when: a stretch of readings that all named the same holder. Several may
 * overlap (time-slicing); `pod` and `pid` null: nobody held it, which is apart from a holder that does nothing.
 */
export interface GpuHolding {
  /** As readings name it: the UUID, and for a part of a GPU (MIG) `UUID/INSTANCE`. */
  readonly gpu: string;
  /** Unix milliseconds. */
  readonly start: number;
  /** Unix milliseconds, exclusive. */
  readonly end: number;
  readonly host: string | null;
  readonly model: string | null;
  readonly namespace: string | null;
  readonly pod: string | null;
  readonly container: string | null;
  readonly pid: number | null;
}
