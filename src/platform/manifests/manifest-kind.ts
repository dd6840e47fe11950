import type { z } from 'zod';
import type { Sql } from '../store/index.ts';
import type { ManifestOutcome } from './schema.ts';

/** Fields of every document, whatever its kind. */
export interface Manifest {
  readonly metadata: { readonly name: string };
}

/** A kind of document that `steelyard apply` accepts. Each feature creates its kinds and passes them to `main.ts`. */
export interface ManifestKind<Document extends Manifest = Manifest> {
  /** As in the document's `kind`. */
  readonly kind: string;
  /** Of the whole document: apiVersion, kind, metadata, spec. */
  readonly schema: z.ZodType<Document>;
  /** Whether its objects run commands of the document: changing one needs the scope `mlops.run_code`. */
  readonly runsCode?: boolean;
  /** Documents of a lower order are applied first, so that references resolve: 10 Team, 20 Project, … */
  readonly order: number;
  /** Updates the store to match the document. An unknown reference is an `AppError` `manifest_reference_unknown`. */
  apply(sql: Sql, document: Document): Promise<ManifestOutcome>;
  /**
   * Work that takes too long for a transaction, done before it; a dry run only calls `apply`. The result
   * replaces `apply` and stays invisible until the transaction.
   */
  prepare?(document: Document): Promise<PreparedManifest>;
}

export interface PreparedManifest {
  /** In the transaction, without long work. Error: `Outdated` where the state it was prepared from has changed since. */
  apply(sql: Sql): Promise<ManifestOutcome>;
  /** After `Outdated`, outside the transaction: prepares the changed parts again. Left out for a kind that never throws `Outdated`. */
  refresh?(): Promise<void>;
  /** Instead of `apply`, or after its transaction was undone. */
  discard(): Promise<void>;
}

export type ManifestKinds = Readonly<Record<string, ManifestKind>>;
