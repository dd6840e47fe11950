import type { Sync, SyncProgress } from '../../../src/finops/sources/schema.ts';
import { counted, formatBytes, formatCount } from '../format/number.ts';

const OUTCOMES = [
  ['imported', 'imported'],
  ['unchanged', 'unchanged'],
  ['shadowed', 'counted elsewhere'],
  ['held', 'on hold'],
  ['ignored', 'ignored'],
  ['waiting', 'incomplete'],
  ['failed', 'failed'],
] as const;

/** Progress of a sync with counts and their totals; its outcome when it has ended. */
export function syncText(sync: Sync): string {
  const { progress } = sync;
  if (sync.state === 'failed') return sync.error?.detail ?? 'The source could not be read.';
  if (sync.state === 'done') return outcomeText(sync);
  if (sync.state === 'waiting' || progress.phase === 'queued') return 'Queued';
  if (progress.phase === 'listing') return 'Listing files';
  const which = `delivery ${formatCount(Math.min(progress.deliveriesDone + 1, progress.deliveries))} of ${formatCount(progress.deliveries)}`;
  if (progress.phase === 'fetching') {
    const files = `file ${formatCount(Math.min(progress.filesDone + 1, progress.files))} of ${formatCount(progress.files)}`;
    return `Fetching ${which}: ${files}, ${formatBytes(progress.bytesDone)} of ${formatBytes(progress.bytes)}`;
  }
  return `Importing ${which}; ${counted(progress.rows, 'row')} so far`;
}

/** `2 imported, 3 unchanged`; a text for a sync that found no bill. */
export function outcomeText(sync: Pick<Sync, 'deliveries'>): string {
  if (sync.deliveries.length === 0) return 'No bill found';
  const counts = OUTCOMES.map(([outcome, label]) => {
    const count = sync.deliveries.filter((one) => one.outcome === outcome).length;
    return count === 0 ? null : `${formatCount(count)} ${label}`;
  });
  return counts.filter((text) => text !== null).join(', ');
}

/** Part of the deliveries that are done, the one at hand by its bytes; null while nothing is known to count. */
export function syncRatio(progress: SyncProgress): number | null {
  if (progress.phase === 'ended') return 1;
  if (progress.deliveries === 0) return null;
  const ofThis = progress.bytes === 0 ? 0 : progress.bytesDone / progress.bytes;
  return Math.min(1, (progress.deliveriesDone + Math.min(ofThis, 0.95)) / progress.deliveries);
}
