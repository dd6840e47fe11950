import type { Subject } from '../../../org/schema.ts';
import type { Sql } from '../../../platform/store/index.ts';
import type { Money } from '../../../platform/units/schema.ts';
import type { WorkOutcome } from './schema.ts';

/** Owner of a stretch of GPU time. */
export interface Owner {
  /** Null: unknown, with a reason. */
  readonly subject: Subject | null;
  readonly reason: string | null;
  /** Machine and model of the GPU, if the holder states them. */
  readonly host: string | null;
  readonly gpuModel: string | null;
}

/** A pod, container or process, as named by the system that allocates GPUs. */
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

/** Facts about work on GPUs from MLOps; `main` supplies the implementation. */
export interface GpuWork {
  /** Possible usage ids of work or a replica in this place, the likeliest first. */
  workIdsIn(place: PlaceOfWork): readonly string[];
  /** Whether a pod may be of an endpoint, by its name. */
  isPodOfEndpoint(pod: string, endpoint: string): boolean;
  /** Outcome of the work of these subjects, by subject; subjects without work of this server are left out. */
  outcomesOf(sql: Sql, subjects: readonly Subject[]): Promise<ReadonlyMap<Subject, WorkOutcome>>;
  /** Billed and metered cost of runs whose hours are completely covered by a bill. */
  reconciledRuns(sql: Sql, runs: readonly string[]): Promise<ReadonlyMap<string, ReconciledCost>>;
}
