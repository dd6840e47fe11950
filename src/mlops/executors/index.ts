import { createOneAtATime, type OneAtATime } from '../../platform/concurrency/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { handle, type Route } from '../../platform/http/index.ts';
import type { OtherUser } from '../../platform/processes/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { ContainerSpec, Executor, LeasedContainer, LeasedContainers, Workloads } from '../compute/index.ts';
import type { WorkloadsDeps } from '../kubernetes-executor/index.ts';
import { createKubernetesExecutor, type KubernetesExecutorDeps } from '../kubernetes-executor/index.ts';
import type { createDockerExecutor } from './docker/index.ts';
import type { LeasedContainersDeps } from './docker/leased.ts';
import { openInBackground } from './opened-later.ts';
import { createProcessExecutor } from './process/index.ts';
import { listExecutors } from './schema.ts';
import { openWorkloadsInBackground } from './workloads-later.ts';

export { killAllCommands } from './process/index.ts';
export { readServerId } from './server-id.ts';
export { isPodOfEndpoint, workIdsIn } from './work-names.ts';

export interface ExecutorsDeps {
  /** Whether commands may be run as processes of this machine, with all that the server itself may do. */
  readonly processes: boolean;
  /** User of those commands. Null: the user of the server. */
  readonly processUser: OtherUser | null;
  /** Security warnings, one sentence each. */
  readonly warnings: readonly string[];
  /** Settings of the Docker Engine; null: none is configured. */
  readonly docker: (Parameters<typeof createDockerExecutor>[0] & Pick<LeasedContainersDeps, 'reach' | 'server'>) | null;
  /** Settings of the Kubernetes cluster; null: none is configured. */
  readonly kubernetes: (KubernetesExecutorDeps & Omit<WorkloadsDeps, keyof KubernetesExecutorDeps>) | null;
  /** The server's own environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
}

/** The engines that this server has to run work on. */
export interface Executors extends AsyncDisposable {
  /** Errors: `executor_unknown`, with the configured engines and how to add one. */
  of(engine: string): Executor;
  /** Containers that run until this server ends them. Null: no Docker Engine is configured. */
  readonly containers: Pick<LeasedContainers, 'start'> | null;
  /** Description of the setup, for display. */
  readonly routes: readonly Route[];
  /** Serving workloads on a cluster. Null: no cluster is configured. */
  readonly workloads: Workloads | null;
}

/** Environment variables with which a command on this machine finds programs and its home. No other variable of the server is passed. */
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'LD_LIBRARY_PATH'];

/** Selects the variables of the server's environment that a command on this machine receives. */
export function selectEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const passed = PASSED_ON.flatMap((name) =>
    environment[name] === undefined ? [] : [[name, environment[name]] as const],
  );
  return Object.fromEntries(passed);
}

/** The client of Docker is loaded where there is a Docker: it would cost every other server its start and its memory. */
async function openDocker(docker: Parameters<typeof createDockerExecutor>[0]): Promise<Executor> {
  const { createDockerExecutor: create } = await import('./docker/index.ts');
  return create(docker);
}

type DockerSettings = NonNullable<ExecutorsDeps['docker']>;

/** Opened immediately: containers left by an earlier process must be removed even if no other is started. */
function createLeasedContainers(docker: DockerSettings, alone: OneAtATime) {
  const open = async () => (await import('./docker/leased.ts')).openLeasedContainers({ ...docker, alone });
  const opening = open();
  // The caller of `start` receives the error.
  opening.catch(() => undefined);
  return {
    start: async (spec: ContainerSpec): Promise<LeasedContainer> => (await opening).start(spec),
    async close() {
      const opened = await opening.catch((): LeasedContainers | null => null);
      opened?.[Symbol.dispose]();
    },
  };
}

export function createExecutors(deps: ExecutorsDeps): Executors {
  const { processes, processUser, docker, kubernetes, environment, clock, log, warnings } = deps;
  const alone = createOneAtATime();
  const containers = docker === null ? null : createLeasedContainers(docker, alone);
  const workloads = kubernetes === null ? null : openWorkloadsInBackground(kubernetes);
  const engines: Executor[] = [
    ...(processes
      ? [createProcessExecutor({ environment: selectEnvironment(environment), user: processUser, clock })]
      : []),
    ...(docker === null ? [] : [openInBackground('docker', () => openDocker({ ...docker, alone }), log)]),
    ...(kubernetes === null ? [] : [openInBackground('kubernetes', () => createKubernetesExecutor(kubernetes), log)]),
  ];
  return {
    containers,
    workloads,
    routes: [
      handle(listExecutors, () => ({
        engines: engines.map(({ engine }) => engine),
        processUser: processUser?.name ?? null,
        warnings: [...warnings],
      })),
    ],
    of(name) {
      const found = engines.find(({ engine }) => engine === name);
      if (found !== undefined) return found;
      const there =
        engines.length === 0
          ? 'No executor is configured'
          : `Configured: ${engines.map(({ engine }) => engine).join(', ')}`;
      const detail = `This server has no executor "${name}". ${there}; see docs/executors.md.`;
      throw new AppError('executor_unknown', detail, { engine: name });
    },
    async [Symbol.asyncDispose]() {
      await containers?.close();
      await workloads?.close();
      for (const engine of engines) await engine[Symbol.asyncDispose]();
    },
  };
}
