import type { Subject } from '../../../org/schema.ts';

/** Receiver of a share of a pool, with its weight. */
export interface Receiver {
  readonly subject: Subject;
  /** Exact decimal, > 0; shares are in the ratio of the weights. */
  readonly weight: string;
  /** Measured usage, for FOCUS UsageUnit and UsageQuantity; null where nothing was measured. */
  readonly usage: { readonly unit: string; readonly quantity: string } | null;
  /** Reason for a share without a receiver; absent for other shares. */
  readonly leftOver?: string;
}

/** A pool of the period: rows of one rule with the same split. */
export interface Pool {
  readonly pool: string;
  readonly currency: string;
  /** YYYY-MM-DD for pools by day; null for other pools, and where rows have no charge period. */
  readonly day: string | null;
}

/**
 * Receivers of a pool, or the reason why it has none: a shared cost is then reported as shared-unallocated, never
 * dropped.
 */
export type Outcome = { readonly receivers: readonly Receiver[] } | { readonly reason: string };
