import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../platform/errors/index.ts';
import type { Executor, RunningWork, Work } from '../compute/index.ts';
import type { PlannedStep } from '../pipeline-definition/index.ts';
import type { CommandStep } from '../pipeline-definition/schema.ts';
import { computeCacheKey, explainHit, explainMiss } from './cache-key.ts';
import { decideBefore } from './capacity.ts';
import { findCapacity } from './capacity-decision.ts';
import { type DriveDeps, type DrivenRun, listKnownSteps, requireStep } from './context.ts';
import { endUnstartedStep, followAttempt, type StartedAttempt } from './follow-attempt.ts';
import { findCached, findLastMade } from './made-steps.ts';
import { describeProblem, type PreparedStep, prepare } from './prepare.ts';
import { isAway, LATER_MS, retryUntilReached } from './put-away.ts';
import { save } from './steps-of-run.ts';
import type { StoredStep } from './store.ts';
import { awaitsMoney, findEarlyEnd } from './trials.ts';
import { buildAdmission, buildWork, fillWorkspace, toResources, workId } from './work.ts';
import { NO_MASK } from './work-secrets.ts';

/** Runs a step that is ready, or takes its result from the cache. Resolves when the step is over, or this server releases the run. */
export async function runCommandStep(
  deps: DriveDeps,
  driven: DrivenRun,
  planned: PlannedStep,
  step: CommandStep,
): Promise<void> {
  const before = requireStep(driven, planned.key);
  const executor = deps.executorOf(driven.run.spec.engine);
  try {
    // Running work is found by its id: its image may be gone by now, or slow to resolve, and is not needed.
    const image = before.state === 'running' ? null : await resolveImage(deps, driven, executor, step);
    const prepared = prepare({
      ...driven.run,
      ...buildPrepareInput(driven, planned, step),
      image: image?.digest ?? null,
    });
    if (
      before.state === 'waiting' &&
      before.attempt === 0 &&
      (await takeCached(deps, driven, { stored: before, step, prepared }))
    )
      return;
    const found = requireStep(driven, planned.key);
    const begun = await startAttempt(deps, driven, {
      executor,
      step,
      stored: found,
      prepared,
      image: image?.name ?? null,
    });
    if (begun !== null) await followAttempt(deps, driven, begun);
  } catch (error) {
    const said = describeProblem(error) ?? (error instanceof AppError ? error.message : null);
    const masker =
      deps.workSecrets.maskerOf(workId(driven, before, requireStep(driven, planned.key).attempt)) ?? NO_MASK;
    const reason = said === null ? null : masker.text(said);
    // Of the disk of this server, which is no fault of the step.
    const isFull = error instanceof AppError && error.code === 'storage_full';
    if (reason === null || isFull) throw error;
    const found = requireStep(driven, planned.key);
    if (isAway(error) && found.state === 'waiting')
      return void (await save(deps, driven, { ...found, reason, notBeforeMs: deps.clock.now() + LATER_MS }));
    await endUnstartedStep(deps, driven, requireStep(driven, planned.key), classifyRefusal(error), reason);
  }
}

/** A budget with too little left stops a step before its start. */
function classifyRefusal(error: unknown): 'stopped' | 'failed' {
  const isBudget =
    error instanceof AppError && (error.code === 'budget_exceeded' || error.code === 'budget_approval_needed');
  return isBudget ? 'stopped' : 'failed';
}

function buildPrepareInput(driven: DrivenRun, planned: PlannedStep, step: CommandStep) {
  const { run, code } = driven;
  return {
    planned,
    step,
    before: listKnownSteps(driven, planned),
    code,
    env: run.spec.env,
    run: { id: run.id, number: run.number, pipeline: run.pipeline, commit: run.commit ?? '' },
  };
}

interface NamedImage {
  readonly name: string;
  readonly digest: string;
}

/** The image that a step runs in, by its content; null on an engine that needs none. */
async function resolveImage(
  deps: DriveDeps,
  { run, code }: DrivenRun,
  executor: Executor,
  step: CommandStep,
): Promise<NamedImage | null> {
  const image = step.image ?? run.spec.image ?? null;
  if (image === null || executor.engine === 'process') return null;
  if (typeof image === 'string') {
    const digest = await executor.imageDigest(image);
    return digest === null ? null : { name: image, digest };
  }
  const place = `${deps.workFolder}/image-${createHash('sha256').update(`${run.id} ${image.build} ${image.dockerfile}`).digest('hex').slice(0, 16)}`;
  try {
    await deps.trees.place(code.files, place);
    const digest = await executor.buildImage({
      folder: `${place}/${image.build}`,
      dockerfile: image.dockerfile,
      log: `${place}.log`,
    });
    return { name: digest, digest };
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

/** Whether the cached result of the step could be used; if not, the reason is stored with the step. */
async function takeCached(
  deps: DriveDeps,
  driven: DrivenRun,
  { stored, step, prepared }: Pick<AttemptStart, 'stored' | 'step' | 'prepared'>,
): Promise<boolean> {
  const { run } = driven;
  const key = computeCacheKey(prepared.parts);
  const keyed: StoredStep = { ...stored, cacheKey: key, keyParts: prepared.parts };
  if (step.sweep !== undefined && (await takeEarlyEnd(deps, driven, keyed))) return true;
  const made = await findCached(deps.store, run.pipeline, stored.key, key);
  const isKept = made !== null && (step.cache || made.step.run === run.resumedFrom);
  if (!isKept) {
    const last = made === null ? await findLastMade(deps.store, run.pipeline, stored.key) : null;
    const explanation = made === null ? explainMiss(prepared.parts, last) : 'executed again: the step has cache: false';
    driven.steps.set(stored.key, { ...keyed, explanation });
    return false;
  }
  const now = deps.clock.now();
  await save(deps, driven, {
    ...keyed,
    state: 'cached',
    explanation: explainHit(`${run.pipeline} #${made.number}`),
    outputs: made.step.outputs,
    mlflowRun: made.step.mlflowRun,
    trial: made.step.trial,
    startedMs: now,
    endedMs: now,
  });
  return true;
}

/** A trial that was ended early in the run that this run resumes is not repeated. */
async function takeEarlyEnd(deps: DriveDeps, driven: DrivenRun, keyed: StoredStep): Promise<boolean> {
  const before = await findEarlyEnd(deps, driven.run, keyed);
  if (before === null) return false;
  const { trial, mlflowRun, outputs } = before;
  const reason = `${trial?.ended ?? 'ended early'}, in the run that this run resumes`;
  const endedMs = deps.clock.now();
  await save(deps, driven, { ...keyed, trial, mlflowRun, outputs, state: 'skipped', reason, endedMs });
  return true;
}

interface AttemptStart {
  readonly executor: Executor;
  readonly step: CommandStep;
  readonly stored: StoredStep;
  readonly prepared: PreparedStep;
  readonly image: string | null;
}

/** Starts an attempt, or finds the one that was started before a restart; null when it must start later, or never. */
async function startAttempt(
  deps: DriveDeps,
  driven: DrivenRun,
  beginning: AttemptStart,
): Promise<StartedAttempt | null> {
  const { executor, step, stored } = beginning;
  if (stored.state === 'running') return findAgain(deps, driven, beginning);
  const giveUp = AbortSignal.any([driven.stop, driven.letGo]);
  await decideBefore(deps, driven, stored.key, step);
  const decided = requireStep(driven, stored.key);
  const next = stored.attempt + 1;
  const wanted = { id: workId(driven, stored, next), resources: toResources(step, findCapacity(decided, next)) };
  const leave = await deps.line.enter(executor, wanted, giveUp);
  if (leave === null) return null;
  try {
    const marked = await markBegun(deps, driven, { ...beginning, stored: { ...stored, capacity: decided.capacity } });
    return await startAdmittedAttempt(deps, driven, { ...beginning, stored: marked });
  } finally {
    leave();
  }
}

/** Finds the attempt that an earlier server started. If it never started, it cost nothing and is started now. */
async function findAgain(deps: DriveDeps, driven: DrivenRun, beginning: AttemptStart): Promise<StartedAttempt | null> {
  const { executor, step, prepared, image, stored } = beginning;
  const id = workId(driven, stored, stored.attempt);
  const work = await buildWork(deps, driven, { id, step, stored, prepared, image, until: deps.clock.now() });
  // An unreachable engine may run it: its state is unknown until the engine answers.
  const found = await retryUntilReached(
    deps,
    driven.letGo,
    () => findOrRemove(executor, work),
    async (reason) => void (await save(deps, driven, { ...stored, reason })),
  );
  if (found === null) return null;
  const running = found.answer;
  if (running === null)
    return postponeAttempt(deps, driven, { stored, work, why: 'it had not started yet', laterMs: 0 });
  await save(deps, driven, { ...requireStep(driven, stored.key), reason: null });
  const allowance = await deps.admission.open(buildAdmission(driven, stored, step, id));
  return { executor, step, key: stored.key, work, running, allowance };
}

/** Work that never started may have left objects in the engine. */
async function findOrRemove(executor: Executor, work: Work): Promise<RunningWork | null> {
  const running = await executor.find(work);
  if (running === null) await executor.remove(work);
  return running;
}

async function startAdmittedAttempt(
  deps: DriveDeps,
  driven: DrivenRun,
  beginning: AttemptStart,
): Promise<StartedAttempt | null> {
  const { executor, step, prepared, image, stored } = beginning;
  const id = workId(driven, stored, stored.attempt);
  const allowance = await deps.admission.open(buildAdmission(driven, stored, step, id)).catch((error: unknown) => {
    const isRefused = error instanceof AppError && error.code === 'budget_exceeded';
    if (!isRefused || !awaitsMoney(driven, { key: stored.key, step })) throw error;
    return error;
  });
  if (allowance instanceof AppError) {
    const work = { id, folder: join(deps.workFolder, id) };
    return postponeAttempt(deps, driven, { stored, work, why: allowance.message, laterMs: LATER_MS });
  }
  const work = await buildWork(deps, driven, { id, step, stored, prepared, image, until: Date.parse(allowance.until) });
  try {
    await fillWorkspace(deps, driven, work, prepared);
    return { executor, step, key: stored.key, work, running: await executor.start(work), allowance };
  } catch (error) {
    // It may have started: it is searched for, as after a restart.
    if (isAway(error)) return null;
    const isLater = error instanceof AppError && error.code === 'executor_quota';
    const said = error instanceof Error ? error.message : String(error);
    const why = (deps.workSecrets.maskerOf(id) ?? NO_MASK).text(said);
    await postponeAttempt(deps, driven, { stored, work, why, laterMs: LATER_MS });
    if (isLater) return null;
    throw error;
  }
}

interface PostponedAttempt {
  readonly stored: StoredStep;
  readonly work: Pick<Work, 'id' | 'folder'>;
  readonly why: string;
  readonly laterMs: number;
}

/** Nothing was spent; it is started later, as another attempt. */
async function postponeAttempt(
  deps: DriveDeps,
  driven: DrivenRun,
  { stored, work, why, laterMs }: PostponedAttempt,
): Promise<null> {
  const settling = { end: new Date(0).toISOString(), stopped: false };
  await deps.admission.settle(`pipeline:${work.id}`, settling).catch((error: unknown) => {
    // It may have no reservation yet.
    if (!(error instanceof AppError) || error.code !== 'reservation_not_found') throw error;
  });
  await deps.endAccess(work.id);
  deps.workSecrets.forget(work.id);
  await rm(work.folder, { recursive: true, force: true });
  await save(deps, driven, { ...stored, state: 'waiting', reason: why, notBeforeMs: deps.clock.now() + laterMs });
  return null;
}

/** From now on a restarted server searches for its work. */
async function markBegun(deps: DriveDeps, driven: DrivenRun, { stored, prepared }: AttemptStart): Promise<StoredStep> {
  const now = deps.clock.now();
  const mlflowRun = stored.mlflowRun ?? computeRunId(driven, stored);
  const begun: StoredStep = {
    ...stored,
    state: 'running',
    reason: null,
    attempt: stored.attempt + 1,
    notBeforeMs: null,
    mlflowRun,
    startedMs: stored.startedMs ?? now,
    endedMs: null,
  };
  await deps.store.transaction(async (sql) => {
    await deps.runLog.begin(sql, {
      runId: mlflowRun,
      experimentId: driven.run.experimentId,
      runName: stored.key,
      userId: driven.run.requestedBy,
      startTime: now,
      tags: buildTags(driven, stored),
    });
    await save(deps, driven, begun, sql);
  });
  const params = Object.entries({ ...prepared.parts.params, ...prepared.parts.matrix }).map(([key, value]) => ({
    key,
    value,
  }));
  if (params.length > 0) await deps.runLog.log(mlflowRun, { metrics: [], params, tags: [] });
  return begun;
}

/** Deterministic for a step of a run: a repeated start creates one MLflow run. */
function computeRunId({ run }: DrivenRun, { key }: StoredStep): string {
  return createHash('sha256').update(`${run.id} ${key}`).digest('hex').slice(0, 32);
}

function buildTags({ run }: DrivenRun, stored: StoredStep) {
  const { team, project } = run.spec;
  const tags = {
    'mlflow.parentRunId': run.mlflowRun,
    'steelyard.pipeline': run.pipeline,
    'steelyard.pipelineRun': run.id,
    'steelyard.step': stored.key,
    'steelyard.team': team,
    'steelyard.project': project,
    // Cost is metered here. This tag prevents a second metering from its logged GPU usage.
    'steelyard.metered_by': 'pipeline',
    'mlflow.source.git.commit': run.commit ?? undefined,
  };
  return Object.entries(tags).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }]));
}
