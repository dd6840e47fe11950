import { z } from 'zod';
import { endpoint } from '../../../platform/contract/schema.ts';
import { UtcInstant } from '../../../platform/units/schema.ts';
import { Run, RunId } from '../../runs/schema.ts';
import { MAX_COMPARED_RUNS } from '../compared/schema.ts';

/** Range of steps and times; the integers of both stores contain it. */
const Axis = z.coerce.number().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER);

const MAX_KEYS = 200;
const MAX_SAMPLES = 200_000;

/** A query field that can be repeated. */
function repeatable<T extends z.ZodType>(item: T, most: number) {
  return z.preprocess(
    (given) => (given === undefined ? given : [given].flat()),
    z.array(item).min(1).max(most) as z.ZodType<z.infer<T>[], z.infer<T>[]>,
  );
}

const RunIds = repeatable(RunId, MAX_COMPARED_RUNS).describe(`Run ids, at most ${MAX_COMPARED_RUNS}; repeated`);
const Key = z.string().min(1).max(250);
const RunParams = z.strictObject({ runId: RunId });

export const compareRuns = endpoint({
  method: 'GET',
  path: '/api/v1/run-comparison',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'Get runs by their ids in the requested order, including deleted ones',
  query: z.strictObject({ run: RunIds }),
  response: z.strictObject({
    runs: z.array(Run).describe('Runs that exist'),
    missing: z.array(RunId).describe('Ids without a run'),
  }),
  errors: ['invalid_request'],
});

export const MetricHistory = z
  .strictObject({
    runId: RunId,
    key: z.string().describe('Metric'),
    samples: z.number().int().describe('Number of samples in the requested range'),
    steps: z.array(z.number()).describe('Step of each point'),
    timesMs: z.array(z.number()).describe('Milliseconds since 1970 of each point, by the clock of the client'),
    values: z.array(z.number().nullable()).describe('Value of each point, in the metric’s own unit; null is NaN'),
  })
  .describe(
    'A metric of a run over steps and time: all samples, or the first, last, smallest and largest of equal parts',
  );
export type MetricHistory = z.infer<typeof MetricHistory>;

export const metricHistories = endpoint({
  method: 'GET',
  path: '/api/v1/metric-histories',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'Get metrics of many runs over steps or time, downsampled so that extremes remain',
  query: z.strictObject({
    run: RunIds,
    key: repeatable(Key, MAX_KEYS).optional().describe('Metrics; default: all'),
    axis: z.enum(['step', 'time']).default('step').describe('Order of the points'),
    points: z.coerce.number().int().min(8).max(4000).default(800).describe('Maximum number of points of each history'),
    from: Axis.optional().describe('Smallest step, or milliseconds since 1970 with axis "time"'),
    to: Axis.optional().describe('Largest step or time, inclusive'),
  }),
  response: z.strictObject({
    histories: z.array(MetricHistory).describe('Histories by metric, then by run in the requested order'),
    leftOut: z.number().int().describe(`Histories beyond ${MAX_SAMPLES} points in total; request fewer in one call`),
  }),
  errors: ['invalid_request'],
});
export const MAX_ANSWERED_POINTS = MAX_SAMPLES;

export const MetricSummary = z
  .strictObject({
    key: z.string().describe('Metric'),
    latest: z.number().nullable().describe('Latest value by step, time and value; null is NaN'),
    latestStep: z.number().describe('Step of the latest value'),
    latestAt: UtcInstant.describe('Time of the latest value, by the clock of the client'),
    least: z.number().nullable().describe('Smallest value; null: every sample is NaN'),
    greatest: z.number().nullable().describe('Largest value; null: every sample is NaN'),
    samples: z.number().int().describe('Number of samples'),
  })
  .describe('Summary of a metric of a run');
export type MetricSummary = z.infer<typeof MetricSummary>;

export const runMetrics = endpoint({
  method: 'GET',
  path: '/api/v1/runs/:runId/metrics',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'Summarize each metric of a run: latest, smallest and largest value',
  params: RunParams,
  response: z.strictObject({ metrics: z.array(MetricSummary).describe('By name') }),
  errors: ['run_not_found'],
});

const LinkedModel = z
  .strictObject({
    modelId: z.string().describe('Logged model'),
    name: z.string().nullable().describe('Name of the model; null: it no longer exists'),
    status: z.string().nullable().describe('PENDING, READY or UPLOAD_FAILED; null: it no longer exists'),
    step: z.number().nullable().describe('Step at which the run created it; null: an input of the run'),
  })
  .describe('A logged model that is an input or output of the run');

export const RunFacts = z
  .strictObject({
    lifecycleStage: z.enum(['active', 'deleted']).describe('A deleted run can be restored'),
    user: z.string().nullable().describe('User as reported by the client; null: not reported'),
    artifactUri: z.string().describe('Location of the artifacts'),
    datasets: z
      .array(
        z.strictObject({
          name: z.string().describe('Name'),
          digest: z.string().describe('Digest of the content'),
          sourceType: z.string().describe('Kind of the source'),
          source: z.string().describe('Location of the source'),
          context: z.string().nullable().describe('Purpose of the dataset, for example "training"; null: not reported'),
        }),
      )
      .describe('Datasets that the run read'),
    modelsMade: z.array(LinkedModel).describe('Logged models that the run created'),
    modelsRead: z.array(LinkedModel).describe('Logged models that the run read'),
  })
  .describe('Details of a run in addition to its figures');
export type RunFacts = z.infer<typeof RunFacts>;

export const runFacts = endpoint({
  method: 'GET',
  path: '/api/v1/runs/:runId/facts',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'Get stage, user, datasets and logged models of a run',
  params: RunParams,
  response: RunFacts,
  errors: ['run_not_found'],
});

/** Owner of the artifacts: a run, a logged model, or a version of a registered model; one of the three. */
export const ArtifactOwner = {
  run: RunId.optional().describe('Artifacts of this run'),
  loggedModel: z.string().min(1).max(256).optional().describe('Artifacts of this logged model'),
  model: z.string().min(1).max(256).optional().describe('Artifacts of a version of this registered model'),
  version: z.string().min(1).max(20).optional().describe('The version, with model'),
};
const Path = z.string().max(4000);
const OneArtifact = z.strictObject({ ...ArtifactOwner, path: Path.min(1).describe('Path under the root') });
const artifactErrors = [
  'invalid_request',
  'run_not_found',
  'model_not_found',
  'model_version_not_found',
  'object_not_found',
  'object_path_invalid',
] as const;

export const ArtifactItem = z
  .strictObject({
    path: z.string().describe('Path under the root'),
    isFolder: z.boolean().describe('Whether it is a folder'),
    sizeBytes: z.number().int().nullable().describe('Size in bytes; null for a folder'),
  })
  .describe('A file or folder among the artifacts');
export type ArtifactItem = z.infer<typeof ArtifactItem>;

export const listArtifacts = endpoint({
  method: 'GET',
  path: '/api/v1/artifacts',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'List a folder of artifacts, folders first',
  query: z.strictObject({ ...ArtifactOwner, path: Path.default('').describe('Folder; default: the root') }),
  response: z.strictObject({ artifacts: z.array(ArtifactItem).describe('Direct children of the folder') }),
  errors: artifactErrors,
});

const TextShown = z.strictObject({
  kind: z.literal('text').describe('Kind of preview'),
  text: z.string().describe('Beginning of the file as UTF-8; invalid bytes are replaced by U+FFFD'),
  format: z.enum(['json', 'plain']).describe('json: indented, values unchanged'),
  shownBytes: z.number().int().describe('Number of bytes in the preview'),
  note: z.string().nullable().describe('Note for the reader, for example that HTML is only shown as text; null: none'),
});
const TableShown = z.strictObject({
  kind: z.literal('table').describe('Kind of preview'),
  source: z.enum(['csv', 'json', 'parquet']).describe('Format of the file'),
  columns: z.array(z.string()).describe('Names of the columns in the preview'),
  rows: z.array(z.array(z.string().nullable())).describe('First rows as text; null is an empty value'),
  more: z.boolean().describe('Whether there are more rows'),
  moreColumns: z.number().int().describe('Columns that are not in the preview'),
});
const ImageShown = z.strictObject({
  kind: z.literal('image').describe('Kind of preview'),
  type: z.enum(['image/png', 'image/jpeg', 'image/gif', 'image/webp']).describe('By its first bytes'),
  widthPx: z.number().int().describe('Width in pixels'),
  heightPx: z.number().int().describe('Height in pixels'),
});
const NothingShown = z.strictObject({
  kind: z.literal('nothing').describe('Kind of preview'),
  reason: z.string().describe('Why there is no preview'),
});

export const ArtifactView = z
  .strictObject({
    path: z.string().describe('Path under the root'),
    sizeBytes: z.number().int().describe('Size of the whole file'),
    shown: z
      .discriminatedUnion('kind', [TextShown, TableShown, ImageShown, NothingShown])
      .describe('Preview of the file. Its bytes decide the kind; no content is executed'),
  })
  .describe('An artifact with its preview');
export type ArtifactView = z.infer<typeof ArtifactView>;
export type Shown = ArtifactView['shown'];

export const viewArtifact = endpoint({
  method: 'GET',
  path: '/api/v1/artifacts/view',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'Preview an artifact as text, table or image facts',
  query: OneArtifact.extend({
    as: z.enum(['best', 'text']).default('best').describe('"text": shows a table as text too'),
  }),
  response: ArtifactView,
  errors: [...artifactErrors, 'lake_memory_exhausted'],
});

export const artifactImage = endpoint({
  method: 'GET',
  path: '/api/v1/artifacts/image',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'Get an image artifact: PNG, JPEG, GIF or WebP by its bytes; other files are refused',
  query: OneArtifact,
  response: z.string().describe('The image'),
  errors: artifactErrors,
  answers: 'bytes',
});

export const artifactFile = endpoint({
  method: 'GET',
  path: '/api/v1/artifacts/file',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'Download an artifact',
  query: OneArtifact,
  response: z.string().describe('The file'),
  errors: artifactErrors,
  answers: 'bytes',
});
