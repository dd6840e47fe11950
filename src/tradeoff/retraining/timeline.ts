import type { RetrainingRound, TimelineEntry } from './schema.ts';

const MOST = 200;

/** The timeline with a new entry. A repeated `wait` or `worth` entry is skipped; over the limit, the oldest of these is removed first. */
export function appendEntry(timeline: readonly TimelineEntry[], entry: TimelineEntry): RetrainingRound['timeline'] {
  const last = timeline.findLast(({ step }) => step === entry.step);
  if (last?.text === entry.text && (entry.step === 'wait' || entry.step === 'worth')) return [...timeline];
  const all = [...timeline, entry];
  const old = all.findIndex(({ step }) => step === 'wait' || step === 'worth');
  return all.length <= MOST || old === -1 ? all.slice(-MOST) : all.toSpliced(old, 1);
}
