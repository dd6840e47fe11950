import { useQuery } from '@tanstack/react-query';
import { getProductionHealth } from '../../../src/tradeoff/production-health/schema.ts';
import { endpointQuery } from '../client.ts';

/** Health of the endpoints and served models, of all or of a team. */
export function useHealth(ask: boolean, team: string | undefined) {
  return useQuery({
    ...endpointQuery(getProductionHealth, { query: team === undefined ? {} : { team } }),
    enabled: ask,
  });
}
