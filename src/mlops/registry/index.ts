import { z } from 'zod';
import type { Route } from '../../platform/http/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { formatInstant, type Owner, readOwner } from '../tracking/index.ts';
import type { MlflowRoute } from '../wire/index.ts';
import { createAliases, findVersionOfAlias, setAlias } from './aliases.ts';
import { registryEditRoutes } from './edit-routes.ts';
import { MEASURE_VERSION, measureVersion, refuseFrozen } from './frozen.ts';
import { findDependents, type NamedItem } from './held.ts';
import { createRegistryImports, type RegistryImports } from './imports.ts';
import { modelVersionRoutes } from './mlflow-model-versions.ts';
import { registeredModelRoutes } from './mlflow-registered-models.ts';
import { findModel, hasModel, type ModelSelection, pageModels } from './model-store.ts';
import { createModels, type RegistryDeps } from './models.ts';
import {
  addVersionCounts,
  findModelContract,
  findVersionByText,
  selectVersionMetrics,
  type VersionMetric,
} from './read-models.ts';
import { type Registration, register } from './register.ts';
import { registryRoutes } from './routes.ts';
import type { Model } from './schema.ts';
import { searchModelVersions, searchRegisteredModels } from './searches.ts';
import type { ModelVersion } from './types.ts';
import { listVersionNamesOfRuns, listVersions, listVersionsOfLoggedModel, listVersionsOfRun } from './version-store.ts';
import { createVersions } from './versions.ts';

export { REGISTRY_CHANGED } from './change-events.ts';
export type { AliasGovernance } from './governance.ts';
export type { RegistryImports } from './imports.ts';
export { registryMigrations } from './migrations.ts';
export { listModelNames, selectTeamOfModel } from './model-store.ts';
export type { VersionMetric } from './read-models.ts';
export type { Registration } from './register.ts';
export type { Model } from './schema.ts';

/** Public facts of a version. */
export interface RegisteredVersion {
  readonly model: string;
  /** Number as text, "1" for the first. */
  readonly version: string;
  /** Names that point to it, sorted. */
  readonly aliases: readonly string[];
  /** null when it names no run. */
  readonly runId: string | null;
  /** null when it names no logged model. */
  readonly modelId: string | null;
  /** UTC instant. */
  readonly createdAt: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Registered models, their versions and aliases. Every method takes the store or one of its transactions. */
export interface Registry {
  /** Models by name, without prompts. */
  page(sql: Sql, selection: ModelSelection): Promise<Model[]>;
  /** null when there is no such model. */
  model(sql: Sql, name: string): Promise<Model | null>;
  /** null when there is no such version; text that is no number names none. */
  version(sql: Sql, name: string, version: string): Promise<RegisteredVersion | null>;
  /** The version behind an alias (`latest` is the newest), or null. */
  versionByAlias(sql: Sql, name: string, alias: string): Promise<RegisteredVersion | null>;
  /** All versions, newest first; null: the model does not exist. */
  versions(sql: Sql, name: string): Promise<RegisteredVersion[] | null>;
  /** Versions that name a run as their source, newest first; at most 100. */
  versionsOfRun(sql: Sql, runId: string): Promise<RegisteredVersion[]>;
  /** Names of all versions that name one of these runs as their source. */
  versionNamesOfRuns(
    sql: Sql,
    runIds: readonly string[],
  ): Promise<{ readonly runId: string; readonly model: string; readonly version: string }[]>;
  /** Versions of a logged model, newest first; at most 100. */
  versionsOfLoggedModel(sql: Sql, modelId: string): Promise<RegisteredVersion[]>;
  /** Latest value of each metric of a version: of its logged model, else of its run. */
  metrics(sql: Sql, version: Pick<RegisteredVersion, 'model' | 'version'>): Promise<VersionMetric[]>;
  /** Latest value of each metric of a run, or of the logged model of its version. */
  metricsOfRun(sql: Sql, run: { readonly runId: string; readonly modelId: string | null }): Promise<VersionMetric[]>;
  /**
   * Registers a version of a logged model, or of artifacts of a run; a missing registered model is created. Idempotent:
   * a version with the same `mark` (its tag `steelyard.mark`) is found, not created again.
   */
  register(request: Registration): Promise<RegisteredVersion>;
  /**
   * Points an alias to a version, in the caller's transaction, and emits `model_alias.set` when it moved.
   * Errors: `invalid_request` for an invalid name of an alias, `model_not_found`, `model_version_not_found`.
   */
  setAlias(sql: Sql, name: string, alias: string, version: string): Promise<void>;
  /** Root URI of a version's artifacts. Errors: `model_not_found`, `model_version_not_found`. */
  versionSource(name: string, version: string): Promise<string>;
  /** The runs and logged models, among these, that a version depends on, each with the version as text. */
  versionsOn(sql: Sql, items: readonly NamedItem[]): Promise<Map<string, string>>;
  /** Owner of a model by its tags; null when there is no such model. */
  ownerOf(sql: Sql, name: string): Promise<Pick<Owner, 'team' | 'project'> | null>;
  /**
   * Refuses a path among the artifacts of a registered version; `folder`: also a folder with such paths.
   * Error: `artifact_immutable`.
   */
  refuseFrozen(sql: Sql, path: string, what?: 'file' | 'folder'): Promise<void>;
  /** Models of another server, with their version numbers. */
  readonly imports: RegistryImports;
  readonly routes: readonly Route[];
  readonly mlflowRoutes: readonly MlflowRoute[];
}

const MeasurePayload = z.strictObject({ model: z.string(), version: z.number().int() });

/** Creates the registry; `main.ts` calls it once. */
export function createRegistry(deps: RegistryDeps): Registry {
  const { store, tracking, events } = deps;
  const models = createModels(deps);
  const versions = createVersions(deps);
  const aliases = createAliases(deps);
  deps.jobs.register(MEASURE_VERSION, {
    handler: (payload) => {
      const { model, version } = MeasurePayload.parse(payload);
      return measureVersion({ store, files: tracking.artifactFiles }, model, version);
    },
  });
  return {
    page: async (sql, selection) => addVersionCounts(sql, await pageModels(sql, selection)),
    model: findModelContract,
    version: async (sql, name, version) => nullIfMissing(await findVersionByText(sql, name, version)),
    versionByAlias: async (sql, name, alias) => nullIfMissing(await findVersionOfAlias(sql, name, alias)),
    versions: async (sql, name) =>
      (await hasModel(sql, name)) ? (await listVersions(sql, name)).map(findRegisteredVersion) : null,
    versionsOfRun: async (sql, runId) => (await listVersionsOfRun(sql, runId)).map(findRegisteredVersion),
    versionNamesOfRuns: listVersionNamesOfRuns,
    versionsOfLoggedModel: async (sql, modelId) =>
      (await listVersionsOfLoggedModel(sql, modelId)).map(findRegisteredVersion),
    async metrics(sql, { model, version }) {
      const found = await findVersionByText(sql, model, version);
      return found === null ? [] : selectVersionMetrics(tracking, sql, found);
    },
    metricsOfRun: (sql, run) => selectVersionMetrics(tracking, sql, run),
    register: (request) => register({ store, models, versions }, request).then(findRegisteredVersion),
    setAlias: async (sql, name, alias, version) => void (await setAlias(events, sql, name, alias, version)),
    versionsOn: findDependents,
    imports: createRegistryImports(deps),
    ownerOf: async (sql, name) => {
      const model = await findModel(sql, name);
      return model === null ? null : readOwner(model.tags);
    },
    refuseFrozen,
    versionSource: async (name, version) => (await versions.get(name, version)).storageLocation,
    routes: [
      ...registryRoutes({ store, tracking, search: (input) => searchRegisteredModels(store, input) }),
      ...registryEditRoutes({ store, tracking, models, versions, aliases }),
    ],
    mlflowRoutes: [
      ...registeredModelRoutes({ models, versions, aliases, search: (input) => searchRegisteredModels(store, input) }),
      ...modelVersionRoutes({ versions, search: (input) => searchModelVersions(store, input) }),
    ],
  };
}

function nullIfMissing(version: ModelVersion | null): RegisteredVersion | null {
  return version === null ? null : findRegisteredVersion(version);
}

function findRegisteredVersion(version: ModelVersion): RegisteredVersion {
  return {
    model: version.model,
    version: String(version.version),
    aliases: version.aliases,
    runId: version.runId,
    modelId: version.modelId,
    createdAt: formatInstant(version.creationTimestamp),
    tags: Object.fromEntries(version.tags.map(({ key, value }) => [key, value])),
  };
}
