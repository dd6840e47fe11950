import { listMonitors } from '../../../src/mlops/monitoring/monitors/schema.ts';
import { endpointQuery } from '../client.ts';

/** Every monitor, by name. */
export const monitorsQuery = endpointQuery(listMonitors);
