import { listEndpoints } from '../../../src/mlops/serving/schema.ts';
import { endpointQuery } from '../client.ts';

/** Every endpoint, by name. */
export const endpointsQuery = endpointQuery(listEndpoints);
