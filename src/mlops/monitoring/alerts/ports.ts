import type { Period } from '../../../platform/units/schema.ts';
import type { Monitor } from '../../monitors/schema.ts';
import type { RequestCounts } from './burn-rate.ts';
import type { QualityLoss } from './episode/schema.ts';

/** Answers of a model, counted by the minute where it is served. */
export interface ServedRequests {
  /**
   * Requests in `[now - length, now)` for each length (milliseconds), in their order, and how many of them failed or, with
   * `withinMs`, took longer. Null: requests of this model are not counted here.
   */
  served(question: {
    readonly model: string;
    /** Left out: all versions. */
    readonly version?: string | undefined;
    readonly now: number;
    readonly lengthsMs: readonly number[];
    /** Null: failures are counted. */
    readonly withinMs: number | null;
  }): Promise<readonly RequestCounts[] | null>;
}

/** Quality without labels. */
export interface QualityEstimates {
  /**
   * One estimate for each period, in their order. Periods must not overlap. Null: the monitor has no estimate, or the period
   * has too few predictions.
   */
  estimate(question: {
    readonly monitor: Monitor;
    readonly metric: string;
    readonly periods: readonly Period[];
    readonly modelVersion: string | null;
  }): Promise<readonly ((Omit<QualityLoss, 'estimated'> & { readonly predictions: number }) | null)[]>;
}
