import type { OwnerLimit } from '../../platform/http/index.ts';
import { isConflict, type Sql, type Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { buildArtifactLocation, checkArtifactLocation } from '../artifacts/index.ts';
import {
  buildAlreadyExists,
  buildDoesNotExist,
  buildInvalidFilter,
  buildInvalidParameter,
  type Comparison,
  checkMaxResults,
  decodePageToken,
  encodePageToken,
  MlflowError,
  parseFilter,
  parseOrderings,
} from '../wire/index.ts';
import { type DeletedKind, forgetDeleted, noteDeleted } from './deletion-store.ts';
import {
  deleteExperimentTag,
  findExperiment,
  findExperimentByName,
  insertExperiment,
  searchExperiments,
  takeExperimentId,
  updateExperiment,
  upsertExperimentTags,
} from './experiment-store.ts';
import { checkExperimentName, checkExperimentTag } from './limits.ts';
import { appendRunEvent, type RunEvents } from './run-events.ts';
import { moveRunsOfExperiment } from './run-store.ts';
import type { LifecycleStage, TrackingTables } from './tables.ts';
import { type Experiment, type KeyValue, type Page, type SearchInput, selectStages, type ViewType } from './types.ts';
import { experimentVocabulary } from './vocabularies.ts';

export interface ExperimentsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly events: RunEvents;
}

export interface NewExperiment {
  readonly name: string;
  readonly artifactLocation: string | undefined;
  readonly tags: readonly KeyValue[];
}

export interface ExperimentSearch extends SearchInput {
  readonly view: ViewType;
  /** Only those of these owners; null: of all. */
  readonly owners: OwnerLimit | null;
}

export interface ExperimentEdit {
  readonly name: string | undefined;
  readonly set: readonly KeyValue[];
  readonly remove: readonly string[];
}

const MAX_EXPERIMENTS_A_PAGE = 50_000;
const MAX_ID = Number.MAX_SAFE_INTEGER;

export type Experiments = ReturnType<typeof createExperiments>;

export function createExperiments(deps: ExperimentsDeps) {
  const { store, clock } = deps;
  const change = <T>(id: string, work: (sql: Sql, experiment: Experiment) => Promise<T>) =>
    store.transaction(async (sql) => work(sql, await requireExperiment(sql, parseExperimentId(id))));
  return {
    create: (input: NewExperiment) => createExperiment(deps, input),
    get: (id: string) => requireExperiment(store, parseExperimentId(id)),
    async getByName(name: string): Promise<Experiment> {
      const experiment = await findExperimentByName(store, name);
      if (experiment !== null) return experiment;
      throw buildDoesNotExist(`Could not find experiment with name '${name}'`, 'experiment_not_found');
    },
    search: (input: ExperimentSearch) => search(store, input),
    delete: (id: string) => change(id, (sql, experiment) => moveExperiment(deps, sql, experiment, 'deleted')),
    restore: (id: string) => change(id, (sql, experiment) => moveExperiment(deps, sql, experiment, 'active')),
    /** Moves it with its runs; an experiment that is in the stage already stays as it is. */
    move: (id: string, stage: LifecycleStage) =>
      store.transaction(async (sql) => {
        const experiment = await requireExperiment(sql, parseExperimentId(id));
        const runs = experiment.lifecycleStage === stage ? 0 : await moveExperiment(deps, sql, experiment, stage);
        return { experimentId: String(experiment.experimentId), runs };
      }),
    rename: (id: string, name: string) =>
      change(id, (sql, experiment) => renameExperiment(sql, experiment, name, clock.now())),
    /** A new name and changed tags, all or none. */
    edit: (id: string, edit: ExperimentEdit) =>
      change(id, async (sql, experiment) => {
        checkActive(experiment);
        edit.set.forEach(checkExperimentTag);
        if (edit.name !== undefined) await renameExperiment(sql, experiment, edit.name, clock.now());
        await upsertExperimentTags(sql, experiment.experimentId, edit.set);
        for (const key of edit.remove) await deleteExperimentTag(sql, experiment.experimentId, key);
        return requireExperiment(sql, experiment.experimentId);
      }),
    setTag: (id: string, tag: KeyValue) =>
      change(id, async (sql, experiment) => {
        checkExperimentTag(tag);
        checkActive(experiment);
        await upsertExperimentTags(sql, experiment.experimentId, [tag]);
      }),
    deleteTag: (id: string, key: string) =>
      change(id, async (sql, experiment) => {
        checkActive(experiment);
        if (await deleteExperimentTag(sql, experiment.experimentId, key)) return;
        throw buildDoesNotExist(`No tag with name: ${key} in experiment with id ${id}`);
      }),
  };
}

/** Ids are numbers to this server, text to its clients. A number outside the range of ids is treated as a missing experiment. */
export function parseExperimentId(id: string): number {
  if (/^\s*[-+]?\d+\s*$/.test(id)) return Math.min(Math.max(Number(id), -MAX_ID), MAX_ID);
  throw buildInvalidParameter(`Invalid experiment ID '${id}'. Experiment ID must be a valid integer.`);
}

export async function requireExperiment(sql: Sql, experimentId: number): Promise<Experiment> {
  const experiment = await findExperiment(sql, experimentId);
  if (experiment !== null) return experiment;
  throw buildDoesNotExist(`No Experiment with id=${experimentId} exists`, 'experiment_not_found');
}

export function checkActive(experiment: Experiment): void {
  if (experiment.lifecycleStage === 'active') return;
  throw buildInvalidParameter(
    `The experiment ${experiment.experimentId} must be in the 'active' state. ` +
      `Current state is ${experiment.lifecycleStage}.`,
  );
}

async function createExperiment({ store, clock }: ExperimentsDeps, input: NewExperiment): Promise<Experiment> {
  checkExperimentName(input.name);
  input.tags.forEach(checkExperimentTag);
  const location = input.artifactLocation === '' ? undefined : input.artifactLocation;
  if (location !== undefined) checkArtifactLocation(location);
  return store.transaction(async (sql) => {
    // A deleted experiment keeps its name: the error tells the client to restore it.
    if ((await findExperimentByName(sql, input.name)) !== null) throw nameTaken(input.name);
    const experimentId = await takeExperimentId(sql);
    const now = clock.now();
    await insertExperiment(sql, {
      experiment_id: experimentId,
      name: input.name,
      artifact_location: location ?? buildArtifactLocation(experimentId),
      lifecycle_stage: 'active',
      creation_time: now,
      last_update_time: now,
    });
    await upsertExperimentTags(sql, experimentId, input.tags);
    return requireExperiment(sql, experimentId);
  });
}

function nameTaken(name: string): MlflowError {
  return buildAlreadyExists(`Experiment(name=${name}) already exists.`);
}

async function moveExperiment(
  { clock, events }: ExperimentsDeps,
  sql: Sql,
  experiment: Experiment,
  stage: LifecycleStage,
): Promise<number> {
  const { experimentId } = experiment;
  if (experiment.lifecycleStage === stage) {
    throw buildDoesNotExist(`No Experiment with id=${experimentId} exists`, 'experiment_not_found');
  }
  await updateExperiment(sql, experimentId, { lifecycle_stage: stage, last_update_time: clock.now() });
  const moved = await moveRunsOfExperiment(sql, experimentId, stage);
  await noteMoved(sql, stage, experimentId, moved, clock.now());
  if (stage === 'deleted') for (const run of moved) await appendRunEvent(events, sql, 'run.deleted', run);
  return moved.length;
}

/** Stores the time of the deletion, and removes it at a restore. */
async function noteMoved(
  sql: Sql,
  stage: LifecycleStage,
  experimentId: number,
  runs: readonly { readonly runId: string }[],
  now: number,
): Promise<void> {
  const note = (kind: DeletedKind, ids: readonly string[]) =>
    stage === 'deleted' ? noteDeleted(sql, kind, ids, now) : forgetDeleted(sql, kind, ids);
  await note('experiment', [String(experimentId)]);
  await note(
    'run',
    runs.map(({ runId }) => runId),
  );
}

async function renameExperiment(sql: Sql, experiment: Experiment, name: string, now: number): Promise<void> {
  checkExperimentName(name);
  if (experiment.lifecycleStage !== 'active') throw buildInvalidParameter('Cannot rename a non-active experiment.');
  if (experiment.name === name) return;
  const taken = new MlflowError('BAD_REQUEST', `Experiment(name=${name}) already exists.`, 'invalid_request');
  if ((await findExperimentByName(sql, name)) !== null) throw taken;
  try {
    await updateExperiment(sql, experiment.experimentId, { name, last_update_time: now });
  } catch (error) {
    throw isConflict(error) ? taken : error;
  }
}

async function search(sql: Sql, input: ExperimentSearch): Promise<Page<Experiment>> {
  const limit = checkMaxResults(input.maxResults, MAX_EXPERIMENTS_A_PAGE);
  const comparisons = parseFilter(input.filter, experimentVocabulary);
  comparisons.forEach(checkIds);
  const order = parseExperimentOrder(input.orderBy);
  const query = [
    'experiments',
    input.filter,
    input.orderBy,
    input.view,
    ...(input.owners === null ? [] : [input.owners]),
  ];
  const position = decodePageToken(input.pageToken, query, order.length);
  // One row more than the page shows whether there is another page.
  const found = await searchExperiments(sql, {
    stages: selectStages(input.view),
    comparisons,
    owners: input.owners,
    order,
    position,
    limit: limit + 1,
  });
  const last = found.experiments.length > limit ? found.positions[limit - 1] : undefined;
  return {
    items: found.experiments.slice(0, limit),
    nextPageToken: last === undefined ? null : encodePageToken(query, last),
  };
}

type ExperimentOrder = { readonly column: keyof TrackingTables['experiment']; readonly ascending: boolean }[];

const ORDER_COLUMNS = ['name', 'experiment_id', 'creation_time', 'last_update_time'] as const;

function parseExperimentOrder(orderBy: readonly string[]): ExperimentOrder {
  const orderings = parseOrderings(orderBy, experimentVocabulary);
  const order: ExperimentOrder = orderings.map(({ entity, key, ascending }) => {
    const column = entity === 'attribute' ? ORDER_COLUMNS.find((name) => name === key) : undefined;
    if (column === undefined) throw buildInvalidFilter(`Invalid order_by entity: ${entity}`);
    return { column, ascending };
  });
  if (order.length === 0) order.push({ column: 'creation_time', ascending: false });
  if (order.some(({ column }) => column === 'experiment_id')) return order;
  // By default ties sort by ascending id; after an explicit order of the caller, by descending id.
  return [...order, { column: 'experiment_id', ascending: orderBy.length === 0 }];
}

/** The store compares `experiment_id` as a number, so a text that is no id is refused before. */
function checkIds({ entity, key, value }: Comparison): void {
  if (entity !== 'attribute' || key !== 'experiment_id' || value === null) return;
  for (const id of typeof value === 'object' ? value : [String(value)]) parseExperimentId(id);
}
