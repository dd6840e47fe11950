import type { Sql } from '../../platform/store/index.ts';
import { buildDoesNotExist, buildInvalidParameter, type MlflowError } from '../wire/index.ts';
import { appendAliasDeleted } from './aliases.ts';
import { appendChange, appendVersionCreated, isPromptTag } from './change-events.ts';
import { MEASURE_VERSION, toFrozenPath } from './frozen.ts';
import { refuseGovernedVersion } from './governance.ts';
import { checkTag, parseStage, parseVersion } from './limits.ts';
import { takeVersionNumber, updateModel } from './model-store.ts';
import { type RegistryDeps, requireModelName } from './models.ts';
import { checkOwner, checkSource, type ModelUri, parseModelUri } from './source-rule.ts';
import type { Stage } from './tables.ts';
import type { KeyValue, ModelVersion } from './types.ts';
import {
  archiveOthers,
  deleteVersion,
  deleteVersionTag,
  findAlias,
  findNewestOfEachStage,
  findVersion,
  insertVersion,
  listVersions,
  updateVersion,
  upsertVersionTag,
} from './version-store.ts';

export interface NewVersion {
  readonly model: string;
  readonly source: string;
  /** null: not given. */
  readonly runId: string | null;
  readonly modelId: string | null;
  readonly runLink: string | null;
  readonly description: string | null;
  readonly tags: readonly KeyValue[];
}

const PROMPT_SOURCES: ReadonlySet<string> = new Set(['dummy-source', 'prompt-template']);

/** Stages that a version is in on purpose. */
const ACTIVE_STAGES: readonly Stage[] = ['Staging', 'Production'];

export type Versions = ReturnType<typeof createVersions>;

export function createVersions(deps: RegistryDeps) {
  const { store, clock, events, governance } = deps;
  const change = <T>(model: string, version: string, work: (sql: Sql, found: ModelVersion) => Promise<T>) =>
    store.transaction(async (sql) => work(sql, await requireVersion(sql, model, version)));
  return {
    create: (input: NewVersion) => createVersion(deps, input),
    get: (model: string, version: string) => requireVersion(store, model, version),
    async newest(model: string, wanted: readonly string[]): Promise<ModelVersion[]> {
      await requireModelName(store, model);
      const accepted = wanted.map(parseStage);
      const versions = await findNewestOfEachStage(store, [model]);
      return versions.filter(({ stage }) => accepted.length === 0 || accepted.includes(stage));
    },
    update: (model: string, version: string, description: string | null) =>
      change(model, version, async (sql, found) => {
        await updateVersion(sql, model, found.version, { description, last_updated_timestamp: clock.now() });
        return requireVersion(sql, model, version);
      }),
    transition: (model: string, version: string, stage: string, archiveExisting: boolean) =>
      change(model, version, (sql, found) => changeStage(deps, sql, found, { stage, archiveExisting })),
    delete: (model: string, version: string) =>
      change(model, version, async (sql, found) => {
        await refuseGovernedVersion(governance, sql, found);
        await updateModel(sql, model, { last_updated_timestamp: clock.now() });
        for (const alias of await deleteVersion(sql, model, found.version)) {
          await appendAliasDeleted(events, sql, model, alias, found.version);
        }
      }),
    setTag: (model: string, version: string, tag: KeyValue) => {
      checkTag(tag);
      return change(model, version, async (sql, found) => {
        await upsertVersionTag(sql, model, found.version, tag);
        const data = { version: String(found.version), key: tag.key, value: tag.value };
        await appendChange(events, sql, { of: 'versionTag', action: 'set', model, data });
      });
    },
    deleteTag: (model: string, version: string, key: string) =>
      change(model, version, async (sql, found) => {
        if (!(await deleteVersionTag(sql, model, found.version, key))) return;
        const data = { version: String(found.version), key };
        await appendChange(events, sql, { of: 'versionTag', action: 'deleted', model, data });
      }),
  };
}

export async function requireVersion(sql: Sql, model: string, version: string): Promise<ModelVersion> {
  const found = await findVersion(sql, model, parseVersion(version));
  if (found !== null) return found;
  throw buildVersionNotFound(model, version);
}

function buildVersionNotFound(model: string, version: string): MlflowError {
  return buildDoesNotExist(`Model Version (name=${model}, version=${version}) not found`, 'model_version_not_found');
}

/** Source of a new version, after names of other models are resolved. */
interface Origin {
  readonly source: string;
  readonly storageLocation: string;
  readonly runId: string | null;
  readonly modelId: string | null;
}

async function createVersion(deps: RegistryDeps, input: NewVersion): Promise<ModelVersion> {
  const { store, clock, events, tracking, jobs } = deps;
  input.tags.forEach(checkTag);
  return store.transaction(async (sql) => {
    await requireModelName(sql, input.model);
    const origin = await resolveOrigin(deps, sql, input);
    const now = clock.now();
    const version = await takeVersionNumber(sql, input.model, now);
    const row = {
      model: input.model,
      version,
      creation_timestamp: now,
      last_updated_timestamp: now,
      description: input.description,
      current_stage: 'None' as const,
      source: origin.source,
      storage_location: origin.storageLocation,
      run_id: origin.runId,
      run_link: input.runLink,
      model_id: origin.modelId,
      artifact_path: await toFrozenPath(tracking, sql, origin.storageLocation),
    };
    await insertVersion(sql, row, input.tags);
    const payload = { model: input.model, version };
    if (row.artifact_path !== null) await jobs.enqueue(sql, { kind: MEASURE_VERSION, payload });
    const { source, runId, modelId } = origin;
    if (modelId !== null) await tracking.noteRegistration(sql, modelId, { model: input.model, version });
    await events.append(sql, {
      type: 'model_version.created',
      subject: `model:${input.model}`,
      payload: { model: input.model, version: String(version), runId, modelId, source },
    });
    await appendVersionCreated(events, sql, { ...input, version, source, runId });
    return requireVersion(sql, input.model, String(version));
  });
}

async function resolveOrigin(deps: RegistryDeps, sql: Sql, input: NewVersion): Promise<Origin> {
  const uri = parseModelUri(input.source);
  if (uri === null) return resolveDirectOrigin(deps, sql, input);
  if (uri.kind === 'logged-model') return resolveLoggedModelOrigin(deps, sql, input, uri.modelId);
  const copied = await resolveSourceVersion(sql, uri);
  return {
    source: `models:/${copied.model}/${copied.version}`,
    storageLocation: copied.storageLocation,
    runId: input.runId ?? copied.runId,
    modelId: input.modelId ?? copied.modelId,
  };
}

async function resolveDirectOrigin({ tracking }: RegistryDeps, sql: Sql, input: NewVersion): Promise<Origin> {
  const { source, runId, modelId } = input;
  const logged = modelId === null ? null : await tracking.loggedModel(sql, modelId);
  const runRoot = runId === null ? null : await tracking.runArtifactUri(sql, runId);
  if (isPromptText(input)) return { source, storageLocation: source, runId, modelId: null };
  const [idField, root] =
    modelId === null ? (['run_id', runRoot] as const) : (['model_id', logged?.artifactUri ?? null] as const);
  checkSource(source, root, idField);
  checkOwner(source, { idField, root, runId: modelId === null ? runId : null });
  if (modelId !== null && logged === null) throw buildDoesNotExist(`Logged model with ID '${modelId}' not found.`);
  return { source, storageLocation: source, runId: runId ?? logged?.sourceRunId ?? null, modelId };
}

/**
 * A prompt's text is in a tag; its source is one of the two words that MLflow's clients write there, and has no target.
 * Any other source is checked, for any tags (CVE-2026-2614).
 */
function isPromptText({ source, modelId, tags }: NewVersion): boolean {
  return modelId === null && PROMPT_SOURCES.has(source) && isPromptTag(tags);
}

async function resolveLoggedModelOrigin(
  { tracking }: RegistryDeps,
  sql: Sql,
  { source, runId, modelId }: NewVersion,
  sourceModelId: string,
): Promise<Origin> {
  const logged = await tracking.loggedModel(sql, sourceModelId);
  if (logged === null || (modelId !== null && modelId !== sourceModelId)) {
    throw buildInvalidParameter(
      `Invalid model version source: '${source}'. The model_id request parameter must identify the resource that ` +
        'contains the source.',
    );
  }
  const storageLocation = logged.artifactUri;
  return { source, storageLocation, runId: runId ?? logged.sourceRunId, modelId: modelId ?? sourceModelId };
}

async function resolveSourceVersion(sql: Sql, uri: Exclude<ModelUri, { kind: 'logged-model' }>): Promise<ModelVersion> {
  if (uri.kind === 'version') return requireVersion(sql, uri.model, uri.version);
  await requireModelName(sql, uri.model);
  if (uri.kind === 'alias') {
    const version = await findAlias(sql, uri.model, uri.alias);
    if (version === null) throw buildInvalidParameter(`Registered model alias ${uri.alias} not found.`);
    return requireVersion(sql, uri.model, String(version));
  }
  const versions = await listVersions(sql, uri.model);
  const stage = uri.stage.toLowerCase() === 'latest' ? null : parseStage(uri.stage);
  const found = versions.find((version) => stage === null || version.stage === stage);
  if (found === undefined) throw buildVersionNotFound(uri.model, uri.stage);
  return found;
}

async function changeStage(
  { clock }: RegistryDeps,
  sql: Sql,
  { model, version }: ModelVersion,
  to: { readonly stage: string; readonly archiveExisting: boolean },
): Promise<ModelVersion> {
  const stage = parseStage(to.stage);
  if (to.archiveExisting && !ACTIVE_STAGES.includes(stage)) {
    throw buildInvalidParameter(
      `Model version transition cannot archive existing model versions because '${to.stage}' is not an Active stage. ` +
        `Valid stages are ${ACTIVE_STAGES.join(', ')}`,
    );
  }
  const now = clock.now();
  if (to.archiveExisting) await archiveOthers(sql, model, version, stage, now);
  await updateVersion(sql, model, version, { current_stage: stage, last_updated_timestamp: now });
  await updateModel(sql, model, { last_updated_timestamp: now });
  return requireVersion(sql, model, String(version));
}
