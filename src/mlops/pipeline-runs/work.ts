import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Subject } from '../../org/schema.ts';
import type { Resources, Work } from '../compute/index.ts';
import { readTextInside } from '../pipeline-code/index.ts';
import type { CommandStep } from '../pipeline-definition/schema.ts';
import type { AdmissionRequest } from './admission.ts';
import { type Capacity, findCapacity } from './capacity-decision.ts';
import type { DriveDeps, DrivenRun } from './context.ts';
import type { PreparedStep } from './prepare.ts';
import type { StoredStep } from './store.ts';
import { readRunLimit } from './trials.ts';
import { resolveSecrets } from './work-secrets.ts';

/** File in the working folder in which a step records the location of its checkpoint. */
export const CHECKPOINT_FILE = '.steelyard-checkpoint';
const MOST_CHECKPOINT_BYTES = 65_536;
export const LEASE_SECONDS = 600;
/** Start-up time of a command on a busy machine, in seconds. It is reserved at first, or the work would be ended before it starts. */
const BEGIN_SECONDS = { process: 0, docker: 5, kubernetes: 5 } as const;
/** Price key of work without an instance or a GPU. */
const MACHINE = 'machine';

/** Id of one attempt of a step on every engine, in reservations and in usage. Deterministic. */
export function computeWorkId(run: string, step: Pick<StoredStep, 'name' | 'key'>, attempt: number): string {
  const mark = createHash('sha256').update(`${run} ${step.key} ${attempt}`).digest('hex').slice(0, 12);
  return `${step.name.slice(0, 39)}-${mark}`;
}

export function workId({ run }: DrivenRun, step: StoredStep, attempt: number): string {
  return computeWorkId(run.id, step, attempt);
}

/** `capacity`: decided capacity of this attempt; null: no decision. */
export function toResources({ resources }: CommandStep, capacity: Capacity | null): Resources {
  return {
    cpus: resources.cpu ?? null,
    memoryBytes: resources.memory ?? null,
    diskBytes: resources.disk ?? null,
    ...(resources.nodes === 1 ? {} : { nodes: resources.nodes }),
    gpus: { count: resources.gpu?.count ?? 0, model: resources.gpu?.model ?? null },
    instance: resources.instance ?? null,
    spot: capacity === null ? resources.spot !== false : capacity === 'spot',
    ...(capacity === 'spot' ? { onlySpot: true } : {}),
  };
}

/** Subject of a step, for budgets and for usage. */
export function buildSubject({ run }: DrivenRun, step: StoredStep): Subject {
  const { team, project } = run.spec;
  return {
    ...(team === undefined ? {} : { team }),
    ...(project === undefined ? {} : { project }),
    pipeline: run.pipeline,
    pipelineRun: run.id,
    step: step.key.slice(0, 250),
    experiment: String(run.experimentId),
    ...(step.mlflowRun === null ? {} : { run: step.mlflowRun }),
    purpose: 'training',
  };
}

/** Planned spend of an attempt of a step: its instances, else its GPUs, else its machines; of all its nodes. */
export function buildAdmission(
  driven: DrivenRun,
  stored: StoredStep,
  step: CommandStep,
  work: string,
): AdmissionRequest {
  const { instance, gpu, spot, nodes } = step.resources;
  const isOnSpot = typeof spot !== 'boolean' && findCapacity(stored, stored.attempt) === 'spot';
  const gpus =
    gpu === undefined ? null : { resource: `gpu:${gpu.model ?? 'any'}`, quantity: String(gpu.count * nodes) };
  const quantity = String(nodes);
  const runLimit = readRunLimit(driven);
  const onDemand =
    instance === undefined ? (gpus ?? { resource: MACHINE, quantity }) : { resource: instance, quantity };
  const held = isOnSpot && spot.resource !== undefined ? { ...onDemand, resource: spot.resource } : onDemand;
  return {
    reservation: `pipeline:${work}`,
    subject: buildSubject(driven, stored),
    ...held,
    ...(step.price === undefined ? {} : { price: step.price }),
    ...(step.budget === undefined ? {} : { limit: step.budget }),
    ...(runLimit === null ? {} : { runLimit }),
    graceSeconds: Math.ceil(step.grace / 1000) + BEGIN_SECONDS[driven.run.spec.engine],
    leaseSeconds: LEASE_SECONDS,
    origin: `pipeline ${driven.run.pipeline} #${driven.run.number}, step ${stored.key}`.slice(0, 250),
  };
}

export interface WorkRequest {
  readonly id: string;
  readonly step: CommandStep;
  readonly stored: StoredStep;
  readonly prepared: PreparedStep;
  readonly image: string | null;
  readonly until: number;
}

/** An attempt of a step as work for an engine. Its secrets are read now. Errors: `secret_unresolved`. */
export async function buildWork(deps: DriveDeps, driven: DrivenRun, request: WorkRequest): Promise<Work> {
  const { id, step, stored, prepared, image, until } = request;
  const folder = join(deps.workFolder, id);
  const { run } = driven;
  const [access, secrets] = [await deps.access(run, { id, mlflowRun: stored.mlflowRun }), await resolveSecrets(step)];
  deps.workSecrets.keep(id, [...Object.values(secrets), ...listTokens(access)]);
  return {
    id,
    folder,
    workspace: join(folder, 'workspace'),
    command: prepared.command,
    image,
    environment: {
      ...access,
      ...buildOwnEnvironment(driven, stored, step),
      ...prepared.environment,
      ...secrets,
    },
    resources: toResources(step, findCapacity(stored, stored.attempt)),
    queue: selectQueue(driven, step),
    outputs: [...step.outputs, ...(step.metrics === undefined ? [] : [step.metrics]), CHECKPOINT_FILE],
    labels: {
      pipeline: run.pipeline,
      pipelineRun: run.id,
      step: stored.key,
      ...(stored.mlflowRun === null ? {} : { run: stored.mlflowRun }),
      ...(run.spec.project === undefined ? {} : { project: run.spec.project }),
      ...(run.spec.team === undefined ? {} : { team: run.spec.team }),
    },
    until,
    graceMs: step.grace,
  };
}

/** Queue that admits a step; null: none. */
function selectQueue({ run }: DrivenRun, { resources }: CommandStep): NonNullable<Work['queue']> | null {
  const name = resources.queue ?? run.spec.queue;
  return name === undefined ? null : { name, priority: resources.priority ?? null };
}

function buildOwnEnvironment({ run }: DrivenRun, stored: StoredStep, step: CommandStep): Record<string, string> {
  return {
    ...(stored.mlflowRun === null
      ? {}
      : { MLFLOW_RUN_ID: stored.mlflowRun, MLFLOW_EXPERIMENT_ID: String(run.experimentId) }),
    STEELYARD_PIPELINE: run.pipeline,
    STEELYARD_PIPELINE_RUN: run.id,
    STEELYARD_STEP: stored.key,
    STEELYARD_GRACE_SECONDS: String(Math.ceil(step.grace / 1000)),
    STEELYARD_CHECKPOINT_FILE: CHECKPOINT_FILE,
    ...buildCheckpoint(stored),
    ...(run.commit === null ? {} : { STEELYARD_COMMIT: run.commit }),
  };
}

/** Location of the newest checkpoint that an earlier attempt left, so that this one resumes from there. */
function buildCheckpoint({ attempts }: StoredStep): Record<string, string> {
  const last = attempts.findLast(({ checkpoint }) => checkpoint !== null)?.checkpoint ?? null;
  return last === null ? {} : { STEELYARD_CHECKPOINT: last };
}

/** Tokens that identify a step, from its environment for this server. */
function listTokens(access: Readonly<Record<string, string>>): string[] {
  return Object.entries(access).flatMap(([name, value]) => (name.endsWith('_TOKEN') ? [value] : []));
}

/** Puts the code and the inputs of a step into its working folder, which is empty before. */
export async function fillWorkspace(
  { trees }: DriveDeps,
  { code }: DrivenRun,
  work: Work,
  prepared: PreparedStep,
): Promise<void> {
  await rm(work.folder, { recursive: true, force: true });
  await mkdir(work.workspace, { recursive: true });
  await trees.place(code.files, work.workspace);
  // Later files win: an output of an earlier step replaces a file of the code.
  await trees.place(prepared.inputs, work.workspace);
}

/** The first line that a step left about its checkpoint; null when it left none. */
export async function readCheckpoint({ workspace }: Work): Promise<string | null> {
  const text = (await readTextInside(workspace, CHECKPOINT_FILE, MOST_CHECKPOINT_BYTES)) ?? '';
  const [line = ''] = text.trim().split('\n');
  return line === '' ? null : line.slice(0, 2000);
}
