import type { AlertRule } from '../../monitors/alerts/schema.ts';
import type { DriftWindow } from '../../windows/schema.ts';
import type { QualityLoss } from '../episode/schema.ts';
import { worseBy } from '../money.ts';
import { figure, type Look, percent } from './look.ts';

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
  if (columns.length === 0) {
    const small = verdicts.filter(({ significant }) => significant === true).length;
    const changed = small === 0 ? '' : ` ${small} changed by less than the least effect.`;
    return { ...facts, level: 'ok', columns, reason: `None of ${verdicts.length} columns drifted.${changed}` };
  }
  const isAlert = rule.share === undefined || share >= rule.share;
  const reason = `${columns.length} of ${verdicts.length} columns drifted (${percent(share)}): ${columns.slice(0, 5).join(', ')}${columns.length > 5 ? ', …' : ''}.`;
  return { ...facts, level: isAlert ? 'alert' : 'warning', columns, reason };
}

/**
 * A drift that is known to cost no quality is a warning and no alert: by labels, or as it is estimated, quality is no worse than in the reference
 * by more than its 95 % interval. Without a loss that is known the look stays as it is.
 */
export function weighLoss(look: Look, loss: QualityLoss | null): Look {
  if (loss === null || look.level !== 'alert') return { ...look, loss };
  const { metric, reference, current, lower, upper, estimated } = loss;
  const isWithin = lower !== null && upper !== null && lower <= reference && reference <= upper;
  if (worseBy(loss) > 0 && !isWithin) return { ...look, loss };
  const known = `${estimated ? 'Estimated ' : ''}${metric} is not lower: ${figure(current)} now, ${figure(reference)} before.`;
  return { ...look, loss, level: 'warning', reason: `${look.reason} ${known}` };
}

function larger(a: { statistic: number | null }, b: { statistic: number | null }): number {
  return (b.statistic ?? 0) - (a.statistic ?? 0);
}
