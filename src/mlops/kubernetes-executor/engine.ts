import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../../platform/errors/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Executor, RunningWork, Work } from '../compute/index.ts';
import { type AllowedQueues, checkQueue } from './allowed-queues.ts';
import { connect, isQuota } from './cluster.ts';
import { createDcgm } from './dcgm.ts';
import type { WorkspaceDoor } from './door.ts';
import { findEndedWork } from './ended-work.ts';
import { createDigests } from './image-digest.ts';
import { type Jobs, openJobs } from './jobs.ts';
import { buildJob, buildSecret, buildService, checkWork, type DoorAddresses } from './manifest.ts';
import { findQueue, type Job } from './objects.ts';
import { cleanPath } from './outputs.ts';
import { checkPermissions, maySeeNodes, NODES_NEEDED } from './permissions.ts';
import { checkFits, findProducts } from './placement.ts';
import { createQueues, type Queues } from './queues.ts';
import { type TrackedJob, track } from './running.ts';
import { isOver } from './waiting.ts';

export interface KubernetesExecutorDeps {
  /** Path of a kubeconfig file, or `in-cluster`: the service account of the pod that the server runs in. */
  readonly kubeconfig: string;
  readonly namespace: string;
  /** Image that fetches workspaces and sends outputs; needs `sh`, `tar` and a static busybox, and `curl` for an https address. */
  readonly agentImage: string;
  /** This server's address as pods reach it. */
  readonly publicUrl: string;
  /** `fixed`: work that fits no node is refused. `growing`: the cluster adds nodes on demand, so that work waits for them. */
  readonly nodes: 'fixed' | 'growing';
  /** Queues and priorities that work may name. */
  readonly allowed: AllowedQueues;
  /** Address of a Prometheus that scrapes the DCGM exporter of its nodes; null: there is none. */
  readonly gpuPrometheus: string | null;
  readonly door: WorkspaceDoor;
  readonly clock: Clock;
  readonly log: Log;
}

/** A controller creates a pod immediately, or reports why it cannot. */
const POD_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 200;

/**
 * Runs work as Jobs of a Kubernetes cluster. Checks its permissions first.
 * Errors: `config_invalid`, `executor_denied`, `executor_unreachable`.
 */
export async function createKubernetesExecutor(deps: KubernetesExecutorDeps): Promise<Executor> {
  const { namespace, gpuPrometheus, door, log } = deps;
  const cluster = await connect(deps.kubeconfig);
  const tracked = new Map<string, TrackedJob>();
  try {
    await checkPermissions(cluster, namespace);
  } catch (error) {
    cluster[Symbol.dispose]();
    throw error;
  }
  const changed = () => {
    for (const each of tracked.values()) each.look();
  };
  const jobs = openJobs({ ...deps, cluster, seesNodes: await maySeeNodes(cluster), changed });
  const queues = createQueues({ cluster, namespace, log, changed });
  const parts = { ...deps, jobs, queues };
  const digests = createDigests({ jobs, agentImage: deps.agentImage });
  const dcgm = gpuPrometheus === null ? null : createDcgm({ prometheus: gpuPrometheus, namespace });

  async function adopt(work: Work, job: Job): Promise<RunningWork> {
    await door.admit(work);
    await jobs.listed;
    // Without its records, only the reason of waiting is unknown.
    if (findQueue(job) !== null)
      await queues
        .open()
        .catch((error: unknown) => log.warn({ err: error, work: work.id }, 'cannot read the queues of Kueue'));
    const known = tracked.get(work.id) ?? track({ jobs, queues, door, dcgm, clock: deps.clock, log }, work, job);
    tracked.set(work.id, known);
    void known.running.ended.then(() => tracked.delete(work.id));
    return known.running;
  }

  return {
    engine: 'kubernetes',
    imageDigest: (image) => digests.of(image),
    async buildImage() {
      throw new AppError(
        'executor_cannot',
        'Kubernetes does not build images. Build the image elsewhere and push it to a registry.',
      );
    },
    async start(work) {
      const known = tracked.get(work.id)?.running ?? (await findEndedWork(work));
      if (known !== null) return known;
      checkWork(work);
      for (const output of work.outputs) cleanPath(output);
      const job = (await readCompleteJob(parts, work)) ?? (await make(parts, work));
      return adopt(work, job);
    },
    async find(work) {
      const known = tracked.get(work.id)?.running ?? (await findEndedWork(work));
      if (known !== null) return known;
      const job = await readCompleteJob(parts, work);
      return job === null ? null : adopt(work, job);
    },
    async remove({ id }) {
      await jobs.remove(id);
      door.shut(id);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([jobs[Symbol.asyncDispose](), queues[Symbol.asyncDispose]()]);
      await Promise.all([...tracked.values()].map((each) => each.close()));
      cluster[Symbol.dispose]();
    },
  };
}

interface EngineParts extends KubernetesExecutorDeps {
  readonly jobs: Jobs;
  readonly queues: Queues;
}

/** The Job of some work. If a server was killed between the creation of the Job and of its Secret, the rest is created now. */
async function readCompleteJob(parts: EngineParts, work: Work): Promise<Job | null> {
  const { jobs } = parts;
  const job = await jobs.read(work.id);
  if (job === null || isOver(job)) return job;
  const uid = await jobs.uidOf(work.id);
  if (uid !== null) await makeOwned(parts, work, uid);
  return job;
}

/** Creates the objects that belong to a Job. Its pods start when the last one, the Secret, is there: a name must exist before a pod asks for it. */
async function makeOwned(parts: EngineParts, work: Work, uid: string): Promise<void> {
  const { jobs } = parts;
  if ((work.resources.nodes ?? 1) > 1) await jobs.makeService(buildService(work, uid));
  await jobs.makeSecret(buildSecret(work, uid, await admitAddresses(parts, work)));
}

/** Refuses work that the cluster lacks something for. Errors: `executor_denied`, `executor_cannot`. */
async function checkCluster(
  { jobs, queues, namespace, ...deps }: EngineParts,
  { resources, queue }: Work,
): Promise<void> {
  if ((resources.nodes ?? 1) > 1)
    await checkPermissions(jobs.cluster, namespace, NODES_NEEDED, ' for work on several nodes');
  if (queue !== undefined && queue !== null) {
    checkQueue(deps.allowed, queue);
    await queues.open();
  }
  const nodes = await jobs.nodes();
  if (nodes !== null && deps.nodes === 'fixed') checkFits(nodes, resources);
}

/** URLs of this server from which its pod fetches and to which it sends. */
async function admitAddresses({ door, publicUrl }: KubernetesExecutorDeps, work: Work): Promise<DoorAddresses> {
  const paths = await door.admit(work);
  const base = publicUrl.replace(/\/$/, '');
  return { in: base + paths.in, out: base + paths.out, end: base + paths.end };
}

async function make(parts: EngineParts, work: Work): Promise<Job> {
  const { jobs, clock, agentImage } = parts;
  await checkCluster(parts, work);
  const { model } = work.resources.gpus;
  const nodes = model === null ? null : await jobs.nodes();
  const gpuProducts = nodes === null || model === null ? null : findProducts(nodes, model);
  const uid =
    (await jobs.make(buildJob({ work, agentImage, gpuProducts, now: clock.now() }))) ?? (await jobs.uidOf(work.id));
  if (uid === null)
    throw new AppError('executor_unreachable', 'The Job disappeared from Kubernetes during its creation.');
  try {
    await makeOwned(parts, work, uid);
    await awaitPod(jobs, work.id);
  } catch (error) {
    await jobs.remove(work.id);
    throw error;
  }
  const job = await jobs.read(work.id);
  if (job === null)
    throw new AppError('executor_unreachable', 'The Job disappeared from Kubernetes after its creation.');
  return job;
}

/** A quota refuses the pod, not the Job: the refusal comes as an event. Errors: `executor_quota`, `executor_cannot`. */
async function awaitPod(jobs: Jobs, id: string): Promise<void> {
  const deadline = Date.now() + POD_WITHIN_MS;
  while (jobs.podOf(id) === null && Date.now() < deadline) {
    if (jobs.jobOf(id)?.spec.suspend === true) return;
    const trouble = await jobs.troubleOf(id);
    if (trouble !== null) {
      throw new AppError(
        isQuota(trouble) ? 'executor_quota' : 'executor_cannot',
        `Kubernetes does not create a pod for the work: ${trouble}`,
      );
    }
    await pause(LOOK_EVERY_MS);
  }
}
