import type { Monitor } from '../../../mlops/monitors/schema.ts';
import type { DriftWindow } from '../../../mlops/quality/schema.ts';
import { describeOpenAlerts, type OpenAlert } from './alerts.ts';
import type { DriftMeasure, ScorecardDays } from './schema.ts';
import { computeTrend } from './trend.ts';

export interface DriftFacts {
  readonly monitor: Monitor | null;
  /** Windows by time, of the preceding days and of the range. */
  readonly windows: readonly DriftWindow[];
  readonly alerts: readonly OpenAlert[];
  readonly days: ScorecardDays;
  readonly preceding: ScorecardDays;
}

/** Share of compared windows that drifted, by the day on which each ended. */
export function buildDriftMeasure({ monitor, windows, alerts, days, preceding }: DriftFacts): DriftMeasure {
  const reason = explainUnwatched(monitor);
  const [now, before] = [days, preceding].map((range) => countDrifted(windows, range));
  const latest = now?.judged.at(-1) ?? null;
  const isKnown = now !== undefined && now.share !== null;
  const lastDrifted = now?.judged.findLast(({ drifted }) => drifted === true);
  return {
    ...{ value: now?.share ?? null, unit: 'share of windows', interval: null, basis: isKnown ? 'windows' : null },
    window: isKnown ? days : null,
    reason: isKnown ? null : (reason ?? 'no window of predictions was compared in these days'),
    trend: computeTrend({
      now: { value: now?.share ?? null },
      before: { value: before?.share ?? null, reason: 'no window was compared in the preceding days' },
      window: preceding,
      better: 'lower',
    }),
    target: null,
    ...(describeOpenAlerts(alerts, ['drift']) ?? describeLatest(latest, reason)),
    ...{ windows: isKnown ? now.judged.length : null, drifted: isKnown ? now.drifted : null },
    columns: (lastDrifted?.columns ?? []).flatMap(({ column, drifted }) => (drifted === true ? [column] : [])),
    latest: latest === null ? null : latest.drifted === true ? 'drifted' : 'stable',
    monitor: monitor?.monitor ?? null,
  };
}

function explainUnwatched(monitor: Monitor | null): string | null {
  if (monitor === null) return 'the model has no monitor';
  return monitor.spec.drift === undefined ? `monitor ${monitor.monitor} watches no drift` : null;
}

function countDrifted(windows: readonly DriftWindow[], { start, end }: ScorecardDays) {
  const judged = windows.filter(
    ({ period, drifted }) => drifted !== null && period.end.slice(0, start.length) >= start && period.end < end,
  );
  const drifted = judged.filter((one) => one.drifted === true).length;
  return { judged, drifted, share: judged.length === 0 ? null : drifted / judged.length };
}

function describeLatest(
  latest: DriftWindow | null,
  reason: string | null,
): Pick<DriftMeasure, 'status' | 'statusReason'> {
  if (latest === null) {
    return { status: 'unknown', statusReason: `Drift unknown: ${reason ?? 'no window was compared in these days'}.` };
  }
  return latest.drifted === true
    ? { status: 'warning', statusReason: 'The latest window of predictions drifted; no alert is open.' }
    : { status: 'ok', statusReason: 'The latest window of predictions did not drift.' };
}
