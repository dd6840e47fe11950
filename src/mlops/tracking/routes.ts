import { handle, type Route } from '../../platform/http/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { Experiments } from './experiments.ts';
import { readRun, runsWithExperiment } from './read-run.ts';
import { experimentOf } from './run-answer.ts';
import type { Runs } from './runs.ts';
import { getRun, listExperiments, listRuns } from './schema.ts';

export interface TrackingRoutesDeps {
  readonly store: Store;
  readonly experiments: Experiments;
  readonly runs: Runs;
}

export function trackingRoutes({ store, experiments, runs }: TrackingRoutesDeps): Route[] {
  return [
    handle(listExperiments, async ({ query }) => {
      const page = await experiments.search({ ...searchOf(query), filter: '', view: 'ACTIVE_ONLY' });
      return { experiments: page.items.map(experimentOf), nextPageToken: page.nextPageToken };
    }),
    handle(listRuns, async ({ query }) => {
      const experimentIds = query.experimentId === undefined ? null : [query.experimentId];
      const page = await runs.search({ ...searchOf(query), filter: query.filter, experimentIds, view: 'ACTIVE_ONLY' });
      return { runs: await runsWithExperiment(store, page.items), nextPageToken: page.nextPageToken };
    }),
    handle(getRun, ({ params }) => readRun(store, params.runId)),
  ];
}

function searchOf(query: { pageSize: number; pageToken?: string | undefined }) {
  return { orderBy: [], maxResults: query.pageSize, pageToken: query.pageToken };
}
