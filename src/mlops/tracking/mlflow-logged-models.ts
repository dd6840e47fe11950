import { limitWork } from '../../platform/http/index.ts';
import { cleanKey } from '../../platform/objects/index.ts';
import type { Artifacts } from '../artifacts/index.ts';
import type { DatasetScope, LoggedModels, ModelOrder } from '../logged-models/index.ts';
import {
  buildInvalidParameter,
  type Fields,
  logRoute,
  type MlflowCall,
  type MlflowRoute,
  readRoute,
  removeRoute,
  writeRoute,
} from '../wire/index.ts';
import { filesAnswer, loggedModelAnswer, omitEmptyList } from './mlflow-answers.ts';
import { readPairs } from './mlflow-experiments.ts';

const DEFAULT_PAGE = 50;
/** Numbers of the wire's enum begin at 1. */
const STATUSES = ['LOGGED_MODEL_PENDING', 'LOGGED_MODEL_READY', 'LOGGED_MODEL_UPLOAD_FAILED'] as const;
const STORED = {
  LOGGED_MODEL_PENDING: 'PENDING',
  LOGGED_MODEL_READY: 'READY',
  LOGGED_MODEL_UPLOAD_FAILED: 'UPLOAD_FAILED',
} as const;

/** `logged-models/…` in MLflow's names. */
export function loggedModelRoutes(models: LoggedModels, artifacts: Artifacts): MlflowRoute[] {
  return [
    logRoute('POST', '/mlflow/logged-models', async ({ fields }) => {
      const model = await models.create({
        experimentId: fields.requiredText('experiment_id'),
        name: fields.text('name') ?? '',
        modelType: fields.text('model_type') || null,
        sourceRunId: fields.text('source_run_id') || null,
        params: readPairs(fields, 'params'),
        tags: readPairs(fields, 'tags'),
      });
      return { model: loggedModelAnswer(model) };
    }),
    readRoute(
      'GET',
      '/mlflow/logged-models/:modelId',
      async (call) => ({
        model: loggedModelAnswer(await models.get(readModelId(call), call.fields.flag('allow_deleted') ?? false)),
      }),
      'object',
    ),
    logRoute('PATCH', '/mlflow/logged-models/:modelId', async (call) => {
      const status = call.fields.choice('status', STATUSES);
      if (status === undefined) throw buildInvalidParameter("Missing value for required parameter 'status'.");
      return { model: loggedModelAnswer(await models.finalize(readModelId(call), STORED[status])) };
    }),
    removeRoute('DELETE', '/mlflow/logged-models/:modelId', async (call) => {
      await models.delete(readModelId(call));
      return undefined;
    }),
    readRoute(
      'POST',
      '/mlflow/logged-models/search',
      async ({ fields, identity }) => {
        const page = await models.search({ ...readModelSearch(fields), owners: limitWork(identity) });
        return {
          models: omitEmptyList(page.items.map(loggedModelAnswer)),
          next_page_token: page.nextPageToken ?? undefined,
        };
      },
      'team',
    ),
    ...partRoutes(models, artifacts),
  ];
}

function partRoutes(models: LoggedModels, artifacts: Artifacts): MlflowRoute[] {
  return [
    logRoute('PATCH', '/mlflow/logged-models/:modelId/tags', async (call) => {
      await models.setTags(readModelId(call), readPairs(call.fields, 'tags'));
      return undefined;
    }),
    writeRoute('DELETE', '/mlflow/logged-models/:modelId/tags/:key', async (call) => {
      await models.deleteTag(readModelId(call), call.params.key ?? '');
      return undefined;
    }),
    logRoute('POST', '/mlflow/logged-models/:modelId/params', async (call) => {
      await models.addParams(readModelId(call), readPairs(call.fields, 'params'));
      return undefined;
    }),
    readRoute(
      'GET',
      '/mlflow/logged-models/:modelId/artifacts/directories',
      async (call) => {
        const folder = cleanKey(call.fields.text('artifact_directory_path') ?? '');
        const { artifactUri } = await models.get(readModelId(call));
        const entries = await artifacts.listUnder(artifactUri, folder);
        return { root_uri: artifactUri, files: filesAnswer(entries, folder) };
      },
      'object',
    ),
  ];
}

function readModelId({ params }: MlflowCall): string {
  return params.modelId ?? '';
}

function readModelSearch(fields: Fields) {
  const experimentIds = fields.texts('experiment_ids');
  if (!fields.has('experiment_ids'))
    throw buildInvalidParameter("Missing value for required parameter 'experiment_ids'.");
  return {
    experimentIds,
    filter: fields.text('filter') ?? '',
    datasets: fields.messages('datasets').map(readScope),
    maxResults: fields.integer('max_results') || DEFAULT_PAGE,
    orderBy: fields.messages('order_by').map(readOrder),
    pageToken: fields.text('page_token'),
  };
}

function readScope(fields: Fields): DatasetScope {
  if (!fields.has('dataset_name'))
    throw buildInvalidParameter('`dataset_name` in the `datasets` clause must be specified.');
  return { name: fields.requiredText('dataset_name'), digest: fields.text('dataset_digest') || null };
}

function readOrder(fields: Fields): ModelOrder {
  const [name, digest] = [fields.text('dataset_name') || null, fields.text('dataset_digest') || null];
  return {
    fieldName: fields.requiredText('field_name'),
    ascending: fields.flag('ascending') ?? true,
    dataset: name === null && digest === null ? null : { name, digest },
  };
}
