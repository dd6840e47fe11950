import { z } from 'zod';
import { AppError } from '../../platform/errors/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Resources, WorkPlace } from '../compute/index.ts';
import type { Cluster } from './cluster.ts';
import { computeDeadlineSeconds } from './manifest.ts';
import { findPlace, listNodes } from './nodes.ts';
import { Event, findIndex, JOB_NAME, Job, List, type Node, Pod, STOPPED_BY, TAKEN_BACK } from './objects.ts';
import { watch } from './watched.ts';

/** The Jobs of a namespace and their pods, as they are now. */
export interface Jobs extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly listed: Promise<void>;
  jobOf(id: string): Job | null;
  /** The pod of a Job; the newest where there are several. */
  podOf(id: string): Pod | null;
  /** The pods of a Job by their index; the newest where an index has several. */
  podsOf(id: string): ReadonlyMap<number, Pod>;
  /** The present state at the API server, not from the watch. */
  read(id: string): Promise<Job | null>;
  /** Creates a Job and answers its uid, or null when one of this name exists. */
  make(job: object): Promise<string | null>;
  uidOf(id: string): Promise<string | null>;
  makeSecret(secret: object): Promise<void>;
  makeService(service: object): Promise<void>;
  /** Sets the deadline of a Job. `begunAt`: from when Kubernetes counts it, Unix milliseconds. */
  extend(id: string, until: number, graceMs: number, begunAt: number): Promise<void>;
  /** Requests the end of its pod. The Job stays, so that the work is not started again. */
  stop(id: string): Promise<void>;
  /** Records on the Job that this server requests the end of its pod. */
  noteStop(id: string): Promise<void>;
  /** Records on a suspended Job why it is not run again, and keeps it from running if something resumes it. */
  noteTakenBack(id: string, reason: string): Promise<void>;
  remove(id: string): Promise<void>;
  /** Reason why no pod could be created, from its controller's last event. Null: no such event. */
  troubleOf(id: string): Promise<string | null>;
  /** Null where nodes may not be seen. */
  nodes(): Promise<Node[] | null>;
  placeOf(node: string, resources: Resources): Promise<WorkPlace | null>;
  /** Ends a pod sooner than its grace period; false where the server lacks the permission. */
  hurry(pod: string, withinMs: number): Promise<boolean>;
}

interface JobsRequest {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly seesNodes: boolean;
  readonly clock: Clock;
  readonly log: Log;
  changed(): void;
}

const STOPPED_BY_US = { annotations: { [STOPPED_BY]: 'starter' } };

const Uid = z.object({ metadata: z.object({ uid: z.string() }) });

export function openJobs(request: JobsRequest): Jobs {
  const { cluster, namespace, seesNodes, log, changed } = request;
  const path = `/apis/batch/v1/namespaces/${namespace}/jobs`;
  const core = `/api/v1/namespaces/${namespace}`;
  const jobs = watch({ cluster, path, parse: Job, changed, log });
  const pods = watch({ cluster, path: `${core}/pods`, parse: Pod, changed, log });
  const patch = (id: string, body: object) => cluster.call({ method: 'PATCH', path: `${path}/${id}`, body });
  const ownPods = (id: string) =>
    pods
      .all()
      .filter(({ metadata }) => metadata.labels[JOB_NAME] === id)
      .toSorted((one, other) => other.metadata.creationTimestamp - one.metadata.creationTimestamp);
  const get = async (from: string) => {
    const { status, body } = await cluster.call({ method: 'GET', path: from });
    return status === 404 ? null : body;
  };
  return {
    cluster,
    namespace,
    listed: Promise.all([jobs.listed, pods.listed]).then(() => undefined),
    jobOf: (id) => jobs.get(id),
    podOf: (id) => ownPods(id)[0] ?? null,
    // The last entry of a key stays in a map: the newest.
    podsOf: (id) =>
      new Map(
        ownPods(id)
          .toReversed()
          .map((pod) => [findIndex(pod), pod]),
      ),
    async read(id) {
      const body = await get(`${path}/${id}`);
      return body === null ? null : Job.parse(body);
    },
    async make(job) {
      const { status, body } = await cluster.call({ method: 'POST', path, body: job });
      return status === 409 ? null : Uid.parse(body).metadata.uid;
    },
    async uidOf(id) {
      const body = await get(`${path}/${id}`);
      return body === null ? null : Uid.parse(body).metadata.uid;
    },
    // An existing one comes from a server that was killed in between.
    makeSecret: async (body) => void (await cluster.call({ method: 'POST', path: `${core}/secrets`, body })),
    makeService: async (body) => void (await cluster.call({ method: 'POST', path: `${core}/services`, body })),
    extend: async (id, until, graceMs, begunAt) =>
      void (await patch(id, { spec: { activeDeadlineSeconds: computeDeadlineSeconds(until, graceMs, begunAt) } })),
    stop: async (id) => void (await patch(id, { metadata: STOPPED_BY_US, spec: { activeDeadlineSeconds: 1 } })),
    // With the shortest deadline: a queue may admit it again before it is removed.
    noteTakenBack: async (id, reason) =>
      void (await patch(id, {
        metadata: { annotations: { [TAKEN_BACK]: reason } },
        spec: { activeDeadlineSeconds: 1 },
      })),
    noteStop: async (id) => void (await patch(id, { metadata: STOPPED_BY_US })),
    remove: async (id) =>
      void (await cluster.call({
        method: 'DELETE',
        path: `${path}/${id}`,
        body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' },
      })),
    troubleOf: (id) => findJobFailure(cluster, core, id),
    nodes: async () => (seesNodes ? listNodes(cluster) : null),
    placeOf: async (name, resources) => (seesNodes ? findPlace(cluster, name, resources) : null),
    async hurry(pod, withinMs) {
      // A grace period of 0 deletes the pod object without waiting for its node, while the command may still run.
      const gracePeriodSeconds = Math.max(1, Math.floor(withinMs / 1000));
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds };
      try {
        await cluster.call({ method: 'DELETE', path: `${core}/pods/${pod}`, body });
        return true;
      } catch (error) {
        if (error instanceof AppError && error.code === 'executor_denied') return false;
        throw error;
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([jobs[Symbol.asyncDispose](), pods[Symbol.asyncDispose]()]);
    },
  };
}

async function findJobFailure(cluster: Cluster, core: string, id: string): Promise<string | null> {
  const query = { fieldSelector: `involvedObject.kind=Job,involvedObject.name=${id},reason=FailedCreate` };
  const { body } = await cluster.call({ method: 'GET', path: `${core}/events`, query });
  const [first] = List.parse(body).items;
  return first === undefined ? null : Event.parse(first).message;
}
