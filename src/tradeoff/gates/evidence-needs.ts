import type { EvidenceNeeds } from '../evidence/index.ts';
import { listDemandSlos } from './planned-capacity.ts';
import type { PolicySpec } from './schema.ts';

/** Evidence of the candidate that the rules of a policy need in addition to the evidence of every version. */
export function listEvidenceNeeds(spec: PolicySpec): EvidenceNeeds {
  const hasReturn = spec.cost.some(({ measure }) => measure === 'roi');
  const makingCost = hasReturn || spec.cost.some(({ measure }) => measure === 'makingCost');
  return { slos: listDemandSlos(spec), ...(makingCost ? { makingCost } : {}), ...(hasReturn ? { value: true } : {}) };
}
