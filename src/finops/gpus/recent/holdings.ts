import type { GpuHolding } from '../holders/holding.ts';

/** Keeps who held GPUs. A stretch may be told again, and a longer one that contains it: both are one. */
export interface Holdings {
  note(holdings: readonly GpuHolding[]): Promise<void>;
}
