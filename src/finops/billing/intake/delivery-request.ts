import type { BillDataset } from '../formats/format.ts';
import type { DateFormat, NumberFormat } from '../schema.ts';

/**
 * A file of a delivery. New bytes arrive as an upload (`platform/uploads`: `receive(name, stream)` returns the id).
 * Bytes that were delivered before are referenced by their hash, so that they need not be fetched again
 * (`billing.keepsRaw(sha256)` tells whether they are kept). `name` is the display path, such as the key in the bucket;
 * rows refer to it, so it is unique within the delivery.
 */
export type DeliveryFileRef =
  | { readonly name: string; readonly upload: string }
  | { readonly name: string; readonly sha256: string };

/**
 * Behaviour when the rows do not show whether another export contains the same charges. `ask`: refuse the delivery.
 * `beside`: both contain separate charges, and both count. `replaces`: this export counts instead of every export that
 * it overlaps. `hold`: keep the delivery; the later of the two units does not count until a person decides.
 */
export type OnOverlap = 'ask' | 'beside' | 'replaces' | 'hold';

/** Half-open range of charge dates, YYYY-MM-DD. */
export interface ChargeDates {
  readonly from: string;
  readonly to: string;
}

/**
 * One complete delivery of a bill. It replaces its unit (source, export, dataset, scope, billing period) and never adds
 * to it. Undeclared fields are null; the rows then determine the value.
 */
export interface DeliveryRequest {
  readonly source: string;
  /** Name of the cloud's export; `default` for files uploaded by hand. */
  readonly exportName: string;
  /** Null: the format of each file determines it. */
  readonly dataset: BillDataset | null;
  /** Scope of the export, such as a billing account or `/subscriptions/…`; `default` when not declared. */
  readonly scope: string;
  /**
   * YYYY-MM as the manifest declares it. Its unit is replaced even by files without rows, and rows of another billing
   * period are rejected. Null: each billing period found in the rows is a separate unit.
   */
  readonly period: string | null;
  /** The cloud's own id of this delivery (assemblyId, executionId, runId); null for plain files. */
  readonly producerId: string | null;
  /** Production time at the cloud, ISO 8601 in UTC; decides which of two deliveries is newer. Null: now. */
  readonly producedAt: string | null;
  /**
   * Charge dates that the manifest declares as covered; null when it declares none. A delivery that covers fewer days
   * than the current one is refused (`bill_period_shrinks`), because it would delete the other days.
   */
  readonly coverage: ChargeDates | null;
  readonly files: readonly DeliveryFileRef[];
  /**
   * Data rows that the manifest declares over all files; a different number is refused. Null or omitted: not declared.
   */
  readonly expectedRows?: number | null;
  /** Maximum number of rejected rows. */
  readonly allowRejected: number;
  /** Lets a delivery with a few stray rows, or with fewer days, replace a whole month. */
  readonly allowShrink: boolean;
  readonly overlap: OnOverlap;
  /** Date and number formats of the files; null: as declared for the source before, else detected from the files. */
  readonly dateFormat: DateFormat | null;
  readonly numberFormat: NumberFormat | null;
}
