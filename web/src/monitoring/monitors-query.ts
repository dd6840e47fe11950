import { listMonitors } from '../../../src/mlops/monitors/schema.ts';
import { endpointQuery } from '../client.ts';

/** Every monitor, by name. */
export const monitorsQuery = endpointQuery(listMonitors);
