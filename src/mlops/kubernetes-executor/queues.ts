import { z } from 'zod';
import { createOpenedOnce } from '../../platform/concurrency/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Cluster } from './cluster.ts';
import { findQueue, type Job, QueuedWorkload } from './objects.ts';
import { maySeeQueues } from './permissions.ts';
import { describeAdmission, describeQueueEviction } from './queue-state.ts';
import { type WatchedObjects, watch } from './watched.ts';

/** Kueue in a cluster: it admits all pods of a Job together, and may take the Job back. */
export interface Queues extends AsyncDisposable {
  /** Opens the records of Kueue, once. Error: `executor_cannot` where Kueue is not installed. */
  open(): Promise<void>;
  /** Reason why a suspended Job waits, one sentence; null for a Job without a queue. */
  describeWait(job: Job): string | null;
  /** Reason why Kueue took a running Job back, one sentence; null for a Job without a queue. */
  describeEviction(job: Job): string | null;
}

interface QueuesRequest {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly log: Log;
  changed(): void;
}

const GROUP = '/apis/kueue.x-k8s.io';
const ApiGroup = z.object({ preferredVersion: z.object({ version: z.string() }) });

type Records = WatchedObjects<QueuedWorkload>;

/** Kueue of a cluster, contacted at the first work for a queue: other servers need neither it nor its rights. */
export function createQueues({ cluster, namespace, log, changed }: QueuesRequest): Queues {
  /** Null: the server may not read the records. Undefined: not opened yet. */
  let records: Records | null | undefined;
  const opened = createOpenedOnce(async () => {
    const { status, body } = await cluster.call({ method: 'GET', path: GROUP });
    if (status !== 200) {
      const detail =
        'Kueue is not installed in the Kubernetes cluster, and the step requests a queue. Install it, or remove the queue.';
      throw new AppError('executor_cannot', detail);
    }
    const { version } = ApiGroup.parse(body).preferredVersion;
    const path = `${GROUP}/${version}/namespaces/${namespace}/workloads`;
    const isVisible = await maySeeQueues(cluster, namespace);
    if (!isVisible)
      log.warn({ namespace }, 'the server may not read workloads of Kueue: reasons of waiting are unknown');
    // Kueue copies no label of a Job to its record, so all records of the namespace are watched.
    records = isVisible ? watch({ cluster, path, parse: QueuedWorkload, labels: {}, changed, log }) : null;
    await records?.listed;
  });

  const recordOf = (job: Job) =>
    records?.all().find(({ metadata }) => metadata.ownerReferences.some(({ uid }) => uid === job.metadata.uid)) ?? null;

  return {
    open: async () => opened.get(),
    describeWait(job) {
      const queue = findQueue(job);
      if (queue === null) return null;
      const unknown = records === null ? 'the server may not read the workloads of Kueue' : null;
      return describeAdmission(queue, recordOf(job), unknown);
    },
    describeEviction(job) {
      const queue = findQueue(job);
      return queue === null ? null : describeQueueEviction(queue, recordOf(job));
    },
    async [Symbol.asyncDispose]() {
      await records?.[Symbol.asyncDispose]();
    },
  };
}
