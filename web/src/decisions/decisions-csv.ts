import type { Decision } from '../../../src/tradeoff/decisions/schema.ts';
import { toCsv } from '../format/csv.ts';

const HEADER = ['decision', 'at', 'model', 'version', 'policy', 'policyVersion', 'verdict', 'summary', 'actor'];

/** The decisions as CSV, in the contract's names. */
export function decisionsCsv(decisions: readonly Decision[]): string {
  return toCsv(
    HEADER,
    decisions.map((one) => [
      one.decision,
      one.at,
      one.model,
      one.version,
      one.policy,
      String(one.policyVersion),
      one.verdict,
      one.summary,
      one.actor,
    ]),
  );
}
