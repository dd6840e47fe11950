import { DRIFT_SHARE } from '../../../drift/index.ts';
import type { DriftColumn } from '../../../drift/schema.ts';
import type { AlertRule } from '../../../monitors/schema.ts';
import { LEAST_EFFECT } from '../../../quality/index.ts';
import type { DriftWindow } from '../../../quality/schema.ts';
import type { QualityLoss } from '../episode/schema.ts';
import { computeDecline } from '../money.ts';
import { type AlertLook, formatFigure, formatPercent } from './look.ts';
import { Z_INTERVAL, Z_WORSE } from './quality-look.ts';

type DriftRule = Extract<AlertRule, { on: 'drift' }>;

/**
 * The level of a drift window: `alert` from the rule's share of drifted columns on (without a share: from one column on),
 * `warning` when fewer columns drifted. Known quality changes the level: if a loss is proven, columns with a significant but
 * small change count too; if quality is not lower, an alert becomes a warning. If quality is unknown and the rule has no
 * share, less than half of the columns are also a warning when each of them is close to the variation of single periods of
 * the reference.
 */
export function evaluateDrift(rule: DriftRule, window: DriftWindow, loss: QualityLoss | null): AlertLook {
  const counted = window.columns.filter(({ column }) => rule.columns?.includes(column) ?? true);
  const verdicts = counted.filter(({ drifted }) => drifted !== null);
  const facts = { window: window.period, version: window.modelVersion, loss };
  if (verdicts.length === 0) {
    const reason = window.reason ?? counted[0]?.reason ?? 'none of its columns is in the window';
    return { ...facts, level: 'unknown', columns: [], reason: `No verdict on drift: ${reason}.` };
  }
  const isProven = loss !== null && isProvenLoss(loss);
  const changed = verdicts.filter(({ drifted, significant }) => drifted === true || (isProven && significant === true));
  const columns = changed.toSorted(compareColumns).map(({ column }) => column);
  if (columns.length === 0) return { ...facts, level: 'ok', columns, reason: explainNoDrift(verdicts) };
  const share = columns.length / verdicts.length;
  const isAlert = rule.share === undefined || share >= rule.share;
  const isHarmless = isAlert && loss !== null && !isLower(loss);
  const isUsual = loss === null && rule.share === undefined && share < DRIFT_SHARE && changed.every(isNearPeriods);
  const isSmall = changed.some(({ drifted }) => drifted !== true);
  const names = `${columns.slice(0, 5).join(', ')}${columns.length > 5 ? ', …' : ''}`;
  const what = `${columns.length} of ${verdicts.length} columns ${isSmall ? 'changed' : 'drifted'} (${formatPercent(share)}): ${names}.`;
  const known = loss !== null && (isSmall || isHarmless) ? ` ${explainLoss(loss, isSmall)}` : '';
  const usual = isUsual
    ? ` No column is ${LEAST_EFFECT} or more outside of the periods of the reference; quality is unknown.`
    : '';
  const level = isAlert && !isHarmless && !isUsual ? 'alert' : 'warning';
  return { ...facts, level, columns, reason: `${what}${known}${usual}` };
}

/** A column without this measurement counts as far from the periods. */
function isNearPeriods({ beyondPeriods }: DriftColumn): boolean {
  return beyondPeriods !== null && beyondPeriods < LEAST_EFFECT;
}

function explainNoDrift(verdicts: readonly DriftColumn[]): string {
  const small = verdicts.filter(({ significant }) => significant === true).length;
  const changed = small === 0 ? '' : ` ${small} changed by less than the minimum effect.`;
  const none = verdicts.length === 1 ? 'The column has not drifted.' : `None of ${verdicts.length} columns drifted.`;
  return `${none}${changed}`;
}

function explainLoss({ metric, reference, current, estimated }: QualityLoss, isLower: boolean): string {
  const what = `${estimated ? 'Estimated ' : ''}${metric} is ${isLower ? 'lower' : 'not lower'}`;
  return `${what}: ${formatFigure(current)} now, ${formatFigure(reference)} before.`;
}

/** Worse by 3.29 standard errors of the value now: one-sided 0.05 %, as alerts on quality ask. */
function isProvenLoss(loss: QualityLoss): boolean {
  const { lower, upper } = loss;
  if (lower === null || upper === null) return false;
  return computeDecline(loss) > 0 && computeDecline(loss) >= (Z_WORSE * (upper - lower)) / (2 * Z_INTERVAL);
}

/** Whether the value is worse than the reference and the reference is outside of its 95 % interval; without an interval, whether it is worse. */
function isLower(loss: QualityLoss): boolean {
  const { reference, lower, upper } = loss;
  const isWithin = lower !== null && upper !== null && lower <= reference && reference <= upper;
  return computeDecline(loss) > 0 && !isWithin;
}

function compareColumns(a: DriftColumn, b: DriftColumn): number {
  const p = ({ adjustedPValue, pValue }: DriftColumn) => adjustedPValue ?? pValue ?? 1;
  return p(a) - p(b) || (b.statistic ?? 0) - (a.statistic ?? 0);
}
