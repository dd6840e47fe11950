import { Readable } from 'node:stream';
import type { Objects } from '../../platform/objects/index.ts';
import type { ByteRange } from '../../platform/objects/objects.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import { appendToUri, buildObjectKey } from '../artifacts/index.ts';
import type { Batch, createExperiments, KeyValue, Logging, RunStatus } from '../runs/index.ts';
import {
  appendRunEvent,
  findExperiment,
  findExperimentByName,
  findRunInfo,
  insertRun,
  RUN_NAME_TAG,
  type RunEvents,
  type Runs,
  upsertRunTags,
} from '../runs/index.ts';

export interface BegunRun {
  /** 32 hex digits, chosen by the caller, so that a repeated start creates one run. */
  readonly runId: string;
  readonly experimentId: number;
  readonly runName: string;
  readonly userId: string;
  /** Unix milliseconds. */
  readonly startTime: number;
  readonly tags: readonly KeyValue[];
}

/** Runs that the server itself starts, for work that it runs. */
export interface RunLog {
  /** Id of the experiment of this name; a missing one is created. */
  experiment(name: string): Promise<number>;
  /** Writes in the caller's transaction; an existing run stays unchanged. */
  begin(sql: Sql, run: BegunRun): Promise<void>;
  /** `endTime` in Unix milliseconds. A missing run is no error: a user deleted it. */
  end(runId: string, status: RunStatus, endTime: number): Promise<void>;
  log(runId: string, batch: Batch): Promise<void>;
  /** Puts a file among the artifacts of a run. */
  keep(runId: string, path: string, content: Readable | string): Promise<void>;
  /** Bytes of an artifact, as far as there are any; null when there is no such artifact here. */
  open(runId: string, path: string, range: ByteRange): Promise<Readable | null>;
}

export interface RunLogDeps {
  readonly store: Store;
  readonly objects: Objects;
  readonly events: RunEvents;
  readonly experiments: ReturnType<typeof createExperiments>;
  readonly runs: Runs;
  readonly logging: Logging;
}

export function createRunLog({ store, objects, events, experiments, runs, logging }: RunLogDeps): RunLog {
  return {
    async experiment(name) {
      const found = await findExperimentByName(store, name);
      if (found !== null) return found.experimentId;
      const made = await experiments.create({ name, artifactLocation: undefined, tags: [] }).catch(() => null);
      // Another client may have created it meanwhile.
      const { experimentId } = made ?? (await experiments.getByName(name));
      return experimentId;
    },
    async begin(sql, { tags, ...run }) {
      if ((await findRunInfo(sql, run.runId)) !== null) return;
      const experiment = await findExperiment(sql, run.experimentId);
      const info = {
        ...run,
        status: 'RUNNING' as const,
        endTime: null,
        artifactUri: appendToUri(experiment?.artifactLocation ?? '', run.runId, 'artifacts'),
        lifecycleStage: 'active' as const,
      };
      await insertRun(sql, info);
      await upsertRunTags(sql, run.runId, [{ key: RUN_NAME_TAG, value: run.runName }, ...tags]);
      await appendRunEvent(events, sql, 'run.created', info);
    },
    async end(runId, status, endTime) {
      const run = await findRunInfo(store, runId);
      if (run === null || run.lifecycleStage === 'deleted') return;
      await runs.update(runId, { status, endTime, runName: undefined });
    },
    log: (runId, batch) => logging.batch(runId, batch),
    async keep(runId, path, content) {
      const run = await findRunInfo(store, runId);
      const key = run === null ? null : buildObjectKey(run.artifactUri, path);
      // Artifacts that lie elsewhere are their owner's.
      if (key !== null) await objects.put(key, content);
    },
    async open(runId, path, { start, end }) {
      const run = await findRunInfo(store, runId);
      const key = run === null ? null : buildObjectKey(run.artifactUri, path);
      const sizeBytes = key === null ? null : await objects.size(key);
      if (key === null || sizeBytes === null) return null;
      if (start >= sizeBytes) return Readable.from([]);
      return (await objects.open(key, { start, end: Math.min(end, sizeBytes) })).content;
    },
  };
}
