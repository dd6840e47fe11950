import type { EndpointSpec } from '../endpoint-spec/schema.ts';

/** Shares of the traffic; all to the first variant where the endpoint sets none. */
export function weightsOf({ variants, traffic }: EndpointSpec): Readonly<Record<string, number>> {
  const [first = ''] = Object.keys(variants);
  return traffic.weights ?? { [first]: 1 };
}
