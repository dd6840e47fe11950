import { adjustForDiscovery } from './false-discovery.ts';
import { describeMissing } from './missing-values.ts';
import type { DriftColumn, DriftMethodChoice, DriftReport } from './schema.ts';

/** A column before the others are looked at. */
export type SingleColumn = Omit<DriftColumn, 'adjustedPValue' | 'minEffect' | 'beyondPeriods' | 'significant'>;

/** Share of false alarms among the alarms that `auto` allows, and the level of each of its tests. */
const LEVEL = 0.05;
/** Evidently calls data drifted from this share of drifted columns on. */
export const DRIFT_SHARE = 0.5;

/** Combines columns into a report. With `auto`, a column drifts by its p-value adjusted for the number of columns. */
export function buildReport(singles: readonly SingleColumn[], method: DriftMethodChoice): DriftReport {
  const adjusted = method === 'auto' ? adjustForDiscovery(singles.map(({ pValue }) => pValue)) : null;
  const columns = singles.map((single, at) => {
    const adjustedPValue = adjusted?.[at] ?? null;
    const open = { ...single, adjustedPValue, minEffect: null, beyondPeriods: null, significant: null };
    if (adjustedPValue === null) return open;
    const drifted = adjustedPValue <= LEVEL;
    const reason = drifted ? describeReason(single) : single.reason;
    return { ...open, threshold: LEVEL, drifted, significant: drifted, reason };
  });
  const verdicts = columns.flatMap(({ drifted }) => (drifted === null ? [] : [drifted]));
  if (verdicts.length === 0) return { columns, compared: 0, share: null, drifted: null };
  const share = verdicts.filter(Boolean).length / verdicts.length;
  return { columns, compared: verdicts.length, share, drifted: method === 'auto' ? share > 0 : share >= DRIFT_SHARE };
}

/** Why it drifted, where its values do not say so. */
function describeReason({ decidedBy, reason, ...counts }: SingleColumn): string | null {
  if (decidedBy !== 'missing') return reason;
  const { nReference, nCurrent, missingReference, missingCurrent } = counts;
  if (nReference === null || nCurrent === null || missingReference === null || missingCurrent === null) return reason;
  const text = describeMissing(
    { rows: nReference + missingReference, missing: missingReference },
    { rows: nCurrent + missingCurrent, missing: missingCurrent },
  );
  return reason === null ? text : `${reason}: ${text}`;
}
