import type { Generated } from 'kysely';

/** Tables of the ledger of decisions. */
export interface DecisionTables {
  decision: {
    /** Grows with every decision; the order in which they were taken. */
    sequence: Generated<number>;
    id: string;
    at: string;
    model: string;
    version: string;
    policy: string;
    verdict: string;
    /** The whole decision as it was taken; never changed afterwards. */
    document: string;
    /** Number in the hash chain, from 1, without gaps. */
    position: number | null;
    previous_sha256: string | null;
    sha256: string | null;
  };
  /** One row: the last link of the chain. Two servers that append concurrently conflict here. */
  decision_head: { id: number; seq: number; hash: string };
  /** Things that the evidence of a decision names. */
  decision_basis: { sequence: number; kind: BasisKind; name: string };
}

/** `bill`: a delivery. `priceBook`: `name@version`. `run`: the run of the version or of the champion. */
export type BasisKind = 'bill' | 'priceBook' | 'run';
