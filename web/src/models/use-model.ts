import { useQuery } from '@tanstack/react-query';
import { listModelEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import { listModelPolicies } from '../../../src/tradeoff/gates/schema.ts';
import { endpointQuery } from '../client.ts';

/**
 * The versions of a model with their evidence, and the policy that evaluates them (the first by name when there are
 * several). The evidence stays pending until the policies are loaded, because it depends on the policy.
 */
export function useModel(model: string) {
  const evidence = useQuery(endpointQuery(listModelEvidence, { params: { model } }));
  const policies = useQuery(endpointQuery(listModelPolicies, { params: { model } }));
  const policy = policies.data?.policies[0];
  return { evidence: policies.isPending ? { ...evidence, data: undefined, isPending: true } : evidence, policy };
}
