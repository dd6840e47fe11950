import { randomUUID } from 'node:crypto';
import type { OwnerLimit } from '../../platform/http/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { appendToUri, DEFAULT_EXPERIMENT_ID } from '../artifacts/index.ts';
import {
  buildDoesNotExist,
  buildInvalidParameter,
  checkMaxResults,
  decodePageToken,
  encodePageToken,
  parseFilter,
  parseOrderings,
} from '../wire/index.ts';
import { forgetDeleted, noteDeleted } from './deletion-store.ts';
import { checkActive, parseExperimentId, requireExperiment } from './experiments.ts';
import { upsertRunTags } from './key-value-store.ts';
import { checkTag } from './limits.ts';
import { drawRandomName } from './random-name.ts';
import type { RunMatch } from './run-conditions.ts';
import { appendRunEvent, type RunEvents } from './run-events.ts';
import { countPositionValues } from './run-order.ts';
import { searchRuns } from './run-search-store.ts';
import { findRunInfo, insertRun, readFullRuns, updateRun } from './run-store.ts';
import type { RunStatus } from './tables.ts';
import {
  type FullRun,
  type KeyValue,
  type Page,
  type RunInfo,
  type SearchInput,
  selectStages,
  type ViewType,
} from './types.ts';
import { runVocabulary } from './vocabularies.ts';

export interface RunsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly events: RunEvents;
}

export interface NewRun {
  /** '' or undefined: the default experiment. */
  readonly experimentId: string | undefined;
  readonly userId: string;
  readonly runName: string;
  readonly startTime: number | undefined;
  readonly tags: readonly KeyValue[];
}

export interface RunChange {
  readonly status: RunStatus | undefined;
  readonly endTime: number | undefined;
  readonly runName: string | undefined;
}

export interface RunSearch extends SearchInput {
  /** null: all experiments. */
  readonly experimentIds: readonly string[] | null;
  readonly view: ViewType;
  /** Only runs of these owners; null and left out: of all. */
  readonly owners?: OwnerLimit | null | undefined;
}

export const RUN_NAME_TAG = 'mlflow.runName';
const MAX_RUNS_A_PAGE = 50_000;
const ENDED: ReadonlySet<RunStatus> = new Set(['FINISHED', 'FAILED', 'KILLED']);

export type Runs = ReturnType<typeof createRuns>;

export function createRuns(deps: RunsDeps) {
  const { store, events } = deps;
  return {
    create: (input: NewRun) => createRun(deps, input),
    get: (runId: string) => requireFullRun(store, runId),
    info: (runId: string) => requireRun(store, runId),
    update: (runId: string, change: RunChange) =>
      store.transaction(async (sql) => {
        const run = await requireActiveRun(sql, runId);
        return changeRun(events, sql, run, change);
      }),
    delete: (runId: string) =>
      store.transaction(async (sql) => {
        const run = await requireRun(sql, runId);
        if (run.lifecycleStage === 'deleted') return;
        await updateRun(sql, runId, { lifecycle_stage: 'deleted' });
        await noteDeleted(sql, 'run', [runId], deps.clock.now());
        await appendRunEvent(events, sql, 'run.deleted', run);
      }),
    restore: (runId: string) =>
      store.transaction(async (sql) => {
        await requireRun(sql, runId);
        await updateRun(sql, runId, { lifecycle_stage: 'active' });
        await forgetDeleted(sql, 'run', [runId]);
      }),
    search: async (input: RunSearch): Promise<Page<FullRun>> => {
      const page = await findRuns(store, input, 'full page');
      return { ...page, items: await readFullRuns(store, page.items) };
    },
  };
}

export async function requireRun(sql: Sql, runId: string): Promise<RunInfo> {
  const run = await findRunInfo(sql, runId);
  if (run !== null) return run;
  throw buildDoesNotExist(`Run with id=${runId} not found`, 'run_not_found');
}

/** The run that a write is for: nothing is written to a deleted one. */
export async function requireActiveRun(sql: Sql, runId: string): Promise<RunInfo> {
  const run = await requireRun(sql, runId);
  if (run.lifecycleStage === 'active') return run;
  throw buildInvalidParameter(
    `The run ${runId} must be in the 'active' state. Current state is ${run.lifecycleStage}.`,
  );
}

export async function requireFullRun(sql: Sql, runId: string): Promise<FullRun> {
  const [run] = await readFullRuns(sql, [await requireRun(sql, runId)]);
  if (run === undefined) throw buildDoesNotExist(`Run with id=${runId} not found`, 'run_not_found');
  return run;
}

async function createRun({ store, clock, events }: RunsDeps, input: NewRun): Promise<FullRun> {
  const tags = input.tags.map((tag, index) => checkTag(tag, `tags[${index}]`));
  const runName = resolveRunName(input.runName, tags);
  return store.transaction(async (sql) => {
    const id =
      input.experimentId === undefined || input.experimentId === '' ? DEFAULT_EXPERIMENT_ID : input.experimentId;
    const experiment = await requireExperiment(sql, parseExperimentId(String(id)));
    checkActive(experiment);
    const runId = randomUUID().replaceAll('-', '');
    const info: RunInfo = {
      runId,
      experimentId: experiment.experimentId,
      runName,
      userId: input.userId,
      status: 'RUNNING',
      startTime: input.startTime ?? clock.now(),
      endTime: null,
      artifactUri: appendToUri(experiment.artifactLocation, runId, 'artifacts'),
      lifecycleStage: 'active',
    };
    await insertRun(sql, info);
    await upsertRunTags(sql, runId, [{ key: RUN_NAME_TAG, value: runName }, ...tags]);
    await appendRunEvent(events, sql, 'run.created', info);
    return requireFullRun(sql, runId);
  });
}

/** A run's name and its tag `mlflow.runName` are one fact in two places; two different ones are refused. */
function resolveRunName(runName: string, tags: readonly KeyValue[]): string {
  const tagged = tags.findLast((tag) => tag.key === RUN_NAME_TAG)?.value ?? '';
  if (runName !== '' && tagged !== '' && runName !== tagged) {
    throw buildInvalidParameter(
      "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values " +
        `(run_name='${runName}', mlflow.runName='${tagged}').`,
    );
  }
  return runName || tagged || drawRandomName();
}

async function changeRun(events: RunEvents, sql: Sql, run: RunInfo, change: RunChange): Promise<RunInfo> {
  const changed: RunInfo = {
    ...run,
    status: change.status ?? run.status,
    endTime: change.endTime ?? run.endTime,
    runName: change.runName || run.runName,
  };
  await updateRun(sql, run.runId, {
    status: changed.status,
    end_time: changed.endTime,
    run_name: changed.runName,
  });
  if (changed.runName !== run.runName) {
    await upsertRunTags(sql, run.runId, [{ key: RUN_NAME_TAG, value: changed.runName }]);
  }
  if (ENDED.has(changed.status) && !ENDED.has(run.status)) await appendRunEvent(events, sql, 'run.ended', changed);
  return changed;
}

/**
 * When a page has a token for the next page: if a run follows its last one, or, as in MLflow's server up to 3.6, if it
 * has as many runs as requested. The second may lead to an empty page, and saves the query for one more run.
 */
type TokenAfter = 'one run more' | 'full page';

/** A page of the matching runs, without their metrics, params and tags. */
export async function findRuns(
  sql: Sql,
  input: RunSearch,
  tokenAfter: TokenAfter = 'one run more',
): Promise<Page<RunInfo>> {
  const limit = checkMaxResults(input.maxResults, MAX_RUNS_A_PAGE);
  const match = runMatch(input);
  const orderings = parseOrderings(input.orderBy, runVocabulary);
  const query = [
    'runs',
    input.experimentIds,
    input.filter,
    input.orderBy,
    input.view,
    ...(input.owners == null ? [] : [input.owners]),
  ];
  const position = decodePageToken(input.pageToken, query, countPositionValues(orderings));
  if (match.experimentIds?.length === 0) return { items: [], nextPageToken: null };
  const wanted = tokenAfter === 'full page' ? limit : limit + 1;
  const found = await searchRuns(sql, { ...match, orderings, position, limit: wanted });
  const last = found.runs.length === wanted ? found.positions[limit - 1] : undefined;
  return {
    items: found.runs.slice(0, limit),
    nextPageToken: last === undefined ? null : encodePageToken(query, last),
  };
}

/** Conditions of a search, parsed by MLflow's grammar. Error: `search_filter_invalid`. */
export function runMatch(input: Pick<RunSearch, 'filter' | 'experimentIds' | 'view' | 'owners'>): RunMatch {
  return {
    comparisons: parseFilter(input.filter, runVocabulary),
    experimentIds: input.experimentIds?.map(parseExperimentId) ?? null,
    stages: selectStages(input.view),
    owners: input.owners,
  };
}
