import type { Sql } from '../../platform/store/index.ts';
import type { Money } from '../../platform/units/index.ts';

/** Cost of the replicas of a version over an interval; null without a price. Unix milliseconds. */
export interface CostInterval {
  readonly model: string;
  readonly version: string;
  readonly start: number;
  readonly end: number;
  readonly cost: Money | null;
}

/** Cost of a version at an endpoint. Implemented by FinOps; injected by main. */
export interface ServingCosts {
  of(
    sql: Sql,
    what: { readonly endpoint: string; readonly model: string; readonly version: string },
  ): Promise<{
    readonly predictions: number | null;
    /** Replica-hours, an exact decimal. */
    readonly hours: string;
    readonly cost: Money | null;
    readonly per1000: Money | null;
    readonly unpriced: readonly string[];
  }>;
  /** Intervals of an endpoint's replicas that touch [start, end) Unix ms, whole. */
  within(sql: Sql, endpoint: string, within: { readonly start: number; readonly end: number }): Promise<CostInterval[]>;
}
