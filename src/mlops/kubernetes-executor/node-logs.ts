import { mkdir } from 'node:fs/promises';
import type { Log } from '../../platform/telemetry/index.ts';
import { findNodeFolder, type Work } from '../compute/index.ts';
import { findStart } from './ending.ts';
import type { Jobs } from './jobs.ts';
import { isPodOver, type JobObservation } from './observation.ts';
import { followPodLog } from './pod-log.ts';
import { isOver } from './waiting.ts';

/** Logs of all nodes of work, each in the folder of its node. */
export interface NodeLogs {
  /** Follows the log of each node whose command has started. */
  follow(): void;
  /** Resolves when the followed logs are complete, or cannot be read. Never rejects. */
  whole(): Promise<void>;
}

interface NodeLogsRequest {
  readonly jobs: Jobs;
  readonly work: Work;
  readonly seen: JobObservation;
  readonly signal: AbortSignal;
  readonly log: Log;
}

export function createNodeLogs({ jobs, work, seen, signal, log }: NodeLogsRequest): NodeLogs {
  const { cluster, namespace } = jobs;
  const following = new Map<number, Promise<void>>();

  async function followNode(node: number, name: string): Promise<void> {
    const hasEnded = () => {
      const now = seen.pods.get(node);
      if (now === undefined || now.metadata.name !== name || isPodOver(now)) return true;
      return seen.job === null || isOver(seen.job);
    };
    const folder = findNodeFolder(work.folder, node);
    await mkdir(folder, { recursive: true });
    await followPodLog({ cluster, namespace, pod: name, folder, hasEnded, signal, log });
  }

  return {
    follow() {
      for (const [node, pod] of seen.pods) {
        if (following.has(node) || findStart(pod) === null) continue;
        const followed = followNode(node, pod.metadata.name).catch((error: unknown) =>
          log.error({ err: error, work: work.id, node }, 'cannot store the output of work'),
        );
        following.set(node, followed);
      }
    },
    async whole() {
      await Promise.all(following.values());
    },
  };
}
