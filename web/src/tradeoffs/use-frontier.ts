import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getFrontier } from '../../../src/tradeoff/frontier/schema.ts';
import { listModelPolicies, type Policy } from '../../../src/tradeoff/gates/schema.ts';
import { endpointQuery } from '../client.ts';
import { NO_POLICY, type TradeOffsSearch } from './tradeoffs-search.ts';

/** The policy of an answer: the chosen one, else the first that applies to the model; undefined without one. */
export function choosePolicy(policies: readonly Policy[], chosen: string | undefined): string | undefined {
  return chosen === NO_POLICY ? undefined : (chosen ?? policies[0]?.name);
}

/** The query of the policies that apply to a model, by name. */
export function modelPoliciesQuery(model: string) {
  return endpointQuery(listModelPolicies, { params: { model } });
}

/** The query of the frontier of a model for a policy and a demand. */
export function frontierQuery(
  model: string,
  { policy, metric, demand }: Pick<TradeOffsSearch, 'policy' | 'metric' | 'demand'>,
) {
  return endpointQuery(getFrontier, {
    params: { model },
    query: {
      ...(policy === undefined ? {} : { policy }),
      ...(metric === undefined ? {} : { metric }),
      ...(demand === undefined ? {} : { predictionsPerMonth: demand }),
    },
  });
}

/** The frontier that the address asks for, and the policies of the model; pending until the policy is known. */
export function useFrontier(model: string, search: TradeOffsSearch) {
  const listed = useQuery(modelPoliciesQuery(model));
  const policies = listed.data?.policies ?? [];
  const policy = choosePolicy(policies, search.policy);
  const frontier = useQuery({
    ...frontierQuery(model, { ...search, policy }),
    enabled: !listed.isPending,
    placeholderData: keepPreviousData,
  });
  return { policies, policy, frontier };
}
