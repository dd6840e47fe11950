import type { GpuHolding } from '../holders/holding.ts';

/** Records holders of GPUs: within the reported time of a GPU, only the reported holders count. Idempotent. */
export interface Holdings {
  note(holdings: readonly GpuHolding[]): Promise<void>;
}
