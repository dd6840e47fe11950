import type { EvidenceNeeds } from '../evidence/index.ts';
import { listDemandSlos } from './planned-capacity.ts';
import type { PolicySpec } from './schema.ts';

/** Evidence of the candidate that the rules of a policy need beside what is always gathered. */
export function listEvidenceNeeds(spec: PolicySpec): EvidenceNeeds {
  const hasReturn = spec.cost.some(({ measure }) => measure === 'roi');
  const makingCost = hasReturn || spec.cost.some(({ measure }) => measure === 'makingCost');
  return { slos: listDemandSlos(spec), ...(makingCost ? { makingCost } : {}), ...(hasReturn ? { value: true } : {}) };
}
