import { join } from 'node:path';
import { z } from 'zod';
import type { Events } from '../../platform/events/index.ts';
import type { Identity, Plugin, Route, WriteRecorder } from '../../platform/http/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { Lake } from '../../platform/lake/index.ts';
import { createSpecKind, type ManifestKind } from '../../platform/manifests/index.ts';
import type { Objects } from '../../platform/objects/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Executor } from '../compute/index.ts';
import { createCodeStore, createTrees } from '../pipeline-code/index.ts';
import { applyPipeline } from '../pipeline-definition/index.ts';
import type { Data } from '../pipeline-definition/schema.ts';
import { PipelineSpec } from '../pipeline-definition/schema.ts';
import type { Admission, DriveDeps, ModelSteps, SpotDeadlines } from '../pipeline-runs/index.ts';
import { createDriver, createLine, createWorkSecrets, DRIVE } from '../pipeline-runs/index.ts';
import type { RunLog } from '../tracking/index.ts';
import { createTriggers, type ObservedData, readDigest } from '../triggers/index.ts';
import { pipelineRoutes } from './routes.ts';
import { createPipelineRuns, type PipelineRuns } from './runs-port.ts';

export { findPipelineOwner } from '../pipeline-definition/index.ts';
export type { MakingSteps, ModelSteps, SpotDeadlines } from '../pipeline-runs/index.ts';
export { findMakingSteps, listStates as findPipelineRunStates, RUN_ENDED } from '../pipeline-runs/index.ts';
export type { ObservedData } from '../triggers/index.ts';
export { pipelineMigrations } from './migrations.ts';
export type { PipelineRuns } from './runs-port.ts';

export interface PipelinesDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Content-addressed store for the files of pipelines. */
  readonly objects: Objects;
  /** Jobs that live as long as a run does. */
  readonly jobs: Pick<Jobs, 'enqueue' | 'register'>;
  /** Jobs that are soon over. */
  readonly shortJobs: Pick<Jobs, 'enqueue' | 'register'>;
  readonly events: Pick<Events, 'subscribe' | 'append'>;
  readonly lake: Pick<Lake, 'sequence'>;
  /** The audit trail. */
  readonly writes: WriteRecorder;
  readonly runLog: RunLog;
  /** May this start, and up to what cost? */
  readonly admission: Admission;
  readonly models: ModelSteps;
  /** Replaces texts that name a budget which the caller may not read. Implemented by bridges. */
  readonly hideBudgets: (identity: Identity) => Promise<(text: string) => string>;
  /** Policy for deadlines on spot capacity. */
  readonly deadlines: SpotDeadlines;
  /** Lets time go by. */
  readonly rest: DriveDeps['rest'];
  /** Engines of this server. Error: `executor_unknown`. */
  readonly executorOf: (engine: string) => Executor;
  /** Environment with which a step reaches this server: the server's address and the step's token. Empty where it is unreachable. */
  readonly access: DriveDeps['access'];
  readonly endAccess: DriveDeps['endAccess'];
  /** The data folder. */
  readonly folder: string;
  /** The server's own environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Definitions, runs, cache, triggers. */
export interface Pipelines {
  /** `Pipeline`. */
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
  /** HTTP routes for webhooks of Git hosts. */
  readonly plugin: Plugin;
  /** Functions for other features of this server. */
  readonly runs: PipelineRuns;
  /** Observes data, as triggers do. Errors: those of buckets. */
  readonly data: { seen(data: Data, before: Parameters<typeof readDigest>[2]): Promise<ObservedData> };
}

/** A restart is no failure: a run is driven on for as often as it takes. */
const NEVER_GIVEN_UP = Number.MAX_SAFE_INTEGER;
const DrivePayload = z.strictObject({ run: z.string() });

export function createPipelines(deps: PipelinesDeps): Pipelines {
  const trees = createTrees(deps.objects);
  const codeFolder = join(deps.folder, 'pipelines', 'code');
  const code = createCodeStore({ objects: deps.objects, trees, folder: codeFolder, environment: deps.environment });
  const workFolder = join(deps.folder, 'pipelines', 'work');
  const all = { ...deps, trees, code, codeFolder, workFolder, line: createLine(), workSecrets: createWorkSecrets() };
  const driver = createDriver(all);
  deps.jobs.register(DRIVE, {
    maxAttempts: NEVER_GIVEN_UP,
    handler: async (payload, { signal }) => {
      await driver.drive(DrivePayload.parse(payload).run, signal);
      // A released run is not over: its job returns to the queue, and the next server continues it.
      signal.throwIfAborted();
    },
  });
  const triggers = createTriggers(all);
  return {
    kinds: [
      {
        ...createSpecKind('Pipeline', 60, PipelineSpec, async (sql, name, spec) => {
          const outcome = await applyPipeline(deps.clock, sql, name, spec);
          if (outcome !== 'unchanged') await triggers.apply(sql, name, spec);
          return outcome;
        }),
        runsCode: true,
      },
    ],
    routes: [...pipelineRoutes(all, driver.wake), ...triggers.routes],
    plugin: triggers.plugin,
    runs: createPipelineRuns(all, driver.wake),
    data: { seen: (data, before) => readDigest(deps, data, before) },
  };
}
