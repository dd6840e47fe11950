import { AppError } from '../../platform/errors/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { formatInstant, type MeasuredValue, type Tracking } from '../tracking/index.ts';
import { findModel, hasModel } from './model-store.ts';
import type { Model, ModelVersion as VersionContract } from './schema.ts';
import type { KeyValue, ModelVersion, RegisteredModel } from './types.ts';
import { countVersions, findVersion } from './version-store.ts';

/** Models and versions in the shape of the API contract, with tracking's facts of a version's run. */

export type Measurements = Pick<Tracking, 'latestMetrics' | 'loggedModel' | 'run'>;

export async function addVersionCounts(sql: Sql, models: readonly RegisteredModel[]): Promise<Model[]> {
  const counts = await countVersions(
    sql,
    models.map((model) => model.name),
  );
  return models.map((model) => toModel(model, counts.get(model.name) ?? 0));
}

function toModel(model: RegisteredModel, versions: number): Model {
  const latest = Math.max(0, ...model.latestVersions.map(({ version }) => version));
  return {
    name: model.name,
    description: model.description || null,
    latestVersion: latest === 0 ? null : String(latest),
    aliases: model.aliases.map(({ alias, version }) => ({ alias, version: String(version) })),
    versions,
    tags: indexByKey(model.tags),
    lastUpdatedAt: formatInstant(model.lastUpdatedTimestamp),
  };
}

export async function findModelContract(sql: Sql, name: string): Promise<Model | null> {
  const model = await findModel(sql, name);
  if (model === null) return null;
  const [found] = await addVersionCounts(sql, [model]);
  return found ?? null;
}

/** Error: `model_not_found`. */
export async function readModel(sql: Sql, name: string): Promise<Model> {
  const model = await findModelContract(sql, name);
  if (model === null) throw buildModelNotFound(name);
  return model;
}

export function buildModelNotFound(model: string): AppError {
  return new AppError('model_not_found', `There is no registered model "${model}".`, { model });
}

/** Errors: `model_not_found`, `model_version_not_found`. */
export async function readVersion(
  measurements: Measurements,
  sql: Sql,
  model: string,
  version: string,
): Promise<VersionContract> {
  const found = await findVersionByText(sql, model, version);
  if (found !== null) return readVersionContract(measurements, sql, found);
  if (!(await hasModel(sql, model))) throw buildModelNotFound(model);
  const detail = `Model "${model}" has no version "${version}".`;
  throw new AppError('model_version_not_found', detail, { model, version });
}

/** null for text that is no number, as for a number that no version has. */
export async function findVersionByText(sql: Sql, model: string, version: string): Promise<ModelVersion | null> {
  return /^[1-9]\d{0,8}$/.test(version) ? findVersion(sql, model, Number(version)) : null;
}

export async function readVersionContract(
  measurements: Measurements,
  sql: Sql,
  version: ModelVersion,
): Promise<VersionContract> {
  const run = version.runId === null ? null : await measurements.run(sql, version.runId);
  const logged = version.modelId === null ? null : await measurements.loggedModel(sql, version.modelId);
  const ofModel = [...(logged?.metrics ?? [])].map(([key, { value }]) => [key, Number.isNaN(value) ? null : value]);
  return {
    model: version.model,
    version: String(version.version),
    stage: version.stage,
    aliases: [...version.aliases],
    runId: version.runId,
    modelId: version.modelId,
    source: version.source,
    createdAt: formatInstant(version.creationTimestamp),
    updatedAt: formatInstant(version.lastUpdatedTimestamp),
    description: version.description || null,
    tags: indexByKey(version.tags),
    metrics: { ...run?.metrics, ...Object.fromEntries(ofModel) },
    params: { ...run?.params, ...logged?.params },
    cost: run?.cost ?? null,
    files: version.files,
    status: 'READY',
  };
}

/** A metric of a version, with the time of its measurement and its source. */
export interface VersionMetric {
  readonly name: string;
  /** Value in the metric's unit; can be NaN. */
  readonly value: number;
  /** UTC instant, by the client's clock. */
  readonly measuredAt: string;
  readonly source: string;
}

/** A metric of the logged model itself takes precedence over the same metric of its run. */
export async function selectVersionMetrics(
  measurements: Measurements,
  sql: Sql,
  of: { readonly runId: string | null; readonly modelId: string | null },
): Promise<VersionMetric[]> {
  const ofRun = of.runId === null ? new Map() : await measurements.latestMetrics(sql, of.runId);
  const logged = of.modelId === null ? null : await measurements.loggedModel(sql, of.modelId);
  const metrics = new Map<string, VersionMetric>();
  const add = (source: string, values: ReadonlyMap<string, MeasuredValue>) => {
    for (const [name, { value, timestamp }] of values) {
      metrics.set(name, { name, value, measuredAt: formatInstant(timestamp), source });
    }
  };
  add(`run ${of.runId}`, ofRun);
  if (logged !== null) add(`logged model ${of.modelId}`, logged.metrics);
  return [...metrics.values()];
}

function indexByKey(pairs: readonly KeyValue[]): Record<string, string> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
}
