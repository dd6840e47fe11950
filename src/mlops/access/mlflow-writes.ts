import { isAllowed } from '../../platform/http/index.ts';
import { listNamedTraces } from '../tracing/index.ts';
import { ownerTags, readOwner } from '../tracking/index.ts';
import type { Fields, MlflowCall, MlflowRoute } from '../wire/index.ts';
import type { Checks } from './checks.ts';
import type { ReadAccess } from './reads.ts';
import { refuseStep } from './refusals.ts';

const PARENT_TAG = 'mlflow.parentRunId';
/** Default experiment of runs without one. */
const DEFAULT_EXPERIMENT = '0';

/** Checks what a message of MLflow's protocol is about to change. Error: `not_permitted`. */
export async function checkMessage(
  checks: Checks,
  reads: ReadAccess,
  path: MlflowRoute['path'],
  call: MlflowCall,
): Promise<void> {
  if (call.identity.scopes === null) return;
  const [, , noun = ''] = path.split('/');
  if (noun === 'runs') return checkRuns(checks, path, call);
  if (noun === 'experiments') return checkExperiments(checks, path, call);
  if (noun === 'logged-models') return checkLoggedModels(checks, call);
  if (noun === 'traces') return checkTraces(checks, call);
  if (noun === 'registered-models' || noun === 'model-versions') {
    return checkModels(checks, reads, path, call);
  }
}

async function checkRuns(checks: Checks, path: string, { fields, identity }: MlflowCall): Promise<void> {
  const tags = readTags(fields);
  await checks.belonging(identity, readOwner(tags));
  if (path !== '/mlflow/runs/create') {
    if (path === '/mlflow/runs/delete-tag') refuseUntagging(fields, { identity });
    return checks.run(identity, fields.requiredText('run_id', 'run_uuid'));
  }
  await checks.place(identity, fields.text('experiment_id') ?? DEFAULT_EXPERIMENT);
  if (identity.work === null) return;
  const parent = tags.find(({ key }) => key === PARENT_TAG)?.value;
  if (parent === undefined) throw refuseStep("a new run that is not nested in the step's run");
  await checks.run(identity, parent);
}

/** A step must not remove its run from the team that pays for it. */
function refuseUntagging(fields: Fields, { identity }: Pick<MlflowCall, 'identity'>): void {
  if (identity.work !== null && ownerTags.has(fields.requiredText('key'))) throw refuseStep('another team');
}

async function checkExperiments(checks: Checks, path: string, { fields, identity }: MlflowCall): Promise<void> {
  await checks.belonging(identity, readOwner(readTags(fields)));
  if (path !== '/mlflow/experiments/create') await checks.experiment(identity, fields.requiredText('experiment_id'));
}

async function checkLoggedModels(checks: Checks, { fields, params, identity }: MlflowCall): Promise<void> {
  await checks.belonging(identity, readOwner(readTags(fields)));
  if (params.modelId !== undefined) return checks.loggedModel(identity, params.modelId);
  await checks.place(identity, fields.text('experiment_id') ?? DEFAULT_EXPERIMENT);
  const runId = fields.text('source_run_id') || null;
  if (runId !== null) return checks.run(identity, runId);
  if (identity.work !== null) throw refuseStep('a logged model without a run');
}

/** The traces that a message names, and where it puts them. */
async function checkTraces(checks: Checks, call: MlflowCall): Promise<void> {
  const { identity } = call;
  const { traceIds, experimentIds, runIds, tags } = listNamedTraces(call);
  await checks.belonging(identity, readOwner(tags));
  for (const runId of runIds) await checks.run(identity, runId);
  for (const experimentId of experimentIds) await checks.place(identity, experimentId);
  await checks.traces(identity, traceIds);
}

async function checkModels(
  checks: Checks,
  reads: ReadAccess,
  path: string,
  { fields, identity }: MlflowCall,
): Promise<void> {
  await checks.belonging(identity, readOwner(readTags(fields)));
  await checks.model(identity, fields.requiredText('name'));
  if (path !== '/mlflow/model-versions/create') return;
  const [modelId, runId] = [fields.text('model_id') || readLoggedModelId(fields), fields.text('run_id') || null];
  // The files of its source become readable with the model.
  await reads.source(identity, fields.requiredText('source'));
  if (modelId !== null) await reads.loggedModel(identity, modelId);
  if (runId !== null) await reads.run(identity, runId);
  if (isAllowed(identity, 'mlops.write')) return;
  if (modelId !== null) await checks.loggedModel(identity, modelId);
  if (runId !== null) await checks.run(identity, runId);
  if (modelId === null && runId === null) throw refuseStep('a version of another run');
}

/** `models:/m-…` names a logged model. */
function readLoggedModelId(fields: Fields): string | null {
  return /^models:\/+(m-[0-9a-f]{32})$/.exec(fields.requiredText('source'))?.[1] ?? null;
}

/** Tags that a message sets: a list of them, or one by its key and value. */
function readTags(fields: Fields): { key: string; value: string }[] {
  const listed = fields.has('tags') ? fields.messages('tags') : [];
  return [fields, ...listed].flatMap((tag) => {
    const key = tag.has('key') ? tag.text('key') : undefined;
    return key === undefined || !(ownerTags.has(key) || key === PARENT_TAG)
      ? []
      : [{ key, value: tag.text('value') ?? '' }];
  });
}
