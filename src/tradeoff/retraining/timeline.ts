import type { RetrainingRound, TimelineEntry } from './schema.ts';

const MOST = 200;

/** The timeline with one entry more. What was said last of the same part is not said again; of too many, looks go first. */
export function told(timeline: readonly TimelineEntry[], entry: TimelineEntry): RetrainingRound['timeline'] {
  const last = timeline.findLast(({ step }) => step === entry.step);
  if (last?.text === entry.text && (entry.step === 'wait' || entry.step === 'worth')) return [...timeline];
  const all = [...timeline, entry];
  const old = all.findIndex(({ step }) => step === 'wait' || step === 'worth');
  return all.length <= MOST || old === -1 ? all.slice(-MOST) : all.toSpliced(old, 1);
}
