import type { AlertRule } from '../../monitors/alerts/schema.ts';
import type { DriftWindow } from '../../windows/schema.ts';
import { type Look, percent } from './look.ts';

/** What a window says to an alert on drift: an alert from its share on, a warning when fewer columns drifted. */
export function driftLook(rule: Extract<AlertRule, { on: 'drift' }>, window: DriftWindow): Look {
  const counted = window.columns.filter(({ column }) => rule.columns?.includes(column) ?? true);
  const verdicts = counted.filter(({ drifted }) => drifted !== null);
  const drifted = verdicts
    .filter((column) => column.drifted === true)
    .toSorted((a, b) => (a.adjustedPValue ?? a.pValue ?? 1) - (b.adjustedPValue ?? b.pValue ?? 1) || larger(a, b));
  const facts = { window: window.period, version: window.modelVersion, loss: null };
  if (verdicts.length === 0) {
    const reason = window.reason ?? counted[0]?.reason ?? 'none of its columns is there';
    return { ...facts, level: 'unknown', columns: [], reason: `Nothing can be said of drift: ${reason}.` };
  }
  const columns = drifted.map(({ column }) => column);
  const share = columns.length / verdicts.length;
  if (columns.length === 0)
    return { ...facts, level: 'ok', columns, reason: `None of ${verdicts.length} columns drifted.` };
  const isAlert = rule.share === undefined || share >= rule.share;
  const reason = `${columns.length} of ${verdicts.length} columns drifted (${percent(share)}): ${columns.slice(0, 5).join(', ')}${columns.length > 5 ? ', …' : ''}.`;
  return { ...facts, level: isAlert ? 'alert' : 'warning', columns, reason };
}

function larger(a: { statistic: number | null }, b: { statistic: number | null }): number {
  return (b.statistic ?? 0) - (a.statistic ?? 0);
}
