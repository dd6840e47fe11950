import type { Subject } from '../../../org/schema.ts';

/** Who gets a share of a pool, and by how much of what. */
export interface Receiver {
  readonly subject: Subject;
  /** Exact decimal, > 0; shares are in the ratio of the weights. */
  readonly weight: string;
  /** What was measured, for FOCUS UsageUnit and UsageQuantity; null where nothing was. */
  readonly usage: { readonly unit: string; readonly quantity: string } | null;
  /** A share that stays without a receiver, and why. */
  readonly leftOver?: string;
}

/** A pool of the period: rows of one rule that are split alike. */
export interface Pool {
  readonly pool: string;
  readonly currency: string;
  /** YYYY-MM-DD, of pools by day; null of others, and where rows have no charge period. */
  readonly day: string | null;
}

/** Receivers of a pool, or why it has none: a shared cost never vanishes and is never given to nobody in particular. */
export type Outcome = { readonly receivers: readonly Receiver[] } | { readonly reason: string };
