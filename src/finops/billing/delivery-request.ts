import type { BillDataset } from './formats/format.ts';
import type { DateFormat, NumberFormat } from './schema.ts';

/**
 * A file of a delivery. Bytes that are new come as an upload (`platform/uploads`: `receive(name, stream)` answers the id);
 * bytes that were delivered before are named by their hash, so that they need not be fetched again
 * (`billing.keepsRaw(sha256)` tells whether they are kept). `name` is the path as a person knows it, such as the key in the
 * bucket; rows name it, so it is unique within the delivery.
 */
export type DeliveryFileRef =
  | { readonly name: string; readonly upload: string }
  | { readonly name: string; readonly sha256: string };

/**
 * What happens where the rows do not say whether another export has the same charges. ask: the delivery is refused. beside: they
 * are other charges, and both count. replaces: this export counts instead of every one that it overlaps. hold: the delivery is
 * kept, and what came later does not count until a person decides.
 */
export type OnOverlap = 'ask' | 'beside' | 'replaces' | 'hold';

/** Half-open range of charge dates, YYYY-MM-DD. */
export interface ChargeDates {
  readonly from: string;
  readonly to: string;
}

/**
 * One delivery of a bill, whole: it replaces its unit (source, export, dataset, scope, billing period) and never adds to
 * it. What nobody said is null, and then the rows decide.
 */
export interface DeliveryRequest {
  readonly source: string;
  /** Name of the cloud's export; `default` where files come by hand. */
  readonly exportName: string;
  /** Null: as the format of each file says. */
  readonly dataset: BillDataset | null;
  /** What the export covers, such as a billing account or `/subscriptions/…`; `default` where nobody says. */
  readonly scope: string;
  /**
   * YYYY-MM as the manifest declares it. Its unit is replaced even by files without rows, and rows of another billing
   * period are rejected rows. Null: each billing period found in the rows is a unit of its own.
   */
  readonly period: string | null;
  /** The cloud's own id of this delivery (assemblyId, executionId, runId); null for plain files. */
  readonly producerId: string | null;
  /** When the cloud made it, ISO 8601 in UTC; it decides which of two deliveries is newer. Null: now. */
  readonly producedAt: string | null;
  /**
   * Charge dates that the manifest says are covered; null when it does not say. A delivery that covers less than the days
   * that stand is refused (`bill_period_shrinks`) instead of deleting them.
   */
  readonly coverage: ChargeDates | null;
  readonly files: readonly DeliveryFileRef[];
  /** Data rows that the manifest promises over all files; any other number is refused. Null or left out: it does not say. */
  readonly expectedRows?: number | null;
  /** Rows that may be left out. */
  readonly allowRejected: number;
  /** Lets a few stray rows, or a delivery that covers fewer days, replace a whole month of them. */
  readonly allowShrink: boolean;
  readonly overlap: OnOverlap;
  /** How its files write dates and amounts; null: as was declared for the source before, else as the files determine. */
  readonly dateFormat: DateFormat | null;
  readonly numberFormat: NumberFormat | null;
}
