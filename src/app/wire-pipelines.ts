import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Budgets } from '../finops/budgets/index.ts';
import { createExecutors, type ExecutorsDeps, readServerId } from '../mlops/executors/index.ts';
import type { createWorkspaceDoor } from '../mlops/kubernetes-executor/index.ts';
import { createPipelines, type PipelinesDeps } from '../mlops/pipelines/index.ts';
import { isProcessExecutorOn, isUserShared, parseRoles } from '../platform/config/index.ts';
import { splitList } from '../platform/config/schema.ts';
import { processEnvironment } from '../platform/environment/index.ts';
import { AppError } from '../platform/errors/index.ts';
import { findUser, type OtherUser, openWayThrough } from '../platform/processes/index.ts';
import { createBudgetTexts } from '../tradeoff/bridges/index.ts';
import type { Infrastructure } from './infrastructure.ts';

type WorkspaceDoor = ReturnType<typeof createWorkspaceDoor>;

export interface PipelineWiring extends Pick<PipelinesDeps, 'runLog' | 'models' | 'deadlines'> {
  readonly budgets: Pick<Budgets, 'reservations' | 'subjects'>;
  /** Endpoint through which pods download and upload their files. */
  readonly door: WorkspaceDoor;
}

/** Lifetime of the token of a step; a step that runs longer has to use another token. */
const WORK_TOKEN_MS = 7 * 24 * 3_600_000;

/** For tests: a cluster with its own time, instead of all engines. */
export type SimulatedCluster = Pick<PipelinesDeps, 'executorOf' | 'rest'>;

const pauseForReal: PipelinesDeps['rest'] = async (ms, signal) => {
  await pause(ms, undefined, { signal, ref: false }).catch(() => undefined);
};

/** Pipelines with their executors. */
export function wirePipelines(
  infrastructure: Infrastructure,
  { door, budgets, runLog, models, deadlines }: PipelineWiring,
  cluster: SimulatedCluster | null = null,
) {
  const { config, folder, clock, log, store, lake, events, writes, stepTokens } = infrastructure;
  const environment = processEnvironment();
  const executors = createExecutors({
    processes: isProcessExecutorOn(config),
    processUser: findProcessUser(infrastructure),
    warnings: listWarnings(infrastructure),
    docker: readDockerSettings(infrastructure),
    kubernetes: readKubernetesSettings(infrastructure, door),
    environment,
    clock,
    log,
  });
  const pipelines = createPipelines({
    folder,
    clock,
    log,
    store,
    lake,
    events,
    writes,
    admission: budgets.reservations,
    runLog,
    models,
    deadlines,
    hideBudgets: createBudgetTexts({ store, budgets }),
    environment,
    objects: infrastructure.artifacts,
    jobs: infrastructure.longJobs,
    shortJobs: infrastructure.jobs,
    executorOf: cluster?.executorOf ?? executors.of,
    rest: cluster?.rest ?? pauseForReal,
    endAccess: stepTokens.end,
    access: async ({ pipeline, number, spec, experimentId }, { id, mlflowRun }) => {
      // Steps of other engines reach this server by its public URL, if there is one.
      // A server without the role "api" does not answer them itself.
      const isOwn = spec.engine === 'process' && parseRoles(config.roles).includes('api');
      const address = isOwn ? infrastructure.address() : (config.publicUrl ?? infrastructure.address());
      const token = await stepTokens.issue(
        `pipeline ${pipeline} #${number}`,
        { id, runId: mlflowRun, experimentId },
        clock.now() + WORK_TOKEN_MS,
      );
      return {
        ...(address === null ? {} : { MLFLOW_TRACKING_URI: address, STEELYARD_URL: address }),
        ...(token === null ? {} : { MLFLOW_TRACKING_TOKEN: token, STEELYARD_TOKEN: token }),
      };
    },
  });
  return { executors, pipelines };
}

/** User for steps on this machine; null: the user of the server. */
function findProcessUser({ config, folder }: Infrastructure): OtherUser | null {
  if (!isProcessExecutorOn(config) || config.processUser === undefined) return null;
  const user = findUser(config.processUser);
  mkdirSync(join(folder, 'pipelines', 'code'), { recursive: true, mode: 0o700 });
  openWayThrough(folder, 'pipelines', 'work');
  return user;
}

/** Accounts are meant to keep people apart, which steps that share the user of the server do not. */
function listWarnings({ config, log }: Infrastructure): string[] {
  if (config.accounts === 'off' || !isUserShared(config)) return [];
  const warning =
    'Pipeline steps run as the user of this server and can read its data folder, so contributors may not run their own code. Set processUser (docs/executors.md).';
  log.warn(warning);
  return [warning];
}

/** The cluster that the settings name; null where they name none. Error: `config_invalid` where pods could not reach this server. */
function readKubernetesSettings(
  { config, place: { ownFolder: folder }, clock, log }: Infrastructure,
  door: WorkspaceDoor,
): ExecutorsDeps['kubernetes'] {
  const { kubernetes: kubeconfig, kubernetesNamespace: namespace, publicUrl } = config;
  if (kubeconfig === undefined) return null;
  if (publicUrl === undefined) {
    const detail = 'The setting "kubernetes" requires "publicUrl": the address at which pods reach this server.';
    throw new AppError('config_invalid', detail);
  }
  const { kubernetesAgentImage: agentImage, kubernetesNodes: nodes } = config;
  const gpuPrometheus = config.gpuPrometheus ?? null;
  const allowed = {
    queues: splitList(config.kubernetesQueues),
    priorities: splitList(config.kubernetesPriorities),
  };
  const reached = config.kubernetesReplicaAddress;
  return {
    ...{ kubeconfig, namespace, agentImage, publicUrl, nodes, allowed, gpuPrometheus, door, clock, log },
    // Inside of the cluster pods have addresses; from outside only the API server is sure to be reached.
    replicaAddress: reached === 'auto' ? (kubeconfig === 'in-cluster' ? 'pod' : 'proxy') : reached,
    folder: join(folder, 'kubernetes'),
    server: readServerId(join(folder, 'server-id')),
  };
}

/** The Docker Engine that the settings name; null where they name none. */
function readDockerSettings({
  config,
  place: { ownFolder: folder },
  clock,
  log,
}: Infrastructure): ExecutorsDeps['docker'] {
  if (config.docker === undefined) return null;
  return {
    address: config.docker,
    certificates: config.dockerCertificates ?? null,
    network: config.dockerNetwork,
    gpuModel: config.dockerGpuModel ?? null,
    folder: join(folder, 'docker'),
    server: readServerId(join(folder, 'server-id')),
    reach: { network: config.dockerReplicaNetwork, address: config.dockerReplicaAddress },
    clock,
    log,
  };
}
