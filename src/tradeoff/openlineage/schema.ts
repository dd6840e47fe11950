import { z } from 'zod';
import { RunCost } from '../../mlops/runs/schema.ts';
import { endpoint, PageQuery } from '../../platform/contract/schema.ts';
import { UtcInstant } from '../../platform/units/schema.ts';

/** OpenLineage 2-0-2 (openlineage.io/spec), the part that Steelyard supports; names are those of the standard. */
export const RUN_EVENT_SCHEMA = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';

const Uri = z.string().regex(/^[a-z][a-z0-9+.-]*:\S+$/i, 'a URI');
const facet = {
  _producer: Uri.describe('URI of the producer of the facet'),
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
    uri: Uri.optional().describe('Location of the data'),
  })
  .describe('DatasourceDatasetFacet 1-0-1');
const ModelFacet = z
  .strictObject({
    ...facet,
    modelId: z.string().nullable().describe('Logged model; null when the version names none'),
    name: z.string().describe('Name of the logged or the registered model'),
  })
  .describe('Facts about a model');

export const OpenLineageDataset = z
  .strictObject({
    namespace: z.string().describe('Namespace of the name: a bucket, or the namespace of this server'),
    name: z.string().describe('Name, unique in its namespace'),
    facets: z
      .strictObject({
        schema: SchemaFacet.optional(),
        version: VersionFacet.optional(),
        dataSource: DataSourceFacet.optional(),
        steelyard_model: ModelFacet.optional(),
      })
      .describe('Facets of the dataset'),
  })
  .describe('A dataset that was read, or a model that was made');
export type OpenLineageDataset = z.infer<typeof OpenLineageDataset>;

export const OpenLineageEvent = z
  .strictObject({
    eventType: z
      .enum(['START', 'COMPLETE', 'FAIL', 'ABORT', 'OTHER'])
      .describe('OTHER: a cost or a model version that became known after the run'),
    eventTime: UtcInstant.describe('Time of the event'),
    producer: Uri.describe('URI of this server'),
    schemaURL: z.literal(RUN_EVENT_SCHEMA).describe('Schema of the event'),
    run: z
      .strictObject({
        runId: z
          .string()
          .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'a UUID')
          .describe('Run id as a UUID; another form is hashed to a UUID, and steelyard_run has the original'),
        facets: z
          .strictObject({
            steelyard_run: z
              .strictObject({
                ...facet,
                runId: z.string().describe('Run id of MLflow clients'),
                runName: z.string().describe('Name of the run'),
              })
              .describe('Run in Steelyard'),
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
              .describe('ParentRunFacet 1-1-0: for a step, the run of its pipeline; absent for a run without a parent'),
            steelyard_cost: z
              .strictObject({ ...facet, ...RunCost.shape })
              .optional()
              .describe('Cost of the run at the time of the event; absent in START'),
          })
          .describe('Facets of the run'),
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
                integration: z.literal('STEELYARD').describe('Integration that reports the job'),
                jobType: z.literal('EXPERIMENT').describe('Type of the job'),
              })
              .describe('JobTypeJobFacet 2-0-4'),
          })
          .describe('Facets of the job'),
      })
      .describe('Experiment of the run'),
    inputs: z.array(OpenLineageDataset).describe('Datasets and logged models that the run read'),
    outputs: z.array(OpenLineageDataset).describe('Logged models and versions that the run made'),
  })
  .describe('An OpenLineage RunEvent');
export type OpenLineageEvent = z.infer<typeof OpenLineageEvent>;

export const PushState = z
  .enum(['waiting', 'sending', 'sent', 'refused'])
  .describe(
    'State of the delivery to openLineageUrl; `refused`: the receiver rejected the event, and there is no retry',
  );
export type PushState = z.infer<typeof PushState>;

export const listOpenLineageEvents = endpoint({
  method: 'GET',
  path: '/api/v1/openlineage/events',
  scope: 'tradeoff.read',
  summary: 'List OpenLineage events of runs of the last 30 days, oldest first',
  query: z.strictObject({
    since: z.coerce.number().int().min(0).default(0).describe('`last` of the previous response; 0 for the first event'),
    pageSize: PageQuery.pageSize,
  }),
  response: z.strictObject({
    events: z
      .array(
        z.strictObject({
          sequence: z.number().int().describe('Number that grows with every event'),
          push: PushState,
          pushError: z.string().nullable().describe('Last error of the receiver; null: none'),
          event: OpenLineageEvent,
        }),
      )
      .describe('Events after `since`'),
    last: z.number().int().describe('Value of `since` for the next request'),
  }),
  errors: [],
});
