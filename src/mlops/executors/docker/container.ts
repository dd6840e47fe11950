import type Docker from 'dockerode';
import { normalizeInnerPath } from '../../../platform/archives/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import type { Resources, Work } from '../../compute/index.ts';
import { parseRefusal, type Refusal } from './failures.ts';

/** Working folder in the container. */
export const WORK_FOLDER = '/steelyard/work';
/** Labels on the containers and images of this server. */
export const LABEL = {
  work: 'steelyard.work',
  gpus: 'steelyard.gpus',
  build: 'steelyard.build',
  /** Label of a leased container: id of its server. */
  server: 'steelyard.server',
} as const;

const NANO = 1e9;
/**
 * Size limit of each of the engine's two output files: a container that prints forever must not fill the engine's disk.
 */
const ENGINE_LOG = { 'max-size': '1g', 'max-file': '2' };

export function buildContainerName(id: string): string {
  return `steelyard-${id}`;
}

/** Create request for the engine: the command, environment and limits of the work, and no privileges. */
export function buildContainer(
  work: Work,
  image: string,
  { network, gpus }: { readonly network: string; readonly gpus: readonly string[] },
): Docker.ContainerCreateOptions {
  const [program, ...words] = work.command;
  const { cpus, memoryBytes } = work.resources;
  return {
    name: buildContainerName(work.id),
    Image: image,
    // Set as the entry point, because the image's entry point would precede the command.
    Entrypoint: [program],
    Cmd: words,
    Env: Object.entries(work.environment).map(([name, value]) => `${name}=${value}`),
    WorkingDir: WORK_FOLDER,
    // An image may define a health check for its server; work is no server.
    Healthcheck: { Test: ['NONE'] },
    Tty: false,
    OpenStdin: false,
    Labels: buildLabels(work, gpus),
    HostConfig: {
      Init: true,
      Privileged: false,
      SecurityOpt: ['no-new-privileges'],
      NetworkMode: network,
      RestartPolicy: { Name: 'no' },
      LogConfig: { Type: 'json-file', Config: ENGINE_LOG },
      ...(cpus === null ? {} : { NanoCpus: Math.round(cpus * NANO) }),
      // No swap: work that exceeds its memory is killed instead of slowed down.
      ...(memoryBytes === null ? {} : { Memory: memoryBytes, MemorySwap: memoryBytes }),
      ...(gpus.length === 0 ? {} : { DeviceRequests: [{ Driver: '', DeviceIDs: [...gpus], Capabilities: [['gpu']] }] }),
    },
  };
}

function buildLabels(work: Work, gpus: readonly string[]): Record<string, string> {
  const subject = Object.entries(work.labels).map(([key, value]) => [`steelyard.${key}`, value]);
  const held = gpus.length === 0 ? {} : { [LABEL.gpus]: gpus.join(',') };
  return { ...Object.fromEntries(subject), ...held, [LABEL.work]: work.id };
}

/** Resources of the engine's machine, as the engine reports them. */
export interface Machine {
  readonly cpus: number;
  readonly memoryBytes: number;
  /** Model of its GPUs, which are all of one model. Null: not configured. */
  readonly gpuModel: string | null;
}

/** Refuses what this engine can never give. Errors: `executor_cannot`. */
export function checkCan(work: Pick<Work, 'outputs' | 'resources'>, machine: Machine): void {
  const { cpus, memoryBytes, gpus, instance } = work.resources;
  const outside = work.outputs.find((path) => normalizeInnerPath(path) === null);
  if (outside !== undefined) throw buildCannotError(`The output "${outside}" is not a path in the working folder.`);
  if (instance !== null)
    throw buildCannotError(`The Docker Engine has no instance types, but the work requests "${instance}".`);
  if (cpus !== null && cpus > machine.cpus)
    throw buildCannotError(`The work requests ${cpus} CPUs, and the engine has ${machine.cpus}.`);
  if (memoryBytes !== null && memoryBytes > machine.memoryBytes) {
    throw buildCannotError(
      `The work requests ${memoryBytes} bytes of memory, and the engine has ${machine.memoryBytes}.`,
    );
  }
  if (gpus.count > 0) checkModel(gpus, machine.gpuModel);
}

function checkModel({ model }: Resources['gpus'], has: string | null): void {
  if (model === null || model.toLowerCase() === has?.toLowerCase()) return;
  if (has !== null) throw buildCannotError(`The work requests GPUs of the model ${model}, and the engine has ${has}.`);
  throw buildCannotError(
    `The work requests GPUs of the model ${model}. The Docker Engine does not report its GPU model; declare it in the setting dockerGpuModel.`,
  );
}

/**
 * Indexes of the first GPUs that no other container of this server holds. The engine itself would assign the same ones
 * to every request for a number of GPUs. Example: 2, while other containers hold "0" and "2,3" -> ["1", "4"].
 */
export function freeGpus(count: number, held: readonly string[]): string[] {
  const taken = new Set(held.flatMap((indexes) => indexes.split(',')));
  const free: string[] = [];
  for (let index = 0; free.length < count; index += 1) if (!taken.has(String(index))) free.push(String(index));
  return free;
}

export function buildCannotError(detail: string, cause?: unknown): AppError {
  return new AppError('executor_cannot', detail, {}, { cause });
}

/** A refusal with status 400 is permanent: it becomes `executor_cannot`. */
export function toCreateFailure(error: unknown): unknown {
  const refusal: Refusal | null = parseRefusal(error);
  return refusal !== null && refusal.status === 400
    ? buildCannotError(`The Docker Engine refuses the container: ${refusal.message}`, error)
    : error;
}
