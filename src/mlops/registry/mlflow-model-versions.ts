import { limitWork } from '../../platform/http/index.ts';
import { type Fields, logRoute, type MlflowRoute, readRoute, removeRoute, writeRoute } from '../wire/index.ts';
import { omitEmptyList, versionAnswer } from './mlflow-answers.ts';
import { readName, readPair, readPairs, readSearch } from './mlflow-registered-models.ts';
import type { RegistrySearch } from './searches.ts';
import type { ModelVersion, Page } from './types.ts';
import type { Versions } from './versions.ts';

const DEFAULT_PAGE = 200_000;

export interface ModelVersionRoutesDeps {
  readonly versions: Versions;
  readonly search: (input: RegistrySearch) => Promise<Page<ModelVersion>>;
}

/** `model-versions/…` in MLflow's names. */
export function modelVersionRoutes({ versions, search }: ModelVersionRoutesDeps): MlflowRoute[] {
  return [
    logRoute('POST', '/mlflow/model-versions/create', async ({ fields }) => {
      const version = await versions.create({
        model: readName(fields),
        source: fields.requiredText('source'),
        runId: fields.text('run_id') || null,
        modelId: fields.text('model_id') || null,
        // A missing field is empty here, whereas an update without a description makes it null.
        runLink: fields.text('run_link') ?? '',
        description: fields.text('description') ?? '',
        tags: readPairs(fields, 'tags'),
      });
      return { model_version: versionAnswer(version) };
    }),
    readRoute(
      'GET',
      '/mlflow/model-versions/get',
      async ({ fields }) => ({
        model_version: versionAnswer(await versions.get(readName(fields), readVersion(fields))),
      }),
      'object',
    ),
    readRoute(
      'GET',
      '/mlflow/model-versions/get-download-uri',
      async ({ fields }) => ({
        artifact_uri: (await versions.get(readName(fields), readVersion(fields))).storageLocation,
      }),
      'object',
    ),
    readRoute(
      'GET',
      '/mlflow/model-versions/search',
      async ({ fields, identity }) => {
        const page = await search({ ...readSearch(fields, DEFAULT_PAGE), owners: limitWork(identity) });
        return {
          model_versions: omitEmptyList(page.items.map(versionAnswer)),
          next_page_token: page.nextPageToken ?? undefined,
        };
      },
      'team',
    ),
    ...changeRoutes(versions),
  ];
}

function changeRoutes(versions: Versions): MlflowRoute[] {
  return [
    writeRoute('PATCH', '/mlflow/model-versions/update', async ({ fields }) => {
      const description = fields.text('description') ?? null;
      return {
        model_version: versionAnswer(await versions.update(readName(fields), readVersion(fields), description)),
      };
    }),
    removeRoute('DELETE', '/mlflow/model-versions/delete', async ({ fields }) => {
      await versions.delete(readName(fields), readVersion(fields));
      return undefined;
    }),
    writeRoute('POST', '/mlflow/model-versions/transition-stage', async ({ fields }) => {
      const stage = fields.requiredText('stage');
      const archive = fields.flag('archive_existing_versions') ?? false;
      return {
        model_version: versionAnswer(await versions.transition(readName(fields), readVersion(fields), stage, archive)),
      };
    }),
    writeRoute('POST', '/mlflow/model-versions/set-tag', async ({ fields }) => {
      await versions.setTag(readName(fields), readVersion(fields), readPair(fields));
      return undefined;
    }),
    writeRoute('DELETE', '/mlflow/model-versions/delete-tag', async ({ fields }) => {
      await versions.deleteTag(readName(fields), readVersion(fields), fields.requiredText('key'));
      return undefined;
    }),
  ];
}

function readVersion(fields: Fields): string {
  return fields.requiredText('version');
}
