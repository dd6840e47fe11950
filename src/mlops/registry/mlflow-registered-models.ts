import { isAdministrator } from '../../platform/auth/index.ts';
import { type Identity, limitWork } from '../../platform/http/index.ts';
import { addOwnTeam } from '../tracking/index.ts';
import {
  type Fields,
  logRoute,
  type MlflowCall,
  type MlflowRoute,
  readRoute,
  removeRoute,
  writeRoute,
} from '../wire/index.ts';
import type { Aliases } from './aliases.ts';
import type { AliasChange } from './governance.ts';
import { modelAnswer, omitEmptyList, versionAnswer } from './mlflow-answers.ts';
import type { Models } from './models.ts';
import type { RegistrySearch } from './searches.ts';
import type { KeyValue, Page, RegisteredModel, SearchInput } from './types.ts';
import type { Versions } from './versions.ts';

const DEFAULT_PAGE = 100;

export interface RegisteredModelRoutesDeps {
  readonly models: Models;
  readonly versions: Versions;
  readonly aliases: Aliases;
  readonly search: (input: RegistrySearch) => Promise<Page<RegisteredModel>>;
}

/** `registered-models/…` in MLflow's names. */
export function registeredModelRoutes(deps: RegisteredModelRoutesDeps): MlflowRoute[] {
  return [...modelRoutes(deps), ...tagRoutes(deps), ...aliasRoutes(deps), ...readRoutes(deps)];
}

function modelRoutes({ models }: RegisteredModelRoutesDeps): MlflowRoute[] {
  return [
    logRoute('POST', '/mlflow/registered-models/create', async ({ fields, identity }) => {
      const name = fields.requiredText('name');
      const description = fields.text('description') ?? null;
      const model = await models.create({ name, description, tags: addOwnTeam(identity, readPairs(fields, 'tags')) });
      return { registered_model: modelAnswer(model) };
    }),
    writeRoute('POST', '/mlflow/registered-models/rename', async ({ fields }) => ({
      registered_model: modelAnswer(await models.rename(readName(fields), fields.requiredText('new_name'))),
    })),
    writeRoute('PATCH', '/mlflow/registered-models/update', async ({ fields }) => ({
      registered_model: modelAnswer(await models.update(readName(fields), fields.text('description') ?? '')),
    })),
    removeRoute('DELETE', '/mlflow/registered-models/delete', async ({ fields }) => {
      await models.delete(readName(fields));
      return undefined;
    }),
  ];
}

function tagRoutes({ models }: RegisteredModelRoutesDeps): MlflowRoute[] {
  return [
    writeRoute('POST', '/mlflow/registered-models/set-tag', async ({ fields, identity }) => {
      await models.setTag(readName(fields), readPair(fields), { isAdmin: isAdministrator(identity) });
      return undefined;
    }),
    writeRoute('DELETE', '/mlflow/registered-models/delete-tag', async ({ fields, identity }) => {
      await models.deleteTag(readName(fields), fields.requiredText('key'), { isAdmin: isAdministrator(identity) });
      return undefined;
    }),
  ];
}

/** MLflow's messages have no field for a reason. */
function omitReason(identity: Identity): AliasChange {
  return { identity, isAdmin: false, reason: null };
}

/** One path with three HTTP methods. */
function aliasRoutes({ aliases }: RegisteredModelRoutesDeps): MlflowRoute[] {
  const aliasOf = (fields: Fields) => fields.requiredText('alias');
  return [
    writeRoute('POST', '/mlflow/registered-models/alias', async ({ fields, identity }) => {
      await aliases.set(readName(fields), aliasOf(fields), fields.requiredText('version'), omitReason(identity));
      return undefined;
    }),
    writeRoute('DELETE', '/mlflow/registered-models/alias', async ({ fields, identity }) => {
      await aliases.delete(readName(fields), aliasOf(fields), omitReason(identity));
      return undefined;
    }),
    readRoute(
      'GET',
      '/mlflow/registered-models/alias',
      async ({ fields }) => ({
        model_version: versionAnswer(await aliases.get(readName(fields), aliasOf(fields))),
      }),
      'object',
    ),
  ];
}

function readRoutes({ models, versions, search }: RegisteredModelRoutesDeps): MlflowRoute[] {
  const newest = async ({ fields }: MlflowCall) => {
    const found = await versions.newest(readName(fields), fields.texts('stages'));
    return { model_versions: omitEmptyList(found.map(versionAnswer)) };
  };
  return [
    readRoute(
      'GET',
      '/mlflow/registered-models/get',
      async ({ fields }) => ({
        registered_model: modelAnswer(await models.get(readName(fields))),
      }),
      'object',
    ),
    readRoute(
      'GET',
      '/mlflow/registered-models/search',
      async ({ fields, identity }) => {
        const page = await search({ ...readSearch(fields, DEFAULT_PAGE), owners: limitWork(identity) });
        return {
          registered_models: omitEmptyList(page.items.map(modelAnswer)),
          next_page_token: page.nextPageToken ?? undefined,
        };
      },
      'team',
    ),
    readRoute('GET', '/mlflow/registered-models/get-latest-versions', newest, 'object'),
    readRoute('POST', '/mlflow/registered-models/get-latest-versions', newest, 'object'),
  ];
}

export function readName(fields: Fields): string {
  return fields.requiredText('name');
}

export function readPair(fields: Fields): KeyValue {
  return { key: fields.requiredText('key'), value: fields.text('value') ?? '' };
}

export function readPairs(fields: Fields, name: string): KeyValue[] {
  return fields.messages(name).map(readPair);
}

export function readSearch(fields: Fields, defaultPage: number): SearchInput {
  return {
    filter: fields.text('filter') ?? '',
    orderBy: fields.texts('order_by'),
    maxResults: fields.integer('max_results') ?? defaultPage,
    pageToken: fields.text('page_token'),
  };
}
