import { useQuery } from '@tanstack/react-query';
import type { ResponseOf } from '../../../src/platform/contract/schema.ts';
import { getProductionHealth } from '../../../src/tradeoff/production-health/schema.ts';
import { endpointQuery } from '../client.ts';

const REFRESH_MS = 15_000;

/** Health of all endpoints and served models, or of those of a team. `enabled` false: not asked yet. */
export function useProductionHealth({
  team,
  enabled = true,
}: {
  readonly team?: string | undefined;
  readonly enabled?: boolean;
} = {}) {
  return useQuery({ ...healthQuery(team), enabled, refetchInterval: REFRESH_MS });
}

/** Health of one endpoint; null: it is not known; undefined: not loaded yet. */
export function useEndpointHealth(endpoint: string) {
  return useQuery({
    ...healthQuery(undefined),
    refetchInterval: REFRESH_MS,
    select: ({ endpoints }: Health) => endpoints.find((one) => one.endpoint === endpoint) ?? null,
  });
}

/** Health of one model; null: it is neither served nor monitored; undefined: not loaded yet. */
export function useModelHealth(model: string) {
  return useQuery({
    ...healthQuery(undefined),
    refetchInterval: REFRESH_MS,
    select: ({ models }: Health) => models.find((one) => one.model === model) ?? null,
  });
}

type Health = ResponseOf<typeof getProductionHealth>;

function healthQuery(team: string | undefined) {
  return endpointQuery(getProductionHealth, { query: { team } });
}
