import { listPipelines } from '../../../src/mlops/pipelines/schema.ts';
import { endpointQuery } from '../client.ts';

/** Every pipeline with its latest run. */
export const pipelinesQuery = endpointQuery(listPipelines);
