import { useQuery } from '@tanstack/react-query';
import { listModelEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import { listPolicies } from '../../../src/tradeoff/gates/schema.ts';
import { endpointQuery } from '../client.ts';

/**
 * The versions of a model with their evidence, and the policy that weighs them (the first by name when there are more).
 * Until the policies have been asked for, the evidence is not shown: what it says depends on the policy.
 */
export function useModel(model: string) {
  const evidence = useQuery(endpointQuery(listModelEvidence, { params: { model } }));
  const policies = useQuery(endpointQuery(listPolicies));
  const policy = policies.data?.policies.find((candidate) => candidate.spec.model === model);
  return { evidence: policies.isPending ? { ...evidence, data: undefined, isPending: true } : evidence, policy };
}
