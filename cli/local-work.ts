/** Work of the server's code that runs in the command itself, without a server; each part is loaded when it is needed. */

export type { TrialReplay } from '../src/tradeoff/optimizations/replay-file.ts';
export type { DataFile, EvaluationFile, LookPlan } from '../src/tradeoff/outcome-files/index.ts';
export type {
  Estimated,
  OutcomeKind,
  SimulatedLooks,
  SimulationQuestion,
  SimulationResult,
} from '../src/tradeoff/statistics/index.ts';

/** Drift of two local files. */
export function loadDriftComparison(): Promise<typeof import('../src/mlops/drift/local-files.ts')> {
  return import('../src/mlops/drift/local-files.ts');
}

/** Backups in a folder or bucket: listing and restoring need no server. */
export async function loadBackups() {
  const [backup, { systemClock }] = await Promise.all([
    import('../src/platform/backup/index.ts'),
    import('../src/platform/units/clock.ts'),
  ]);
  const { listBackups, openBackupPlace, restoreBackup } = backup;
  return { listBackups, openBackupPlace, restoreBackup, systemClock };
}

/** Comparisons, cascades and frontiers of files of outcomes. */
export function loadOutcomeFiles(): Promise<typeof import('../src/tradeoff/outcome-files/index.ts')> {
  return import('../src/tradeoff/outcome-files/index.ts');
}

/** Replay of recorded requests through the engine of optimizations. */
export function loadTrialReplay(): Promise<typeof import('../src/tradeoff/optimizations/replay-file.ts')> {
  return import('../src/tradeoff/optimizations/replay-file.ts');
}

/** Simulation of the looks of a gate. */
export function loadLookSimulation(): Promise<typeof import('../src/tradeoff/statistics/index.ts')> {
  return import('../src/tradeoff/statistics/index.ts');
}

/** Replay of an exported decision. */
export function loadDecisionReplay(): Promise<typeof import('../src/tradeoff/decisions/exports/index.ts')> {
  return import('../src/tradeoff/decisions/exports/index.ts');
}
