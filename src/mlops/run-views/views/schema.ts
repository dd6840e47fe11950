import { z } from 'zod';
import { endpoint } from '../../../platform/contract/schema.ts';
import { UtcInstant } from '../../../platform/units/schema.ts';
import { Run, RunId } from '../../runs/schema.ts';

/** Wide enough for every step and time there can be, and for the integers of both stores. */
const Axis = z.coerce.number().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER);

export const MAX_COMPARED_RUNS = 50;
const MAX_KEYS = 200;
const MAX_SAMPLES = 200_000;

/** A query field that may be given once or many times. */
function repeated<T extends z.ZodType>(item: T, most: number) {
  return z.preprocess(
    (given) => (given === undefined ? given : [given].flat()),
    z.array(item).min(1).max(most) as z.ZodType<z.infer<T>[], z.infer<T>[]>,
  );
}

const RunIds = repeated(RunId, MAX_COMPARED_RUNS).describe(`Run ids, at most ${MAX_COMPARED_RUNS}; repeated`);
const Key = z.string().min(1).max(250);
const RunParams = z.strictObject({ runId: RunId });

export const compareRuns = endpoint({
  method: 'GET',
  path: '/api/v1/run-comparison',
  scope: 'mlops.read',
  summary: 'Runs by their ids, in the order asked for, deleted ones included',
  query: z.strictObject({ run: RunIds }),
  response: z.strictObject({
    runs: z.array(Run).describe('Those that there are'),
    missing: z.array(RunId).describe('Those that there are not'),
  }),
  errors: ['invalid_request'],
});

export const MetricHistory = z
  .strictObject({
    runId: RunId,
    key: z.string().describe('Metric'),
    samples: z.number().int().describe('Samples that it has in the range asked for'),
    steps: z.array(z.number()).describe('Step of each point'),
    timesMs: z.array(z.number()).describe('Milliseconds since 1970 of each point, by the client’s clock'),
    values: z.array(z.number().nullable()).describe('Value of each point, in the metric’s own unit; null is NaN'),
  })
  .describe('A metric of a run over step and time: all samples, or first, last, least and greatest of equal parts');
export type MetricHistory = z.infer<typeof MetricHistory>;

export const metricHistories = endpoint({
  method: 'GET',
  path: '/api/v1/metric-histories',
  scope: 'mlops.read',
  summary: 'Metrics of many runs over step or time, thinned so that every spike stays',
  query: z.strictObject({
    run: RunIds,
    key: repeated(Key, MAX_KEYS).optional().describe('Metrics; all when left out'),
    axis: z.enum(['step', 'time']).default('step').describe('Order of the points'),
    points: z.coerce.number().int().min(8).max(4000).default(800).describe('Most points of each history'),
    from: Axis.optional().describe('Least step, or milliseconds since 1970 with axis "time"'),
    to: Axis.optional().describe('Greatest step or time, itself included'),
  }),
  response: z.strictObject({
    histories: z.array(MetricHistory).describe('By metric, then by run as asked for'),
    leftOut: z.number().int().describe(`Histories beyond ${MAX_SAMPLES} points in all; ask for fewer at once`),
  }),
  errors: ['invalid_request'],
});
export const MAX_ANSWERED_POINTS = MAX_SAMPLES;

export const MetricSummary = z
  .strictObject({
    key: z.string().describe('Metric'),
    latest: z.number().nullable().describe('Latest by step, time and value; null is NaN'),
    latestStep: z.number().describe('Its step'),
    latestAt: UtcInstant.describe('Its time, by the client’s clock'),
    least: z.number().nullable().describe('Least value; null when every sample is NaN'),
    greatest: z.number().nullable().describe('Greatest value; null when every sample is NaN'),
    samples: z.number().int().describe('Number of samples'),
  })
  .describe('A metric of a run in figures');
export type MetricSummary = z.infer<typeof MetricSummary>;

export const runMetrics = endpoint({
  method: 'GET',
  path: '/api/v1/runs/:runId/metrics',
  scope: 'mlops.read',
  summary: 'Latest, least and greatest value of each metric of a run',
  params: RunParams,
  response: z.strictObject({ metrics: z.array(MetricSummary).describe('By name') }),
  errors: ['run_not_found'],
});

const LinkedModel = z
  .strictObject({
    modelId: z.string().describe('Logged model'),
    name: z.string().nullable().describe('Its name; null when it is gone'),
    status: z.string().nullable().describe('PENDING, READY or UPLOAD_FAILED; null when it is gone'),
    step: z.number().nullable().describe('Step at which the run made it; null for a model that it read'),
  })
  .describe('A logged model that the run made or read');

export const RunFacts = z
  .strictObject({
    lifecycleStage: z.enum(['active', 'deleted']).describe('A deleted run can be restored'),
    user: z.string().nullable().describe('Who started it, by the client’s word; null when it did not say'),
    artifactUri: z.string().describe('Where its artifacts are'),
    datasets: z
      .array(
        z.strictObject({
          name: z.string().describe('Name'),
          digest: z.string().describe('Digest of its content'),
          sourceType: z.string().describe('Kind of the source'),
          source: z.string().describe('Where it came from'),
          context: z.string().nullable().describe('What it was used for, for example "training"; null when not said'),
        }),
      )
      .describe('Datasets that it read'),
    modelsMade: z.array(LinkedModel).describe('Logged models that it made'),
    modelsRead: z.array(LinkedModel).describe('Logged models that it read'),
  })
  .describe('What belongs to a run besides its figures');
export type RunFacts = z.infer<typeof RunFacts>;

export const runFacts = endpoint({
  method: 'GET',
  path: '/api/v1/runs/:runId/facts',
  scope: 'mlops.read',
  summary: 'Stage, user, datasets and logged models of a run',
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
    isFolder: z.boolean().describe('Whether it holds others'),
    sizeBytes: z.number().int().nullable().describe('Size; null for a folder'),
  })
  .describe('A file or folder among the artifacts');
export type ArtifactItem = z.infer<typeof ArtifactItem>;

export const listArtifacts = endpoint({
  method: 'GET',
  path: '/api/v1/artifacts',
  scope: 'mlops.read',
  summary: 'What lies in a folder of artifacts, folders first',
  query: z.strictObject({ ...ArtifactOwner, path: Path.default('').describe('Folder; the root when left out') }),
  response: z.strictObject({ artifacts: z.array(ArtifactItem).describe('Direct children') }),
  errors: artifactErrors,
});

const TextShown = z.strictObject({
  kind: z.literal('text').describe('What is shown'),
  text: z.string().describe('Its beginning, as UTF-8; what is no UTF-8 is shown as U+FFFD'),
  format: z.enum(['json', 'plain']).describe('JSON is indented, its values untouched'),
  shownBytes: z.number().int().describe('Bytes of the file that are shown'),
  note: z.string().nullable().describe('What a reader should know, for example that HTML is only shown as text'),
});
const TableShown = z.strictObject({
  kind: z.literal('table').describe('What is shown'),
  source: z.enum(['csv', 'json', 'parquet']).describe('What it was read from'),
  columns: z.array(z.string()).describe('Names of the columns that are shown'),
  rows: z.array(z.array(z.string().nullable())).describe('First rows as text; null is an empty value'),
  more: z.boolean().describe('Whether there are further rows'),
  moreColumns: z.number().int().describe('Columns that are not shown'),
});
const ImageShown = z.strictObject({
  kind: z.literal('image').describe('What is shown'),
  type: z.enum(['image/png', 'image/jpeg', 'image/gif', 'image/webp']).describe('By its first bytes'),
  widthPx: z.number().int().describe('Width in pixels'),
  heightPx: z.number().int().describe('Height in pixels'),
});
const NothingShown = z.strictObject({
  kind: z.literal('nothing').describe('What is shown'),
  reason: z.string().describe('Why it is not shown here'),
});

export const ArtifactView = z
  .strictObject({
    path: z.string().describe('Path under the root'),
    sizeBytes: z.number().int().describe('Size of the whole file'),
    shown: z
      .discriminatedUnion('kind', [TextShown, TableShown, ImageShown, NothingShown])
      .describe('What can be shown of it. Decided by its bytes; nothing in it is ever run'),
  })
  .describe('An artifact as it is shown');
export type ArtifactView = z.infer<typeof ArtifactView>;
export type Shown = ArtifactView['shown'];

export const viewArtifact = endpoint({
  method: 'GET',
  path: '/api/v1/artifacts/view',
  scope: 'mlops.read',
  summary: 'The beginning of an artifact as text, table or image facts',
  query: OneArtifact.extend({
    as: z.enum(['best', 'text']).default('best').describe('"text": the text of a table too'),
  }),
  response: ArtifactView,
  errors: [...artifactErrors, 'lake_memory_exhausted'],
});

export const artifactImage = endpoint({
  method: 'GET',
  path: '/api/v1/artifacts/image',
  scope: 'mlops.read',
  summary: 'An artifact that is a PNG, JPEG, GIF or WebP by its bytes; anything else is refused',
  query: OneArtifact,
  response: z.string().describe('The image'),
  errors: artifactErrors,
  answers: 'bytes',
});

export const artifactFile = endpoint({
  method: 'GET',
  path: '/api/v1/artifacts/file',
  scope: 'mlops.read',
  summary: 'An artifact as a download',
  query: OneArtifact,
  response: z.string().describe('The file'),
  errors: artifactErrors,
  answers: 'bytes',
});
