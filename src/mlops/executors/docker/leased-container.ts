import type Docker from 'dockerode';
import { AppError } from '../../../platform/errors/index.ts';
import type { ContainerSpec } from '../../compute/index.ts';
import { buildCannotError, buildContainerName, LABEL } from './container.ts';
import type { Daemon } from './daemon.ts';
import { classifyStartFailure } from './failures.ts';

const NANO = 1e9;
/** Size limit of each of two files: a server may write output for years. */
const ENGINE_LOG = { 'max-size': '10m', 'max-file': '2' };
/** Processes and threads of one container. */
const MAX_TASKS = 16_384;
const LOOPBACK = '127.0.0.1';

export interface Reach {
  /** Network of containers, as `docker network ls` names it. */
  readonly network: string;
  /** `published`: by a free port of 127.0.0.1, on the machine of the engine; `container`: by its own address in the network. */
  readonly address: 'published' | 'container';
}

/**
 * Create request for the engine: no privileges, no folder of this machine, and a port that only this machine reaches.
 */
export function buildLeasedContainer(
  spec: ContainerSpec,
  { image, reach, gpus, server }: { image: string; reach: Reach; gpus: readonly string[]; server: string },
): Docker.ContainerCreateOptions {
  const { cpus, memoryBytes } = spec.resources;
  const port = `${spec.port}/tcp`;
  return {
    name: buildContainerName(spec.id),
    Image: image,
    ...(spec.command === null ? {} : { Entrypoint: [...spec.command] }),
    ...(spec.args === null ? {} : { Cmd: [...spec.args] }),
    Env: Object.entries(spec.environment).map(([name, value]) => `${name}=${value}`),
    ExposedPorts: { [port]: {} },
    // The server checks readiness through the container's protocol instead.
    Healthcheck: { Test: ['NONE'] },
    Tty: false,
    OpenStdin: false,
    Labels: buildLabels(spec, gpus, server),
    HostConfig: {
      Init: true,
      Privileged: false,
      SecurityOpt: ['no-new-privileges'],
      PidsLimit: MAX_TASKS,
      NetworkMode: reach.network,
      ...(reach.address === 'published' && { PortBindings: { [port]: [{ HostIp: LOOPBACK, HostPort: '' }] } }),
      // The server reports an ended container and restarts it. The engine must not restart it without the server.
      RestartPolicy: { Name: 'no' },
      LogConfig: { Type: 'json-file', Config: ENGINE_LOG },
      ...(cpus !== null && { NanoCpus: Math.round(cpus * NANO) }),
      ...(memoryBytes !== null && { Memory: memoryBytes, MemorySwap: memoryBytes }),
      ...(gpus.length > 0 && { DeviceRequests: [{ Driver: '', DeviceIDs: [...gpus], Capabilities: [['gpu']] }] }),
    },
  };
}

function buildLabels({ labels }: ContainerSpec, gpus: readonly string[], server: string): Record<string, string> {
  const subject = Object.entries(labels).map(([key, value]) => [`steelyard.${key}`, value]);
  const held = gpus.length === 0 ? {} : { [LABEL.gpus]: gpus.join(',') };
  return { ...Object.fromEntries(subject), ...held, [LABEL.server]: server };
}

/** Address of the container; null: it no longer runs. Errors: `executor_cannot` when it has no address in the network. */
export async function findAddress(daemon: Daemon, container: string, { port }: ContainerSpec, reach: Reach) {
  const { NetworkSettings: found, State: state } = await daemon.ask((api) => api.getContainer(container).inspect());
  if (reach.address === 'published') {
    const [published] = found.Ports[`${port}/tcp`] ?? [];
    if (published !== undefined) return { host: LOOPBACK, port: Number(published.HostPort) };
  } else {
    const host = found.Networks[reach.network]?.IPAddress ?? '';
    if (host !== '') return { host, port };
  }
  if (!state.Running) return null;
  const detail = `Containers in the network "${reach.network}" have no IP address. Set dockerReplicaNetwork to a network with addresses.`;
  throw buildCannotError(detail);
}

/** A published port is one of the engine's own machine. Errors: `executor_cannot`. */
export function checkReach({ network, address }: Reach, engine: string): void {
  if (network === 'none' || network === 'host') {
    throw buildCannotError(
      `Each replica needs an IP address, which the dockerReplicaNetwork "${network}" does not give.`,
    );
  }
  if (address === 'container' || engine.startsWith('unix:')) return;
  const { hostname } = new URL(engine);
  if (hostname === 'localhost' || hostname.startsWith('127.') || hostname === '[::1]') return;
  const detail = `The Docker Engine at ${engine} is on another machine, so its 127.0.0.1 is not reachable from this server. Set dockerReplicaAddress to "container" and dockerReplicaNetwork to a network that reaches this machine.`;
  throw buildCannotError(detail);
}

/** Error for the caller of a start that the engine refused. */
export function toStartError(
  refusal: { status: number; message: string },
  spec: ContainerSpec,
  held: number,
): AppError {
  const failure = classifyStartFailure(refusal, spec.command?.[0] ?? 'of the image');
  if (failure.kind === 'no-gpu' && held > 0) {
    return new AppError(
      'executor_quota',
      `Other work holds GPUs of the engine, and too few GPUs are free: ${failure.detail}`,
    );
  }
  return buildCannotError(failure.detail.replace('dockerNetwork', 'dockerReplicaNetwork'));
}
