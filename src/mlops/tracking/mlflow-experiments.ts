import { isWorkVisible, limitWork, refuseHidden } from '../../platform/http/index.ts';
import type { Experiments } from '../runs/index.ts';
import { type KeyValue, type SearchInput, viewTypes } from '../runs/index.ts';
import { type Fields, type MlflowCall, type MlflowRoute, readRoute, removeRoute, writeRoute } from '../wire/index.ts';
import { experimentAnswer, omitEmptyList } from './mlflow-answers.ts';
import { addOwnTeam, readOwner } from './owner-store.ts';

const DEFAULT_PAGE = 1000;

/** `experiments/…` in MLflow's names. */
export function experimentRoutes(experiments: Experiments): MlflowRoute[] {
  const search = async ({ fields, identity }: MlflowCall) => {
    const view = fields.choice('view_type', viewTypes) ?? 'ACTIVE_ONLY';
    const page = await experiments.search({ ...readSearch(fields, DEFAULT_PAGE), view, owners: limitWork(identity) });
    return {
      experiments: omitEmptyList(page.items.map(experimentAnswer)),
      next_page_token: page.nextPageToken ?? undefined,
    };
  };
  return [
    writeRoute('POST', '/mlflow/experiments/create', async ({ fields, identity }) => {
      const name = fields.requiredText('name');
      const artifactLocation = fields.text('artifact_location');
      const experiment = await experiments.create({
        name,
        artifactLocation,
        tags: addOwnTeam(identity, readPairs(fields, 'tags')),
      });
      return { experiment_id: String(experiment.experimentId) };
    }),
    readRoute(
      'GET',
      '/mlflow/experiments/get',
      async ({ fields }) => ({
        experiment: experimentAnswer(await experiments.get(fields.requiredText('experiment_id'))),
      }),
      'object',
    ),
    readRoute(
      'GET',
      '/mlflow/experiments/get-by-name',
      async ({ fields, identity }) => {
        const name = fields.requiredText('experiment_name');
        const experiment = await experiments.getByName(name);
        if (!isWorkVisible(identity, readOwner(experiment.tags))) throw refuseHidden(identity, `Experiment ${name}`);
        return { experiment: experimentAnswer(experiment) };
      },
      'team',
    ),
    readRoute('GET', '/mlflow/experiments/search', search, 'team'),
    readRoute('POST', '/mlflow/experiments/search', search, 'team'),
    ...changeRoutes(experiments),
  ];
}

function changeRoutes(experiments: Experiments): MlflowRoute[] {
  const idOf = (fields: Fields) => fields.requiredText('experiment_id');
  return [
    removeRoute('POST', '/mlflow/experiments/delete', async ({ fields }) => {
      await experiments.delete(idOf(fields));
      return undefined;
    }),
    writeRoute('POST', '/mlflow/experiments/restore', async ({ fields }) => {
      await experiments.restore(idOf(fields));
      return undefined;
    }),
    writeRoute('POST', '/mlflow/experiments/update', async ({ fields }) => {
      await experiments.rename(idOf(fields), fields.requiredText('new_name'));
      return undefined;
    }),
    writeRoute('POST', '/mlflow/experiments/set-experiment-tag', async ({ fields }) => {
      await experiments.setTag(idOf(fields), readPair(fields));
      return undefined;
    }),
    writeRoute('POST', '/mlflow/experiments/delete-experiment-tag', async ({ fields }) => {
      await experiments.deleteTag(idOf(fields), fields.requiredText('key'));
      return undefined;
    }),
  ];
}

/** A `{key, value}` message; an unset value is ''. */
export function readPair(fields: Fields): KeyValue {
  return { key: fields.requiredText('key'), value: fields.text('value') ?? '' };
}

export function readPairs(fields: Fields, name: string): KeyValue[] {
  return fields.messages(name).map(readPair);
}

/** The fields that every search has. */
export function readSearch(fields: Fields, defaultPage: number): SearchInput {
  return {
    filter: fields.text('filter') ?? '',
    orderBy: fields.texts('order_by'),
    maxResults: fields.integer('max_results') ?? defaultPage,
    pageToken: fields.text('page_token'),
  };
}
