import { AppError } from '../../../platform/errors/index.ts';
import {
  type Download,
  handle,
  handleDownload,
  type Identity,
  limitWork,
  type OwnerLimit,
  type Route,
  refuseHidden,
} from '../../../platform/http/index.ts';
import type { Sql, Store } from '../../../platform/store/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import type { Experiments, LifecycleStage } from '../../runs/index.ts';
import {
  appendRunEvent,
  forgetDeleted,
  noteDeleted,
  type RunEvents,
  type RunMatch,
  runMatch,
  runVocabulary,
  updateRun,
} from '../../runs/index.ts';
import { listRuns } from '../../runs/schema.ts';
import { parseFilter, parseOrderings } from '../../wire/index.ts';
import { readActivity } from './activity.ts';
import { createColumnCounts } from './columns.ts';
import { selectCsvColumns, streamCsv } from './csv.ts';
import { parseGroupBy, readRunGroups } from './groups.ts';
import { type RunTableQuery, type RunTableSelection, readRunPages, readRunTable, toRunSearch } from './list.ts';
import {
  countRuns,
  deleteExperiment,
  deleteRuns,
  groupRuns,
  listExperimentActivity,
  listRunColumns,
  readRunFilter,
  restoreExperiment,
  restoreRuns,
  runsCsv,
  sumRunCosts,
} from './schema.ts';
import { countMatching, findRunInfos, sumMatching } from './store.ts';

export interface RunTableDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly events: RunEvents;
  readonly experiments: Experiments;
}

/** The endpoints of a table of runs: rows, counts, costs, columns, files, and actions on rows. */
export function runTableRoutes(deps: RunTableDeps): Route[] {
  const { store } = deps;
  const columnsOf = createColumnCounts(deps);
  return [
    handle(listRuns, ({ query, identity }) =>
      readRunTable(store, { ...query, owners: limitWork(identity) }, { size: query.pageSize, token: query.pageToken }),
    ),
    handle(countRuns, async ({ query, identity }) => ({
      runs: await countMatching(store, buildMatch(query, identity)),
    })),
    handle(readRunFilter, async ({ query: { filter } }) => ({ problem: findFilterProblem(filter) })),
    handle(sumRunCosts, ({ query, identity }) => sumMatching(store, buildMatch(query, identity))),
    handle(groupRuns, ({ query: { by, metric, most, ...selection }, identity }) =>
      readRunGroups(store, buildMatch(selection, identity), { by: parseGroupBy(by), metric, most }),
    ),
    handle(listRunColumns, async ({ query: { experimentId }, identity }) => {
      await requireOwnRuns(store, identity, experimentId === undefined ? [] : [experimentId]);
      return columnsOf(experimentId === undefined ? null : Number(experimentId));
    }),
    handleDownload(runsCsv, ({ query, identity }) => createCsvFile(store, { ...query, owners: limitWork(identity) })),
    handle(deleteRuns, ({ body }) => moveRuns(deps, body.runIds, 'deleted')),
    handle(restoreRuns, ({ body }) => moveRuns(deps, body.runIds, 'active')),
    ...experimentTableRoutes(deps),
  ];
}

/** The runs of a selection that the caller may read. */
function buildMatch(selection: RunTableSelection, identity: Identity): RunMatch {
  return runMatch({ ...toRunSearch(selection), owners: limitWork(identity) });
}

/** Whether all runs of the experiments (none: of all experiments), deleted ones included, belong to these owners. */
export async function hasOnlyRunsOf(sql: Sql, experimentIds: readonly string[], owners: OwnerLimit): Promise<boolean> {
  const all = { experimentIds, filter: '', view: 'ALL' } as const;
  return (await countMatching(sql, runMatch(all))) === (await countMatching(sql, runMatch({ ...all, owners })));
}

/** Answers about whole experiments do not look at the owner of each run. Error: `not_visible` where they have runs that the caller may not read. */
async function requireOwnRuns(store: Store, identity: Identity, experimentIds: readonly string[]): Promise<void> {
  const owners = limitWork(identity);
  if (owners === null) return;
  if (await hasOnlyRunsOf(store, experimentIds, owners)) return;
  throw refuseHidden(identity, `A run of experiment ${experimentIds.join(', ')}`);
}

function experimentTableRoutes({ store, experiments }: RunTableDeps): Route[] {
  return [
    handle(listExperimentActivity, async ({ query: { experimentIds, metric, goal }, identity }) => {
      await requireOwnRuns(store, identity, experimentIds);
      const bestOf = metric === undefined ? null : { metric, goal };
      return { experiments: await readActivity(store, experimentIds.map(Number), bestOf) };
    }),
    handle(deleteExperiment, ({ params: { experimentId } }) => experiments.move(experimentId, 'deleted')),
    handle(restoreExperiment, ({ params: { experimentId } }) => experiments.move(experimentId, 'active')),
  ];
}

/** Syntax error of a filter as text, which is normal while a user types; null: the filter is valid. */
function findFilterProblem(filter: string): string | null {
  try {
    parseFilter(filter, runVocabulary);
    return null;
  } catch (error) {
    if (error instanceof AppError && error.code === 'search_filter_invalid') return error.message;
    throw error;
  }
}

/** A filter or an order that cannot be read is refused before the first byte. */
function createCsvFile(store: Store, query: RunTableQuery): Download {
  runMatch(toRunSearch(query));
  parseOrderings(query.orderBy, runVocabulary);
  const columns = selectCsvColumns(query.columns);
  return {
    contentType: 'text/csv; charset=utf-8',
    filename: 'runs.csv',
    content: streamCsv(columns, readRunPages(store, { ...query, columns })),
  };
}

/** Moves runs to a stage in one transaction. Error: `run_not_found`, and then none is moved. */
async function moveRuns({ store, clock, events }: RunTableDeps, runIds: readonly string[], stage: LifecycleStage) {
  return store.transaction(async (sql) => {
    const known = await findRunInfos(sql, runIds);
    const missing = runIds.find((runId) => !known.has(runId));
    if (missing !== undefined) {
      throw new AppError('run_not_found', `There is no run "${missing}". No run was changed.`, { runId: missing });
    }
    const moved = [...known.values()].filter((run) => run.lifecycleStage !== stage);
    for (const run of moved) {
      await updateRun(sql, run.runId, { lifecycle_stage: stage });
      if (stage === 'deleted') await appendRunEvent(events, sql, 'run.deleted', run);
    }
    const movedIds = moved.map(({ runId }) => runId);
    if (stage === 'deleted') await noteDeleted(sql, 'run', movedIds, clock.now());
    else await forgetDeleted(sql, 'run', movedIds);
    return { runIds: movedIds };
  });
}
