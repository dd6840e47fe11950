import type { Lake, StagedFile } from '../../../platform/lake/index.ts';
import type { Objects } from '../../../platform/objects/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import type { Log } from '../../../platform/telemetry/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import { buildRawKey } from '../intake/index.ts';
import { findKeptRawFiles, findUnfinishedDeletions, finishDeletion } from './store.ts';

export interface FinishDeps {
  readonly store: Store;
  readonly lake: Lake;
  readonly objects: Pick<Objects, 'remove'>;
  readonly clock: Clock;
  readonly log: Log;
  /** The exclusive queue of the bill: no import writes or uses a raw file meanwhile. */
  readonly exclusive: <T>(work: () => Promise<T>) => Promise<T>;
}

/**
 * Removes the files of committed deletions from the disk: first lake files without a reference, then raw files that no
 * delivery keeps. Waits for readers; during a backup, the removal runs at the end of the backup. Do not call it inside
 * `exclusive`. Returns true when all files are removed. A failure is logged, and the next call retries.
 */
export async function finishDeletions(deps: FinishDeps, forgotten: readonly StagedFile[] = []): Promise<boolean> {
  await deps.lake.removeForgotten(forgotten);
  let isDone = false;
  const hasRun = await deps.lake.upkeep.afterHolds(async () => {
    try {
      await deps.exclusive(() => removeRawFiles(deps));
      isDone = true;
    } catch (error) {
      deps.log.error({ err: error }, 'raw files of deleted bills could not be removed; the next run retries');
    }
  });
  return hasRun && isDone;
}

async function removeRawFiles({ store, objects, clock }: FinishDeps): Promise<void> {
  const unfinished = await findUnfinishedDeletions(store);
  if (unfinished.length === 0) return;
  const kept = await findKeptRawFiles(store);
  for (const { sequence, deletion } of unfinished) {
    for (const { sha256 } of deletion.files) if (!kept.has(sha256)) await objects.remove(buildRawKey(sha256));
    await finishDeletion(store, sequence, new Date(clock.now()).toISOString());
  }
}
