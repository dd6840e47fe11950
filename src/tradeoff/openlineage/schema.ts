import { z } from 'zod';
import { RunCost } from '../../mlops/runs/schema.ts';
import { endpoint, PageQuery } from '../../platform/contract/schema.ts';
import { UtcInstant } from '../../platform/units/schema.ts';

/** OpenLineage 2-0-2 (openlineage.io/spec), as far as Steelyard speaks it; names are the standard's own. */
export const RUN_EVENT_SCHEMA = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';

const Uri = z.string().regex(/^[a-z][a-z0-9+.-]*:\S+$/i, 'a URI');
const facet = {
  _producer: Uri.describe('URI of what made the facet'),
  _schemaURL: Uri.describe('URI of the schema of the facet'),
};

const SchemaFacet = z
  .strictObject({
    ...facet,
    fields: z
      .array(
        z.strictObject({
          name: z.string().describe('Column, or feature of a tensor'),
          type: z.string().optional().describe('Type, as MLflow names it'),
        }),
      )
      .describe('Fields in order'),
  })
  .describe('SchemaDatasetFacet 1-2-0');
const VersionFacet = z
  .strictObject({ ...facet, datasetVersion: z.string().describe('Digest of a dataset, number of a model version') })
  .describe('DatasetVersionDatasetFacet 1-0-1');
const DataSourceFacet = z
  .strictObject({
    ...facet,
    name: z.string().describe('Kind of the source'),
    uri: Uri.optional().describe('Where the data lies'),
  })
  .describe('DatasourceDatasetFacet 1-0-1');
const ModelFacet = z
  .strictObject({
    ...facet,
    modelId: z.string().nullable().describe('Logged model; null when the version names none'),
    name: z.string().describe('Name of the logged or the registered model'),
  })
  .describe('What Steelyard knows of a model');

export const OpenLineageDataset = z
  .strictObject({
    namespace: z.string().describe('Where the name holds: a bucket, or the namespace of this server'),
    name: z.string().describe('Unique in its namespace'),
    facets: z
      .strictObject({
        schema: SchemaFacet.optional(),
        version: VersionFacet.optional(),
        dataSource: DataSourceFacet.optional(),
        steelyard_model: ModelFacet.optional(),
      })
      .describe('What is known of it'),
  })
  .describe('A dataset that was read, or a model that was made');
export type OpenLineageDataset = z.infer<typeof OpenLineageDataset>;

export const OpenLineageEvent = z
  .strictObject({
    eventType: z
      .enum(['START', 'COMPLETE', 'FAIL', 'ABORT', 'OTHER'])
      .describe('OTHER: a cost or a model version that became known after the run'),
    eventTime: UtcInstant.describe('When it happened'),
    producer: Uri.describe('URI of this server'),
    schemaURL: z.literal(RUN_EVENT_SCHEMA).describe('Schema of the event'),
    run: z
      .strictObject({
        runId: z
          .string()
          .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'a UUID')
          .describe('The run id as a UUID; one that is none is hashed to one, and stands in steelyard_run'),
        facets: z
          .strictObject({
            steelyard_run: z
              .strictObject({
                ...facet,
                runId: z.string().describe('Run id as MLflow clients know it'),
                runName: z.string().describe('Name of the run'),
              })
              .describe('The run as Steelyard knows it'),
            parent: z
              .strictObject({
                ...facet,
                run: z
                  .strictObject({ runId: z.string().describe('The run that it is nested in, as a UUID') })
                  .describe('Parent run'),
                job: z
                  .strictObject({
                    namespace: z.string().describe('Namespace'),
                    name: z.string().describe('Experiment'),
                  })
                  .describe('Job of the parent run'),
              })
              .optional()
              .describe('ParentRunFacet 1-1-0: of a step, the run of its pipeline; left out of a run that is in none'),
            steelyard_cost: z
              .strictObject({ ...facet, ...RunCost.shape })
              .optional()
              .describe('What the run cost, as it was known then; left out of START'),
          })
          .describe('What is known of the run'),
      })
      .describe('The run'),
    job: z
      .strictObject({
        namespace: z.string().describe('Setting openLineageNamespace'),
        name: z.string().describe('Experiment'),
        facets: z
          .strictObject({
            jobType: z
              .strictObject({
                ...facet,
                processingType: z.literal('BATCH').describe('Runs begin and end'),
                integration: z.literal('STEELYARD').describe('Who says it'),
                jobType: z.literal('EXPERIMENT').describe('What it is'),
              })
              .describe('JobTypeJobFacet 2-0-4'),
          })
          .describe('What is known of the job'),
      })
      .describe('The experiment that the run is of'),
    inputs: z.array(OpenLineageDataset).describe('Datasets and logged models that the run read'),
    outputs: z.array(OpenLineageDataset).describe('Logged models and versions that came of it'),
  })
  .describe('An OpenLineage RunEvent');
export type OpenLineageEvent = z.infer<typeof OpenLineageEvent>;

export const PushState = z
  .enum(['waiting', 'sending', 'sent', 'refused'])
  .describe('Whether it went to openLineageUrl; `refused`: the receiver will not have it, and it is not sent again');
export type PushState = z.infer<typeof PushState>;

export const listOpenLineageEvents = endpoint({
  method: 'GET',
  path: '/api/v1/openlineage/events',
  scope: 'tradeoff.read',
  summary: 'OpenLineage events of runs, oldest first, of the last 30 days',
  query: z.strictObject({
    since: z.coerce.number().int().min(0).default(0).describe('`last` of the answer before; 0 for the beginning'),
    pageSize: PageQuery.pageSize,
  }),
  response: z.strictObject({
    events: z
      .array(
        z.strictObject({
          sequence: z.number().int().describe('Grows with every event'),
          push: PushState,
          pushError: z.string().nullable().describe('What the receiver said last; null when nothing went wrong'),
          event: OpenLineageEvent,
        }),
      )
      .describe('Events after `since`'),
    last: z.number().int().describe('Pass it as `since` to go on'),
  }),
  errors: [],
});
