import type { Sql } from '../../../platform/store/index.ts';
import type { Autoscaling } from './autoscaling.ts';
import type { EndpointScaling } from './schema.ts';
import { listDecisions } from './store.ts';

/** Reads the autoscaling of an endpoint on this server, and its earlier decisions. */
export async function readScaling(
  autoscaling: Pick<Autoscaling, 'of'>,
  sql: Sql,
  endpoint: string,
  { limit, since }: { readonly limit: number; readonly since?: string | undefined },
): Promise<EndpointScaling> {
  const sinceMs = since === undefined ? 0 : Date.parse(since);
  const kept = await listDecisions(sql, endpoint, { sinceMs, limit });
  return {
    variants: autoscaling.of(endpoint),
    decisions: kept.map(({ variant, model, version, atMs, from, to, reason, limitedBy }) => ({
      ...{ variant, model, version, from, to, reason, limitedBy },
      at: new Date(atMs).toISOString(),
    })),
  };
}
