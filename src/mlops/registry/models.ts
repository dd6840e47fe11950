import type { Events } from '../../platform/events/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import { isConflict, type Sql, type Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Tracking } from '../tracking/index.ts';
import { buildAlreadyExists, buildDoesNotExist, type MlflowError } from '../wire/index.ts';
import { appendChange, appendModelCreated, isPrompt, isPromptTag } from './change-events.ts';
import { type AliasGovernance, refuseGovernedModel, refuseTeamChange } from './governance.ts';
import { checkModelName, checkTag } from './limits.ts';
import {
  deleteModel,
  deleteModelTag,
  findModel,
  hasModel,
  insertModel,
  renameModel,
  updateModel,
  upsertModelTag,
} from './model-store.ts';
import type { KeyValue, RegisteredModel } from './types.ts';

export interface RegistryDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Pick<Events, 'append'>;
  readonly jobs: Pick<Jobs, 'enqueue' | 'register'>;
  readonly governance: AliasGovernance;
  readonly tracking: Pick<
    Tracking,
    'loggedModel' | 'runArtifactUri' | 'latestMetrics' | 'run' | 'noteRegistration' | 'artifactFiles'
  >;
}

export interface NewModel {
  readonly name: string;
  readonly description: string | null;
  readonly tags: readonly KeyValue[];
}

/** Whether an administrator changes a tag. */
export interface TagChange {
  readonly isAdmin: boolean;
}

export type Models = ReturnType<typeof createModels>;

export function createModels({ store, clock, events, governance }: RegistryDeps) {
  const change = (name: string, work: (sql: Sql) => Promise<void>) =>
    store.transaction(async (sql) => {
      await requireModelName(sql, name);
      await work(sql);
    });
  return {
    create: (input: NewModel) => createModel({ store, clock, events }, input),
    get: (name: string) => requireModel(store, name),
    rename: (name: string, newName: string) => rename({ store, clock, governance }, name, newName),
    update: (name: string, description: string) =>
      store.transaction(async (sql) => {
        await requireModelName(sql, name);
        await updateModel(sql, name, { description, last_updated_timestamp: clock.now() });
        return requireModel(sql, name);
      }),
    delete: (name: string) =>
      change(name, async (sql) => {
        await refuseGovernedModel(governance, sql, name);
        await deleteModel(sql, name);
      }),
    setTag: (name: string, tag: KeyValue, { isAdmin }: TagChange) => {
      checkTag(tag);
      return change(name, async (sql) => {
        await refuseTeamChange(governance, sql, name, { ...tag, isAdmin });
        await upsertModelTag(sql, name, tag);
        const { key, value } = tag;
        await appendChange(events, sql, { of: 'modelTag', action: 'set', model: name, data: { key, value } });
      });
    },
    deleteTag: (name: string, key: string, { isAdmin }: TagChange) =>
      change(name, async (sql) => {
        await refuseTeamChange(governance, sql, name, { key, value: null, isAdmin });
        if (!(await deleteModelTag(sql, name, key))) return;
        await appendChange(events, sql, { of: 'modelTag', action: 'deleted', model: name, data: { key } });
      }),
  };
}

export async function requireModelName(sql: Sql, name: string): Promise<void> {
  checkModelName(name);
  if (await hasModel(sql, name)) return;
  throw buildModelNotFound(name);
}

export async function requireModel(sql: Sql, name: string): Promise<RegisteredModel> {
  checkModelName(name);
  const model = await findModel(sql, name);
  if (model !== null) return model;
  throw buildModelNotFound(name);
}

function buildModelNotFound(name: string): MlflowError {
  return buildDoesNotExist(`Registered Model with name=${name} not found`, 'model_not_found');
}

function nameTaken(name: string): MlflowError {
  return buildAlreadyExists(`Registered Model (name=${name}) already exists.`);
}

/** Prompts are registered models with a tag: the error states the kind that already has the name. */
async function nameTakenFor(sql: Sql, name: string, isPromptNew: boolean): Promise<MlflowError> {
  const kind = (itIsPrompt: boolean) => (itIsPrompt ? 'Prompt' : 'Registered Model');
  const [old, wanted] = [kind(await isPrompt(sql, name)), kind(isPromptNew)];
  if (old === wanted) return buildAlreadyExists(`${wanted} (name=${name}) already exists.`);
  return buildAlreadyExists(
    `Tried to create a ${wanted.toLowerCase()} with name '${name}', but the name is already taken by a ` +
      `${old.toLowerCase()}. A model and a prompt cannot have the same name.`,
  );
}

async function createModel(
  deps: Pick<RegistryDeps, 'store' | 'clock' | 'events'>,
  input: NewModel,
): Promise<RegisteredModel> {
  const { name, description, tags } = input;
  checkModelName(name);
  tags.forEach(checkTag);
  return deps.store.transaction(async (sql) => {
    if (await hasModel(sql, name)) throw await nameTakenFor(sql, name, isPromptTag(tags));
    const now = deps.clock.now();
    await toNameTaken(name, () =>
      insertModel(sql, {
        name,
        description,
        creation_timestamp: now,
        last_updated_timestamp: now,
        last_version: 0,
      }),
    );
    for (const tag of tags) await upsertModelTag(sql, name, tag);
    await appendModelCreated(deps.events, sql, input);
    return requireModel(sql, name);
  });
}

async function rename(
  { store, clock, governance }: Pick<RegistryDeps, 'store' | 'clock' | 'governance'>,
  name: string,
  newName: string,
): Promise<RegisteredModel> {
  checkModelName(newName, 'new_name');
  return store.transaction(async (sql) => {
    await requireModelName(sql, name);
    if (name === newName) return requireModel(sql, name);
    if (await hasModel(sql, newName)) throw nameTaken(newName);
    // Its aliases go with it, to a name that may be governed as well.
    for (const one of [name, newName]) await refuseGovernedModel(governance, sql, one);
    await toNameTaken(newName, () => renameModel(sql, name, newName, clock.now()));
    return requireModel(sql, newName);
  });
}

/** Another server may take the name between the check and the write. */
async function toNameTaken(name: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw isConflict(error) ? nameTaken(name) : error;
  }
}
