import type { CheckedArea, Finding, VerifiedArea } from './schema.ts';

/** Input of a verifier: callbacks for findings and progress. */
export interface VerifyContext {
  readonly repair: boolean;
  /** Aborted when the server stops; a verifier checks it between two items. */
  readonly signal: AbortSignal;
  find(finding: Omit<Finding, 'area'>): void;
  /** `items`: null while they are not counted. */
  progress(itemsDone: number, items: number | null): void;
}

export type Counts = Omit<CheckedArea, 'area'>;

/** Checks one area of the stored data. */
export interface Verifier {
  readonly area: VerifiedArea;
  verify(look: VerifyContext): Promise<Counts>;
}

/** A finding that cannot be repaired. */
export function buildUnrepairableFinding(
  what: string,
  problem: string,
  reason: string,
  period: string | null = null,
): Omit<Finding, 'area'> {
  return { what, problem, period, repaired: false, reason };
}
