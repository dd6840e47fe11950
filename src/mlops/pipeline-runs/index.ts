export type { Admission } from './admission.ts';
export { logPath } from './collect.ts';
export type { DriveDeps } from './context.ts';
export { createDriver, RUN_ENDED } from './drive.ts';
export { type LogRange, maskBytes } from './last-lines.ts';
export { createLine } from './line.ts';
export { findMakingSteps, type MakingSteps } from './making-steps.ts';
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
export { listStates, type StatesOfRun } from './states.ts';
export {
  findPipelineRun,
  findRun,
  findStopRequest,
  listRuns,
  listStepSummaries,
  listSteps,
  requestStop,
  type StoredRun,
  type StoredStep,
} from './store.ts';
export type { StepUsage } from './taken.ts';
export { computeWorkId } from './work.ts';
export { createWorkSecrets } from './work-secrets.ts';
