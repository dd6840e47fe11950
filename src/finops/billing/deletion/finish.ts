import type { Lake, StagedFile } from '../../../platform/lake/index.ts';
import type { Objects } from '../../../platform/objects/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import type { Log } from '../../../platform/telemetry/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import { rawKey } from '../intake.ts';
import { finishDeletion, keptRawFiles, unfinishedDeletions } from './store.ts';

export interface FinishDeps {
  readonly store: Store;
  readonly lake: Lake;
  readonly objects: Pick<Objects, 'remove'>;
  readonly clock: Clock;
  readonly log: Log;
  /** The turn of the bill: no import notes or uses a raw file meanwhile. */
  readonly exclusive: <T>(work: () => Promise<T>) => Promise<T>;
}

/**
 * Takes off the disk what committed deletions left: first lake files that nothing names any more, then raw files that no
 * delivery keeps. Waits for readers; while a backup is in progress it is done at the end of the backup. Not to be called within
 * the turn of the bill. True when all is off the disk. A failure is logged, and the next call goes on.
 */
export async function finishDeletions(deps: FinishDeps, forgotten: readonly StagedFile[] = []): Promise<boolean> {
  await deps.lake.removeForgotten(forgotten);
  let isDone = false;
  const hasRun = await deps.lake.upkeep.afterHolds(async () => {
    try {
      await deps.exclusive(() => removeRawFiles(deps));
      isDone = true;
    } catch (error) {
      deps.log.error({ err: error }, 'raw files of deleted bills could not be removed; the next run tries again');
    }
  });
  return hasRun && isDone;
}

async function removeRawFiles({ store, objects, clock }: FinishDeps): Promise<void> {
  const unfinished = await unfinishedDeletions(store);
  if (unfinished.length === 0) return;
  const kept = await keptRawFiles(store);
  for (const { sequence, deletion } of unfinished) {
    for (const { sha256 } of deletion.files) if (!kept.has(sha256)) await objects.remove(rawKey(sha256));
    await finishDeletion(store, sequence, new Date(clock.now()).toISOString());
  }
}
