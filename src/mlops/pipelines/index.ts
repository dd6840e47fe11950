import { join } from 'node:path';
import { z } from 'zod';
import type { Route } from '../../platform/http/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import { type ManifestKind, specKind } from '../../platform/manifests/index.ts';
import type { Objects } from '../../platform/objects/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Executor } from '../executors/index.ts';
import type { RunLog } from '../tracking/index.ts';
import type { Admission } from './admission.ts';
import { applyPipeline } from './apply.ts';
import { PipelineSpec } from './definition/schema.ts';
import { createCodeStore } from './files/code.ts';
import { createTrees } from './files/trees.ts';
import type { ModelSteps } from './model-steps.ts';
import { pipelineRoutes } from './routes.ts';
import type { DriveDeps } from './runs/context.ts';
import { createDriver } from './runs/drive.ts';
import { createLine } from './runs/line.ts';
import { DRIVE, type PipelineDeps } from './service.ts';

export { pipelineMigrations } from './migrations.ts';
export type { ModelSteps } from './model-steps.ts';

export interface PipelinesDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Where files of pipelines are kept, by their content. */
  readonly objects: Objects;
  /** Jobs that live as long as a run does. */
  readonly jobs: Pick<Jobs, 'enqueue' | 'register'>;
  readonly runLog: RunLog;
  /** May this start, and up to what cost? */
  readonly admission: Admission;
  readonly models: ModelSteps;
  /** Engines of this server. Error: `executor_unknown`. */
  readonly executorOf: (engine: string) => Executor;
  /** What lets a step reach this server: its address, and proof of who it is; empty where it cannot be reached. */
  readonly access: DriveDeps['access'];
  /** The data folder. */
  readonly folder: string;
}

/** Definitions, runs, cache. */
export interface Pipelines {
  /** `Pipeline`. */
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
}

/** A restart is no failure: a run is driven on for as often as it takes. */
const NEVER_GIVEN_UP = Number.MAX_SAFE_INTEGER;
const DrivePayload = z.strictObject({ run: z.string() });

export function createPipelines(deps: PipelinesDeps): Pipelines {
  const trees = createTrees(deps.objects);
  const codeFolder = join(deps.folder, 'pipelines', 'code');
  const code = createCodeStore({ objects: deps.objects, trees, folder: codeFolder });
  const workFolder = join(deps.folder, 'pipelines', 'work');
  const all: PipelineDeps = { ...deps, trees, code, codeFolder, workFolder, line: createLine() };
  const driver = createDriver(all);
  deps.jobs.register(DRIVE, {
    maxAttempts: NEVER_GIVEN_UP,
    handler: async (payload, { signal }) => driver.drive(DrivePayload.parse(payload).run, signal),
  });
  return {
    kinds: [specKind('Pipeline', 60, PipelineSpec, (sql, name, spec) => applyPipeline(deps.clock, sql, name, spec))],
    routes: pipelineRoutes(all, driver.wake),
  };
}
