import type { OwnerLimit } from '../../../platform/http/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import type { ViewType } from '../../runs/index.ts';
import { findRuns, type RunSearch, toRunsWithExperiment } from '../../runs/index.ts';
import type { Run, RunView } from '../../runs/schema.ts';
import { addRunValues } from './store.ts';
import { parseWantedKeys } from './values.ts';

export interface RunTableSelection {
  readonly experimentId?: string | undefined;
  readonly experimentIds: readonly string[];
  readonly filter: string;
  readonly view: RunView;
  /** Only runs of these owners; null and left out: of all. */
  readonly owners?: OwnerLimit | null | undefined;
}

export interface RunTableQuery extends RunTableSelection {
  readonly orderBy: readonly string[];
  readonly columns?: readonly string[] | undefined;
}

const RUNS_OF_A_FILE_READ_AT_ONCE = 2000;
const VIEWS: Readonly<Record<RunView, ViewType>> = { active: 'ACTIVE_ONLY', deleted: 'DELETED_ONLY', all: 'ALL' };

/** The selection as the search of runs takes it. */
export function toRunSearch(query: RunTableSelection): Pick<RunSearch, 'experimentIds' | 'filter' | 'view' | 'owners'> {
  const ids = [...(query.experimentId === undefined ? [] : [query.experimentId]), ...query.experimentIds];
  const experimentIds = ids.length === 0 ? null : ids;
  return { experimentIds, filter: query.filter, view: VIEWS[query.view], owners: query.owners };
}

/** Reads one page with only the values of the requested columns. */
export async function readRunTable(
  sql: Sql,
  query: RunTableQuery,
  page: { readonly size: number; readonly token: string | undefined },
): Promise<{ runs: Run[]; nextPageToken: string | null }> {
  const found = await findRuns(sql, {
    ...toRunSearch(query),
    orderBy: query.orderBy,
    maxResults: page.size,
    pageToken: page.token,
  });
  const runs = await addRunValues(sql, found.items, parseWantedKeys(query.columns));
  return { runs: await toRunsWithExperiment(sql, runs), nextPageToken: found.nextPageToken };
}

/** Every page, one at a time. */
export async function* readRunPages(sql: Sql, query: RunTableQuery): AsyncGenerator<readonly Run[]> {
  let token: string | undefined;
  do {
    const page = await readRunTable(sql, query, { size: RUNS_OF_A_FILE_READ_AT_ONCE, token });
    yield page.runs;
    token = page.nextPageToken ?? undefined;
  } while (token !== undefined);
}
