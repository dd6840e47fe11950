import type { SyncProgress } from './schema.ts';

/** Save interval: short enough for a moving progress bar, long enough for the store. */
const SAVED_EVERY_MS = 500;

export const NO_PROGRESS: SyncProgress = {
  phase: 'queued',
  filesDone: 0,
  files: 0,
  bytesDone: 0,
  bytes: 0,
  rows: 0,
  deliveriesDone: 0,
  deliveries: 0,
};

/** Collects the progress of a sync from its parts. */
export interface ProgressMeter {
  now(): SyncProgress;
  set(change: Partial<SyncProgress>): void;
  addBytes(sizeBytes: number): void;
  addFile(): void;
  /** Saves pending progress. */
  flush(): Promise<void>;
}

/** Passes the progress to `save`, at most twice a second and one call at a time; ignores a failure to save. */
export function createProgressMeter(save: (progress: SyncProgress) => Promise<void>): ProgressMeter {
  let current = NO_PROGRESS;
  let savedAt = Number.NEGATIVE_INFINITY;
  let saving: Promise<void> = Promise.resolve();
  const saveNow = () => {
    savedAt = performance.now();
    const progress = current;
    saving = saving.then(() => save(progress)).catch(() => undefined);
  };
  const change = (part: Partial<SyncProgress>) => {
    const isNewPhase = part.phase !== undefined && part.phase !== current.phase;
    current = { ...current, ...part };
    if (isNewPhase || performance.now() - savedAt >= SAVED_EVERY_MS) saveNow();
  };
  return {
    now: () => current,
    set: change,
    addBytes: (sizeBytes) => change({ bytesDone: current.bytesDone + sizeBytes }),
    addFile: () => change({ filesDone: current.filesDone + 1 }),
    flush: () => {
      saveNow();
      return saving;
    },
  };
}
