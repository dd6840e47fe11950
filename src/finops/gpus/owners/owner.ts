import type { Subject } from '../../../org/schema.ts';
import type { Sql } from '../../../platform/store/index.ts';
import type { Money } from '../../../platform/units/schema.ts';
import type { WorkOutcome } from './schema.ts';

/** Whose a stretch of GPU time is. */
export interface Owner {
  /** Null: nobody knows; then there is a reason. */
  readonly subject: Subject | null;
  readonly reason: string | null;
  /** Machine and model of the GPU, where the holder said them. */
  readonly host: string | null;
  readonly gpuModel: string | null;
}

/** A pod, container or process as those name it that hand out GPUs. */
export interface PlaceOfWork {
  readonly namespace: string | null;
  readonly pod: string | null;
  readonly container: string | null;
}

/** Bill and metering of the same hours. */
export interface ReconciledCost {
  readonly metered: Money;
  /** By the bill; it covers all metered hours. */
  readonly reconciled: Money;
}

/** What the other wing knows of work on GPUs; `main` supplies it. */
export interface GpuWork {
  /** Ids by which work or a replica in this place would be in usage, the likeliest first. */
  workIdsIn(place: PlaceOfWork): readonly string[];
  /** Whether a pod may be of an endpoint, by its name. */
  isPodOfEndpoint(pod: string, endpoint: string): boolean;
  /** How the work of these subjects ended, by subject; what is no work of this server is left out. */
  outcomesOf(sql: Sql, subjects: readonly Subject[]): Promise<ReadonlyMap<Subject, WorkOutcome>>;
  /** Of runs whose hours a bill covers wholly: what they cost by it, and by metering. */
  reconciledRuns(sql: Sql, runs: readonly string[]): Promise<ReadonlyMap<string, ReconciledCost>>;
}

/** Before anything is known of work. */
export const NO_WORK: GpuWork = {
  workIdsIn: () => [],
  isPodOfEndpoint: () => false,
  outcomesOf: async () => new Map(),
  reconciledRuns: async () => new Map(),
};
