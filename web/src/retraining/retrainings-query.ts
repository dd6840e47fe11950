import { listRetrainings } from '../../../src/tradeoff/retraining/schema.ts';
import { endpointQuery } from '../client.ts';

/** Every retraining with its latest round. */
export const retrainingsQuery = endpointQuery(listRetrainings);
