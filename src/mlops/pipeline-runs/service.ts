import { createHash, randomUUID } from 'node:crypto';
import { AppError } from '../../platform/errors/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { type Code, NO_CODE, readCodeFile } from '../pipeline-code/index.ts';
import {
  buildPlan,
  checkPlan,
  findPipelines,
  parseSpec,
  refuseCircle,
  type StoredPipeline,
  takeRunNumber,
} from '../pipeline-definition/index.ts';
import type { PipelineSpec, Scalar } from '../pipeline-definition/schema.ts';
import type { DriveDeps } from './context.ts';
import { isOver } from './schema.ts';
import {
  type Cause,
  type CodeFrom,
  findRun,
  findRunByNumber,
  insertRun,
  insertSteps,
  listActiveRuns,
  NO_OUTPUTS,
  requestStop,
  type StoredRun,
  type StoredStep,
} from './store.ts';

/** Job that drives one run to its end. */
export const DRIVE = 'pipelines.run';

export interface PipelineDeps extends DriveDeps {
  readonly jobs: Pick<Jobs, 'enqueue' | 'register'>;
  /** Folder on this machine, used only here: Git clones and temporary files of archives. */
  readonly codeFolder: string;
}

export interface RunRequest {
  readonly pipeline: string;
  readonly params: Readonly<Record<string, Scalar>>;
  /** Digest of code that was sent; null: the source of the pipeline, else none. */
  readonly code: string | null;
  /** Branch, tag or commit of the source; null: that of the pipeline. */
  readonly ref: string | null;
  /** Commit of code that was sent. */
  readonly commit: string | null;
  /** Idempotency key: the same key answers the run that was started with it. Null: always a new run. */
  readonly requestKey: string | null;
  /** Whether the caller may run uploaded commands. */
  readonly mayRunCode: boolean;
  readonly cause: Cause;
  readonly actor: string;
  /** Called in the transaction that starts the run, before the concurrency limit is applied; an error from it prevents the start. */
  readonly within?: (sql: Sql, run: string, number: number) => Promise<void>;
}

/** Content of a new run, for every origin. */
interface NewRun {
  readonly id: string;
  readonly pipeline: string;
  readonly spec: PipelineSpec;
  readonly params: Readonly<Record<string, Scalar>>;
  readonly code: Code;
  readonly codeFrom: CodeFrom;
  readonly cause: Cause;
  readonly resumedFrom: string | null;
  readonly actor: string;
  readonly within: RunRequest['within'] | null;
}

export async function startRun(deps: PipelineDeps, request: RunRequest): Promise<StoredRun> {
  refuseOwnCommands(request);
  const pipeline = await requirePipeline(deps, request.pipeline);
  const id = request.requestKey === null ? createId() : hashToId(`${request.pipeline} ${request.requestKey}`);
  const before = await findRun(deps.store, id);
  if (before !== null) return before;
  const code = await resolveCode(deps, pipeline, request);
  const codeFrom = request.code !== null ? 'sent' : pipeline.spec.source === undefined ? 'none' : 'git';
  const spec = await resolveSpec(deps, pipeline, code, codeFrom);
  const { cause, actor, within = null } = request;
  return createRun(deps, {
    id,
    pipeline: pipeline.name,
    spec,
    params: mergeParams(spec.params, request.params),
    code,
    codeFrom,
    cause,
    resumedFrom: null,
    actor,
    within,
  });
}

export interface ResumeRequest {
  readonly params: Readonly<Record<string, Scalar>>;
  readonly code: string | null;
  readonly commit: string | null;
  readonly mayRunCode: boolean;
  readonly actor: string;
}

/** A new run that reuses the valid results of the old run through the cache. It uses the currently applied pipeline. */
export async function resumeRun(deps: PipelineDeps, old: StoredRun, request: ResumeRequest): Promise<StoredRun> {
  refuseOwnCommands({ ...request, ref: null });
  if (!isOver(old.state)) {
    const detail = `Run #${old.number} of "${old.pipeline}" has not ended. Stop it, or wait until it ends.`;
    throw new AppError('pipeline_run_not_ended', detail, { run: old.id });
  }
  const pipeline = await requirePipeline(deps, old.pipeline);
  const found = await deps.code.find(request.code ?? old.code);
  const code = { ...found, commit: request.commit ?? found.commit };
  const codeFrom = request.code === null ? old.codeFrom : 'sent';
  const spec = await resolveSpec(deps, pipeline, code, codeFrom);
  const kept = Object.fromEntries(Object.entries(old.params).filter(([name]) => name in spec.params));
  return createRun(deps, {
    id: createId(),
    pipeline: old.pipeline,
    spec,
    params: mergeParams({ ...spec.params, ...kept }, request.params),
    code,
    codeFrom,
    cause: { kind: 'resume', detail: `resumed #${old.number}` },
    resumedFrom: old.id,
    actor: request.actor,
    within: null,
  });
}

/** Requests the stop of a run. Errors: `pipeline_run_ended`. */
export async function stopRun(deps: Pick<PipelineDeps, 'store'>, run: StoredRun, actor: string): Promise<void> {
  if (isOver(run.state)) {
    throw new AppError('pipeline_run_ended', `Run #${run.number} of "${run.pipeline}" has ended: ${run.state}.`, {
      run: run.id,
    });
  }
  await requestStop(deps.store, run.id, actor);
}

export async function requirePipeline({ store }: { readonly store: Sql }, name: string): Promise<StoredPipeline> {
  const [found] = await findPipelines(store, name);
  if (found !== undefined) return found;
  const known = (await findPipelines(store, null)).map((each) => each.name);
  const detail = `There is no pipeline "${name}". ${known.length === 0 ? 'Apply a document of kind Pipeline first.' : `Pipelines: ${known.join(', ')}.`}`;
  throw new AppError('pipeline_not_found', detail, { pipeline: name });
}

/** By id or number. Errors: `pipeline_run_not_found`. */
export async function requirePipelineRun(
  { store }: { readonly store: Sql },
  pipeline: string,
  run: string,
): Promise<StoredRun> {
  const found = /^\d{1,9}$/.test(run) ? await findRunByNumber(store, pipeline, Number(run)) : await findRun(store, run);
  if (found?.pipeline === pipeline) return found;
  throw new AppError(
    'pipeline_run_not_found',
    `Pipeline "${pipeline}" has no run ${run}. List runs with: steelyard pipeline list ${pipeline}`,
    { pipeline, run },
  );
}

/** Text that every shell and program reads as one plain word. */
const PLAIN_WORD = /^(?!-)[\w.,:@%+=/-]*$/;

/**
 * Without the scope `mlops.run_code` a run takes its code from where the applied document says, and params that are put into commands
 * cannot add to them. Error: `not_permitted`.
 */
function refuseOwnCommands({
  mayRunCode,
  code,
  ref,
  params,
}: Pick<RunRequest, 'mayRunCode' | 'code' | 'ref' | 'params'>): void {
  if (mayRunCode) return;
  const why = 'This requires the scope mlops.run_code, which the account does not have (docs/security.md).';
  if (code !== null) throw new AppError('not_permitted', `Cannot run uploaded code. ${why}`);
  if (ref !== null) throw new AppError('not_permitted', `Cannot run another branch, tag or commit. ${why}`);
  const [odd] = Object.entries(params).filter(([, value]) => typeof value === 'string' && !PLAIN_WORD.test(value));
  if (odd === undefined) return;
  const detail = `The param "${odd[0]}" has characters that a shell can interpret as commands. ${why}`;
  throw new AppError('not_permitted', detail, { param: odd[0] });
}

async function resolveCode(
  deps: PipelineDeps,
  { spec }: StoredPipeline,
  { code, ref, commit }: RunRequest,
): Promise<Code> {
  if (code !== null) return { ...(await deps.code.find(code)), commit };
  if (spec.source === undefined) return NO_CODE;
  return deps.code.addCommit({ git: spec.source.git, ref: ref ?? spec.source.ref });
}

/**
 * The document of a new run: the applied one, or the one in the pipeline's repository if the code was read from there.
 * Uploaded code brings no document: permission to run a pipeline must not allow a change of its budget, team or
 * secrets.
 */
async function resolveSpec(
  deps: PipelineDeps,
  pipeline: StoredPipeline,
  code: Code,
  from: CodeFrom,
): Promise<PipelineSpec> {
  return (from === 'git' ? await readSpec(deps, pipeline, code) : null) ?? pipeline.spec;
}

/** The pipeline as its repository has it at this commit; null if the repository has none. */
async function readSpec(deps: PipelineDeps, { name, spec }: StoredPipeline, code: Code): Promise<PipelineSpec | null> {
  if (spec.source === undefined) return null;
  const text = await readCodeFile(deps.trees, code, spec.source.file, deps.codeFolder);
  const found = text === null ? null : await parseSpec(text, name, spec.source.file);
  if (found === null) return null;
  refuseNewSecrets(spec, found);
  // Triggers are those of the applied document, and so is who pays and how much: a commit must change neither.
  const { team: _team, project: _project, budget: _budget, ...document } = found;
  const merged = { ...document, ...selectPayer(spec), source: spec.source, on: spec.on };
  refuseCircle({ name, spec: merged }, await findPipelines(deps.store, null));
  return merged;
}

function selectPayer({ team, project, budget }: PipelineSpec): Pick<PipelineSpec, 'team' | 'project' | 'budget'> {
  return {
    ...(team === undefined ? {} : { team }),
    ...(project === undefined ? {} : { project }),
    ...(budget === undefined ? {} : { budget }),
  };
}

/** Push access to a repository must not give access to more secrets of the server: only those of the applied document are allowed. */
function refuseNewSecrets(applied: PipelineSpec, found: PipelineSpec): void {
  const allowed = listSecrets(applied);
  const fresh = [...listSecrets(found)].find((reference) => !allowed.has(reference));
  if (fresh === undefined) return;
  const detail = `The file in the repository uses the secret "${fresh}", which the applied pipeline does not. An administrator must apply that file first.`;
  throw new AppError('manifest_invalid', detail, { secret: fresh });
}

function listSecrets({ steps }: PipelineSpec): Set<string> {
  return new Set(Object.values(steps).flatMap((step) => ('run' in step ? Object.values(step.secrets) : [])));
}

function mergeParams(
  defaults: Readonly<Record<string, Scalar>>,
  given: Readonly<Record<string, Scalar>>,
): Record<string, Scalar> {
  const unknown = Object.keys(given).find((name) => !(name in defaults));
  if (unknown === undefined) return { ...defaults, ...given };
  const names = Object.keys(defaults);
  const detail = `The pipeline has no param "${unknown}". ${names.length === 0 ? 'It has none.' : `Its params: ${names.join(', ')}.`}`;
  throw new AppError('pipeline_param_unknown', detail, { param: unknown });
}

async function createRun(
  deps: PipelineDeps,
  { id, pipeline, spec, params, code, codeFrom, cause, resumedFrom, actor, within }: NewRun,
): Promise<StoredRun> {
  checkPlan({ ...spec, params });
  deps.executorOf(spec.engine);
  const experimentId = await deps.runLog.experiment(spec.experiment ?? pipeline);
  const now = deps.clock.now();
  const { plan } = buildPlan({ ...spec, params });
  return deps.store.transaction(async (sql) => {
    const number = await takeRunNumber(sql, pipeline);
    await within?.(sql, id, number);
    await makeRoom(sql, pipeline, spec, actor);
    const run: StoredRun = {
      id,
      pipeline,
      number,
      state: 'waiting',
      spec,
      params,
      code: code.digest,
      codeFrom,
      commit: code.commit,
      cause,
      resumedFrom,
      experimentId,
      mlflowRun: hashToId(`${id} run`),
      requestedBy: actor,
      stopRequested: null,
      createdMs: now,
      startedMs: null,
      endedMs: null,
    };
    await insertRun(sql, run);
    await insertSteps(
      sql,
      (plan?.steps ?? []).map(({ key, name }, position) => buildStep(id, position, key, name)),
    );
    await createMlflowRun(deps, sql, run);
    await deps.jobs.enqueue(sql, { kind: DRIVE, payload: { run: id }, uniqueKey: id });
    return run;
  });
}

/** Applies `whenFull` when the concurrency limit is reached. */
async function makeRoom(sql: Sql, pipeline: string, { concurrency }: PipelineSpec, actor: string): Promise<void> {
  const active = await listActiveRuns(sql, pipeline);
  if (active.length < concurrency.runs || concurrency.whenFull === 'wait') return;
  if (concurrency.whenFull === 'skip') {
    const detail = `Run #${active[0]?.number} of "${pipeline}" is active, and the concurrency limit of the pipeline is reached (whenFull: skip).`;
    throw new AppError('pipeline_run_full', detail, { pipeline });
  }
  const over = active.slice(0, active.length - concurrency.runs + 1);
  for (const run of over) await requestStop(sql, run.id, `${actor} (replaced by a newer run)`);
}

function buildStep(run: string, position: number, key: string, name: string): StoredStep {
  return {
    run,
    position,
    key,
    name,
    state: 'waiting',
    reason: null,
    attempt: 0,
    notBeforeMs: null,
    cacheKey: null,
    keyParts: null,
    explanation: null,
    outputs: NO_OUTPUTS,
    mlflowRun: null,
    spent: null,
    attempts: [],
    taken: null,
    capacity: [],
    trial: null,
    startedMs: null,
    endedMs: null,
  };
}

async function createMlflowRun({ runLog }: PipelineDeps, sql: Sql, run: StoredRun): Promise<void> {
  const { team, project } = run.spec;
  const tags = {
    'steelyard.pipeline': run.pipeline,
    'steelyard.pipelineRun': run.id,
    'steelyard.team': team,
    'steelyard.project': project,
    'mlflow.source.git.commit': run.commit ?? undefined,
  };
  await runLog.begin(sql, {
    runId: run.mlflowRun,
    experimentId: run.experimentId,
    runName: `${run.pipeline} #${run.number}`,
    userId: run.requestedBy,
    startTime: run.createdMs,
    tags: Object.entries(tags).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }])),
  });
}

function createId(): string {
  return randomUUID().replaceAll('-', '');
}

function hashToId(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
