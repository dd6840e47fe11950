import type { Sql } from '../../platform/store/index.ts';
import type { Tracking } from '../tracking/index.ts';
import { toFrozenPath } from './frozen.ts';
import type { AliasGovernance } from './governance.ts';
import { overwriteModel, overwriteVersion, replaceModelTags, replaceVersionTags } from './import-store.ts';
import { checkAlias, checkAliasFree } from './limits.ts';
import { hasModel, insertModel } from './model-store.ts';
import { checkSource } from './source-rule.ts';
import type { Stage } from './tables.ts';
import type { KeyValue } from './types.ts';
import { findAlias, findVersion, insertVersion, upsertAlias, type VersionRow } from './version-store.ts';

/** A registered model of another server, with the version numbers and times that it has there. */
export interface ModelToImport {
  readonly name: string;
  readonly description: string | null;
  readonly creationTimestamp: number;
  readonly lastUpdatedTimestamp: number;
  readonly tags: readonly KeyValue[];
  readonly aliases: readonly { readonly alias: string; readonly version: number }[];
  readonly versions: readonly VersionToImport[];
}

export interface VersionToImport {
  readonly version: number;
  readonly creationTimestamp: number;
  readonly lastUpdatedTimestamp: number;
  readonly description: string | null;
  readonly stage: Stage;
  /** URI as it is there. */
  readonly source: string;
  /** Root of its artifacts, if this server stores them. */
  readonly under: { readonly of: 'run'; readonly path: string } | { readonly of: 'logged-model' | 'elsewhere' };
  readonly runId: string | null;
  readonly modelId: string | null;
  readonly runLink: string | null;
  readonly tags: readonly KeyValue[];
}

export interface ImportedVersions {
  /** Versions that were not here. */
  readonly created: number;
  readonly left: { readonly version: number; readonly reason: string }[];
}

export interface RegistryImports {
  hasModel(sql: Sql, name: string): Promise<boolean>;
  /** Stores the model as it is there; versions that are only here stay. Aliases of versions left out are left out. */
  model(sql: Sql, model: ModelToImport): Promise<ImportedVersions>;
}

type Sources = Pick<Tracking, 'loggedModel' | 'runArtifactUri'>;

interface ImportDeps {
  readonly tracking: Sources;
  readonly governance: AliasGovernance;
}

export function createRegistryImports({ tracking, governance }: ImportDeps): RegistryImports {
  return { hasModel, model: (sql, model) => importModel({ tracking, governance }, sql, model) };
}

async function importModel(
  { tracking, governance }: ImportDeps,
  sql: Sql,
  model: ModelToImport,
): Promise<ImportedVersions> {
  const {
    name,
    description,
    creationTimestamp: creation_timestamp,
    lastUpdatedTimestamp: last_updated_timestamp,
  } = model;
  const last = Math.max(0, ...model.versions.map(({ version }) => version));
  const row = { name, description, creation_timestamp, last_updated_timestamp, last_version: last };
  if (await hasModel(sql, name)) await overwriteModel(sql, row);
  else await insertModel(sql, row);
  const before = await governance.governing(sql, name);
  await replaceModelTags(sql, name, model.tags);
  const left: ImportedVersions['left'] = [];
  let created = 0;
  for (const version of model.versions) {
    const outcome = await importVersion(tracking, sql, name, version);
    if (outcome === 'created') created += 1;
    else if (outcome !== 'known') left.push({ version: version.version, reason: outcome.reason });
  }
  // The imported tags may name another team, or none.
  const governing = [...before, ...(await governance.governing(sql, name))];
  for (const { alias, version } of model.aliases) {
    checkAlias(alias);
    checkAliasFree(alias);
    if ((await findVersion(sql, name, version)) === null) continue;
    const policy = governing.find((one) => one.alias === alias)?.policy;
    if (policy === undefined) await upsertAlias(sql, name, alias, version);
    else if ((await findAlias(sql, name, alias)) !== version)
      left.push({ version, reason: `policy "${policy}" governs the alias "${alias}", which was not moved to it` });
  }
  return { created, left };
}

async function importVersion(
  tracking: Sources,
  sql: Sql,
  model: string,
  input: VersionToImport,
): Promise<'created' | 'known' | { readonly reason: string }> {
  const place = await resolveArtifactRoot(tracking, sql, input);
  if (typeof place !== 'string') return place;
  const row: VersionRow = {
    model,
    version: input.version,
    creation_timestamp: input.creationTimestamp,
    last_updated_timestamp: input.lastUpdatedTimestamp,
    description: input.description,
    current_stage: input.stage,
    source: input.under.of === 'run' ? place : input.source,
    storage_location: place,
    run_id: input.runId,
    run_link: input.runLink,
    model_id: input.modelId,
    artifact_path: await toFrozenPath(tracking, sql, place),
  };
  const known = await findVersion(sql, model, input.version);
  if (known === null) {
    await insertVersion(sql, row, input.tags);
    return 'created';
  }
  if (known.storageLocation !== row.storage_location)
    return { reason: 'the version exists with other artifacts, and a registered version is immutable' };
  await overwriteVersion(sql, row);
  await replaceVersionTags(sql, model, input.version, input.tags);
  return 'known';
}

/** Root URI here of the version's artifacts, or why there is none. */
async function resolveArtifactRoot(
  tracking: Sources,
  sql: Sql,
  input: VersionToImport,
): Promise<string | { readonly reason: string }> {
  const { under, runId, modelId, source } = input;
  if (under.of === 'run') {
    const root = runId === null ? null : await tracking.runArtifactUri(sql, runId);
    if (root === null) return { reason: `its run ${runId ?? ''} was not imported` };
    return checkExternalSource(under.path === '' ? root : `${root}/${under.path}`);
  }
  if (under.of === 'logged-model') {
    const logged = modelId === null ? null : await tracking.loggedModel(sql, modelId);
    return logged?.artifactUri ?? { reason: `its logged model ${modelId ?? ''} was not imported` };
  }
  // A client would read a local path on its own disk, so a path outside all known artifacts is not passed on.
  return checkExternalSource(source);
}

function checkExternalSource(source: string): string | { readonly reason: string } {
  try {
    checkSource(source, null, 'run_id');
    return source;
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}
