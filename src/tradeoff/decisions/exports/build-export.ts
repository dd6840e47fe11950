import type { ChainLink } from '../chain/schema.ts';
import { digestEvidence } from '../evidence-digest.ts';
import { type DecisionExport, EXPORT_FORMAT } from './schema.ts';

/**
 * The export of a recorded decision.
 *
 * @param document the recorded JSON, not a parsed record: the chain and the digests cover it as it was recorded
 */
export function buildExport(document: DecisionExport['decision'], chain: ChainLink | null): DecisionExport {
  return { format: EXPORT_FORMAT, decision: document, chain, digests: digestParts(document) };
}

/** Digests of the parts of a decision by name, such as `evidence.policy`, and of the whole as `decision`. */
export function digestParts(document: DecisionExport['decision']): Record<string, string> {
  const evidence = typeof document.evidence === 'object' && document.evidence !== null ? document.evidence : {};
  const { evidence: _evidence, checks, ...facts } = document;
  const parts = Object.entries(evidence).map(([name, part]): [string, unknown] => [`evidence.${name}`, part]);
  const all: [string, unknown][] = [['facts', facts], ['checks', checks ?? null], ...parts, ['decision', document]];
  return Object.fromEntries(all.map(([name, part]) => [name, digestEvidence(part)]));
}
