import { AppError } from '../../platform/errors/index.ts';
import { parseCron } from '../../platform/jobs/cron.ts';
import type { ManifestOutcome } from '../../platform/manifests/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { formatInstant, type RetrainingDeps, scheduleCheck } from './context.ts';
import { nameTriggers, type RetrainingSpec } from './spec/schema.ts';
import { findRetrainings, putRetraining } from './store.ts';
import { applyTriggers } from './triggers.ts';
import { FILLED, findUnknownName } from './window.ts';

/** Updates the store to match the document. Errors: `manifest_invalid`, `pipeline_not_found`, `budget_not_found`. */
export async function applyRetraining(
  deps: RetrainingDeps,
  sql: Sql,
  name: string,
  spec: RetrainingSpec,
): Promise<ManifestOutcome> {
  await refuseImpossible(deps, sql, spec);
  const [before] = await findRetrainings(sql, name);
  if (before !== undefined && JSON.stringify(before.spec) === JSON.stringify(spec)) return 'unchanged';
  const now = formatInstant(deps.clock.now());
  const kept = before?.spec.model === spec.model ? before : undefined;
  const retraining = {
    name,
    spec,
    since: before?.since ?? now,
    appliedAt: now,
    trainedUntil: kept?.trainedUntil ?? (await findLastTraining(deps, sql, spec)) ?? now,
    coolsUntil: kept?.coolsUntil ?? null,
  };
  await putRetraining(sql, retraining);
  await applyTriggers(deps, sql, retraining);
  await scheduleCheck(deps, sql, name, `applied ${now}`);
  return before === undefined ? 'created' : 'changed';
}

/** When the version to beat was made; null where there is none. */
async function findLastTraining({ registry }: RetrainingDeps, sql: Sql, spec: RetrainingSpec): Promise<string | null> {
  const champion = await registry.versionByAlias(sql, spec.model, spec.alias);
  return champion === null ? null : formatInstant(Date.parse(champion.createdAt));
}

async function refuseImpossible(deps: RetrainingDeps, sql: Sql, spec: RetrainingSpec): Promise<void> {
  await refuseOtherModel(deps, sql, spec);
  await refusePipeline(deps, sql, spec);
  if (spec.budget !== undefined) await deps.budgets.standing(sql, spec.budget);
  const unknown = findUnknownName(spec.params);
  if (unknown !== null) {
    refuse(`params.${unknown.param}`, `unknown expression "${unknown.name}"; known: ${FILLED.join(', ')}.`);
  }
  for (const [index, { trigger }] of nameTriggers(spec.on).entries()) {
    if ('cron' in trigger) refuseNoTime(`on[${index}].cron`, trigger);
  }
}

async function refuseOtherModel({ monitoring }: RetrainingDeps, sql: Sql, spec: RetrainingSpec): Promise<void> {
  const monitor = await monitoring.monitor(sql, spec.monitor);
  if (monitor === null)
    refuse('monitor', `there is no monitor "${spec.monitor}". Apply a document of kind Monitor first.`);
  else if (monitor.spec.model !== spec.model) {
    refuse('monitor', `"${spec.monitor}" watches "${monitor.spec.model}", not "${spec.model}".`);
  }
}

/** Checks params and steps. A pipeline with a source is not checked here: its commit defines them. */
async function refusePipeline({ pipelines }: RetrainingDeps, sql: Sql, spec: RetrainingSpec): Promise<void> {
  const { params, steps, source } = await pipelines.runs.spec(sql, spec.pipeline);
  if (source !== undefined) return;
  const unknown = Object.keys(spec.params).find((param) => !(param in params));
  if (unknown !== undefined) refuse(`params.${unknown}`, `the pipeline "${spec.pipeline}" has no such param.`);
  const all = Object.values(steps);
  const asks = all.some(
    (step) => 'uses' in step && (step.uses === 'gate' || (step.uses === 'register' && step.policy)),
  );
  if (!asks)
    refuse('pipeline', `"${spec.pipeline}" runs no gate: add a step that uses gate, or register with a policy.`);
  const makes = all.some((step) => 'uses' in step && step.uses === 'register' && step.model === spec.model);
  if (!makes) refuse('pipeline', `"${spec.pipeline}" registers no version of "${spec.model}".`);
}

function refuseNoTime(path: string, { cron, timeZone }: { readonly cron: string; readonly timeZone: string }): void {
  if (cron.trim().split(/\s+/).length !== 5) refuse(path, `"${cron}" must have five fields.`);
  try {
    parseCron(cron, timeZone).next(0);
  } catch (error) {
    refuse(
      path,
      `"${cron}" in ${timeZone} is not a valid schedule: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function refuse(path: string, message: string): never {
  throw new AppError('manifest_invalid', `"spec.${path}": ${message}`, { path: `spec.${path}` });
}
