import { randomUUID } from 'node:crypto';
import type { OwnerLimit } from '../../platform/http/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { appendToUri } from '../artifacts/index.ts';
import type { KeyValue, LoggedModel, LoggedModelStatus, Page } from '../runs/index.ts';
import {
  checkActive,
  checkLoggedModelName,
  checkModelEntry,
  deleteModelTag,
  drawRandomName,
  forgetDeleted,
  loggedModelVocabulary,
  noteDeleted,
  parseExperimentId,
  requireExperiment,
  upsertModelParams,
  upsertModelTags,
} from '../runs/index.ts';
import {
  buildDoesNotExist,
  buildInvalidFilter,
  buildInvalidParameter,
  type Comparison,
  type Condition,
  checkMaxResults,
  decodePageToken,
  encodePageToken,
  parseFilter,
  parseOrderings,
} from '../wire/index.ts';
import {
  countModelPositionValues,
  type DatasetScope,
  type LoggedModelOrdering,
  searchLoggedModels,
} from './logged-model-search-store.ts';
import { findLoggedModel, insertLoggedModel, updateLoggedModel } from './logged-model-store.ts';

export interface LoggedModelsDeps {
  readonly store: Store;
  readonly clock: Clock;
}

export interface NewLoggedModel {
  readonly experimentId: string;
  /** '' for a random one. */
  readonly name: string;
  readonly modelType: string | null;
  readonly sourceRunId: string | null;
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
}

export interface ModelOrder {
  readonly fieldName: string;
  readonly ascending: boolean;
  readonly dataset: DatasetScope | null;
}

export interface LoggedModelSearch {
  readonly experimentIds: readonly string[];
  readonly filter: string;
  readonly datasets: readonly DatasetScope[];
  readonly maxResults: number;
  readonly orderBy: readonly ModelOrder[];
  readonly pageToken: string | undefined;
  /** Only models of these owners; null: of all. */
  readonly owners: OwnerLimit | null;
}

const MAX_MODELS_A_PAGE = 50_000;

export type LoggedModels = ReturnType<typeof createLoggedModels>;

export function createLoggedModels(deps: LoggedModelsDeps) {
  const { store, clock } = deps;
  const change = (modelId: string, work: (sql: Sql, model: LoggedModel) => Promise<void>) =>
    store.transaction(async (sql) => {
      const model = await requireLoggedModel(sql, modelId);
      await work(sql, model);
      return (await findLoggedModel(sql, modelId, true)) ?? model;
    });
  return {
    create: (input: NewLoggedModel) => createLoggedModel(deps, input),
    get: (modelId: string, withDeleted = false) => requireLoggedModel(store, modelId, withDeleted),
    finalize: (modelId: string, status: LoggedModelStatus) =>
      change(modelId, (sql) => updateLoggedModel(sql, modelId, { status, last_updated_timestamp: clock.now() })),
    delete: (modelId: string) =>
      change(modelId, async (sql) => {
        const now = clock.now();
        await updateLoggedModel(sql, modelId, { lifecycle_stage: 'deleted', last_updated_timestamp: now });
        await noteDeleted(sql, 'logged-model', [modelId], now);
      }),
    /** Undoes the deletion; a model that is not deleted stays as it is. */
    restore: (modelId: string) =>
      store.transaction(async (sql) => {
        await requireLoggedModel(sql, modelId, true);
        await updateLoggedModel(sql, modelId, { lifecycle_stage: 'active', last_updated_timestamp: clock.now() });
        await forgetDeleted(sql, 'logged-model', [modelId]);
      }),
    setTags: (modelId: string, tags: readonly KeyValue[]) => {
      tags.forEach(checkModelEntry);
      return change(modelId, (sql) => upsertModelTags(sql, modelId, tags));
    },
    deleteTag: (modelId: string, key: string) =>
      change(modelId, async (sql) => {
        if (await deleteModelTag(sql, modelId, key)) return;
        throw buildDoesNotExist(`No tag with key '${key}' found for model with ID '${modelId}'.`);
      }),
    addParams: (modelId: string, params: readonly KeyValue[]) => {
      params.forEach(checkModelEntry);
      return change(modelId, async (sql, model) => {
        checkUnchanged(model, params);
        await upsertModelParams(sql, modelId, params);
      });
    },
    search: (input: LoggedModelSearch) => search(store, input),
  };
}

export async function requireLoggedModel(sql: Sql, modelId: string, withDeleted = false): Promise<LoggedModel> {
  const model = await findLoggedModel(sql, modelId, withDeleted);
  if (model !== null) return model;
  throw buildDoesNotExist(`Logged model with ID '${modelId}' not found.`);
}

/** Params of a model never change, as those of a run: the same value again is no change. */
function checkUnchanged(model: LoggedModel, params: readonly KeyValue[]): void {
  for (const { key, value } of params) {
    const old = model.params.find((param) => param.key === key);
    if (old === undefined || old.value === value) continue;
    throw buildInvalidParameter(
      `Changing param values is not allowed. Param with key='${key}' was already logged with value='${old.value}' for ` +
        `model ID='${model.modelId}'. Attempted logging new value '${value}'.`,
    );
  }
}

async function createLoggedModel({ store, clock }: LoggedModelsDeps, input: NewLoggedModel): Promise<LoggedModel> {
  if (input.name !== '') checkLoggedModelName(input.name);
  [...input.params, ...input.tags].forEach(checkModelEntry);
  return store.transaction(async (sql) => {
    const experiment = await requireExperiment(sql, parseExperimentId(input.experimentId));
    checkActive(experiment);
    const modelId = `m-${randomUUID().replaceAll('-', '')}`;
    const now = clock.now();
    await insertLoggedModel(sql, {
      model_id: modelId,
      experiment_id: experiment.experimentId,
      name: input.name || drawRandomName(),
      model_type: input.modelType,
      source_run_id: input.sourceRunId,
      artifact_uri: appendToUri(experiment.artifactLocation, 'models', modelId, 'artifacts'),
      status: 'PENDING',
      lifecycle_stage: 'active',
      creation_timestamp: now,
      last_updated_timestamp: now,
    });
    await upsertModelParams(sql, modelId, input.params);
    await upsertModelTags(sql, modelId, input.tags);
    return requireLoggedModel(sql, modelId);
  });
}

async function search(sql: Sql, input: LoggedModelSearch): Promise<Page<LoggedModel>> {
  const limit = checkMaxResults(Math.min(input.maxResults, MAX_MODELS_A_PAGE), MAX_MODELS_A_PAGE);
  const comparisons = parseFilter(input.filter, loggedModelVocabulary).map(toStoredStatusComparison);
  const orderings = parseModelOrderings(input.orderBy);
  const query = ['logged models', input.experimentIds, input.filter, input.datasets, input.orderBy];
  const position = decodePageToken(input.pageToken, query, countModelPositionValues(orderings));
  if (input.experimentIds.length === 0) return { items: [], nextPageToken: null };
  const found = await searchLoggedModels(sql, {
    experimentIds: input.experimentIds.map(parseExperimentId),
    owners: input.owners,
    comparisons,
    datasets: input.datasets,
    orderings,
    position,
    limit: limit + 1,
  });
  const last = found.models.length > limit ? found.positions[limit - 1] : undefined;
  return {
    items: found.models.slice(0, limit),
    nextPageToken: last === undefined ? null : encodePageToken(query, last),
  };
}

/** Clients write the wire's name of a status (`LOGGED_MODEL_READY`) or its own (`READY`). */
function toStoredStatusComparison(comparison: Comparison): Comparison {
  const { entity, key } = comparison;
  return entity === 'attribute' && key === 'status' ? { entity, key, ...toStoredStatus(comparison) } : comparison;
}

function toStoredStatus(condition: Condition): Condition {
  const stored = (status: string | number) => String(status).replace(/^LOGGED_MODEL_/, '');
  switch (condition.operator) {
    case 'IN':
    case 'NOT IN':
      return { operator: condition.operator, value: condition.value.map(stored) };
    case 'IS NULL':
    case 'IS NOT NULL':
      return condition;
    default:
      return { operator: condition.operator, value: stored(condition.value) };
  }
}

function parseModelOrderings(orderBy: readonly ModelOrder[]): LoggedModelOrdering[] {
  const clauses = orderBy.map(({ fieldName }) => quoteKey(fieldName));
  return parseOrderings(clauses, loggedModelVocabulary).map((ordering, index) => {
    const { dataset = null, ascending = true, fieldName = '' } = orderBy[index] ?? {};
    if (ordering.entity !== 'attribute' && ordering.entity !== 'metric') {
      throw buildInvalidFilter(`Invalid order by field name: ${fieldName}. Only metrics are supported.`);
    }
    if (dataset !== null && ordering.entity !== 'metric') {
      throw buildInvalidParameter(`A dataset can only be given where the order is by a metric, not by ${fieldName}.`);
    }
    return { ...ordering, ascending, dataset };
  });
}

/** Here a field name is the whole text, so that a metric's key needs no quotes: `metrics.val loss`. */
function quoteKey(fieldName: string): string {
  const [, entity, key] = /^([a-z]+)\.([^`]+)$/s.exec(fieldName) ?? [];
  return key === undefined ? fieldName : `${entity}.\`${key}\``;
}
