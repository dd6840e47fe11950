import { limitWork } from '../../platform/http/index.ts';
import { cleanKey } from '../../platform/objects/index.ts';
import type { Artifacts } from '../artifacts/index.ts';
import type { Runs } from '../runs/index.ts';
import { runStatuses, viewTypes } from '../runs/index.ts';
import { checkMaxResults, type Fields, logRoute, type MlflowRoute, readRoute, writeRoute } from '../wire/index.ts';
import { filesAnswer, omitEmptyList, runAnswer, runInfoAnswer } from './mlflow-answers.ts';
import { readPairs, readSearch } from './mlflow-experiments.ts';
import { addOwnTeam } from './owner-store.ts';

const DEFAULT_PAGE = 1000;
const MAX_PAGE = 50_000;

/** `runs/…` and `artifacts/list` in MLflow's names. */
export function runRoutes(runs: Runs, artifacts: Artifacts): MlflowRoute[] {
  return [
    logRoute('POST', '/mlflow/runs/create', async ({ fields, identity }) => {
      const run = await runs.create({
        experimentId: fields.text('experiment_id'),
        userId: fields.text('user_id') ?? '',
        runName: fields.text('run_name') ?? '',
        startTime: fields.integer('start_time'),
        tags: addOwnTeam(identity, readPairs(fields, 'tags')),
      });
      return { run: { ...runAnswer(run), outputs: undefined } };
    }),
    logRoute('POST', '/mlflow/runs/update', async ({ fields }) => {
      const info = await runs.update(readRunId(fields), {
        status: fields.choice('status', runStatuses),
        endTime: fields.integer('end_time'),
        runName: fields.text('run_name'),
      });
      return { run_info: runInfoAnswer(info) };
    }),
    writeRoute('POST', '/mlflow/runs/delete', async ({ fields }) => {
      await runs.delete(readRunId(fields));
      return undefined;
    }),
    writeRoute('POST', '/mlflow/runs/restore', async ({ fields }) => {
      await runs.restore(readRunId(fields));
      return undefined;
    }),
    ...readRoutes(runs, artifacts),
  ];
}

function readRoutes(runs: Runs, artifacts: Artifacts): MlflowRoute[] {
  return [
    readRoute(
      'GET',
      '/mlflow/runs/get',
      async ({ fields }) => ({ run: runAnswer(await runs.get(readRunId(fields))) }),
      'object',
    ),
    readRoute(
      'POST',
      '/mlflow/runs/search',
      async ({ fields, identity }) => {
        const search = readSearch(fields, DEFAULT_PAGE);
        if (search.maxResults > MAX_PAGE) throw fields.invalid('max_results');
        checkMaxResults(search.maxResults, MAX_PAGE);
        const view = fields.choice('run_view_type', viewTypes) ?? 'ACTIVE_ONLY';
        const owners = limitWork(identity);
        const page = await runs.search({ ...search, experimentIds: fields.texts('experiment_ids'), view, owners });
        return { runs: omitEmptyList(page.items.map(runAnswer)), next_page_token: page.nextPageToken ?? undefined };
      },
      'team',
    ),
    readRoute(
      'GET',
      '/mlflow/artifacts/list',
      async ({ fields }) => {
        const folder = cleanKey(fields.text('path') ?? '');
        const { artifactUri } = await runs.info(readRunId(fields));
        const entries = await artifacts.listUnder(artifactUri, folder);
        return { root_uri: artifactUri, files: filesAnswer(entries, folder) };
      },
      'object',
    ),
  ];
}

export function readRunId(fields: Fields): string {
  return fields.requiredText('run_id', 'run_uuid');
}
