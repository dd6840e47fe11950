export type { Admission } from './admission.ts';
export { logPath } from './collect.ts';
export type { DriveDeps } from './context.ts';
export { createDriver, RUN_ENDED } from './drive.ts';
export { type LogRange, maskedBytes } from './last-lines.ts';
export { createLine } from './line.ts';
export type { ModelSteps } from './model-steps.ts';
export {
  DRIVE,
  type PipelineDeps,
  requirePipeline,
  requirePipelineRun,
  resumeRun,
  startRun,
  stopRun,
} from './service.ts';
export type { SpotDeadlines } from './spot-deadlines.ts';
export { type StatesOfRun, statesOf } from './states.ts';
export {
  findRun,
  pipelineRunOf,
  requestStop,
  runsOf,
  type StoredRun,
  type StoredStep,
  stepSummaries,
  stepsOf,
  stopRequestOf,
} from './store.ts';
export type { Taken } from './taken.ts';
export { workIdOf } from './work.ts';
export { createWorkSecrets } from './work-secrets.ts';
