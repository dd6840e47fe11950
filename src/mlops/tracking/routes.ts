import { handle, limitWork, type Route } from '../../platform/http/index.ts';
import { type RunTableDeps, runTableRoutes } from '../run-views/index.ts';
import type { ViewType } from '../runs/index.ts';
import { readRun, toExperiment } from '../runs/index.ts';
import { getExperiment, getRun, listExperiments, type RunView } from '../runs/schema.ts';

const VIEWS: Readonly<Record<RunView, ViewType>> = { active: 'ACTIVE_ONLY', deleted: 'DELETED_ONLY', all: 'ALL' };

export function trackingRoutes(deps: RunTableDeps): Route[] {
  const { store, experiments } = deps;
  return [
    handle(listExperiments, async ({ query: { name, view, pageSize, pageToken }, identity }) => {
      const filter = name === '' ? '' : `name ILIKE '%${name.replaceAll("'", "''")}%'`;
      const search = {
        filter,
        owners: limitWork(identity),
        view: VIEWS[view],
        orderBy: [],
        maxResults: pageSize,
        pageToken,
      };
      const page = await experiments.search(search);
      return { experiments: page.items.map(toExperiment), nextPageToken: page.nextPageToken };
    }),
    handle(getExperiment, async ({ params }) => toExperiment(await experiments.get(params.experimentId))),
    handle(getRun, ({ params }) => readRun(store, params.runId)),
    ...runTableRoutes(deps),
  ];
}
