import type { GpuHolding } from '../holders/holding.ts';

/** Keeps who held GPUs: within the time of a GPU that they tell of, they alone stand. The same may be told again. */
export interface Holdings {
  note(holdings: readonly GpuHolding[]): Promise<void>;
}
