import type { Period } from '../../../../platform/units/schema.ts';
import type { AlertRule, MeasuredQuality } from '../../../monitors/schema.ts';
import { computeDecline, isError } from '../money.ts';
import type { LookLevel } from '../state.ts';
import { type AlertLook, formatFigure } from './look.ts';

export type QualityRule = Extract<AlertRule, { on: 'quality' | 'estimated_quality' }>;

/** One-sided 0.05 % quantile of the normal distribution: with one look a day, the chance of any false alarm in a hundred days is 5 %. */
export const Z_WORSE = 3.290526731491926;
/** Two-sided 95 % quantile of it. */
export const Z_INTERVAL = 1.959963984540054;

export interface QualityQuestion {
  readonly rule: QualityRule;
  readonly window: Period;
  /** Quality of the window; null: not measured. */
  readonly now: MeasuredQuality | null;
  /** Quality of the reference period of the rule; null: the rule has none, or the period has no labels. */
  readonly reference: MeasuredQuality | null;
  readonly estimated: boolean;
}

/** Level and reason that the quality of a window gives its alert. */
export function evaluateQuality({ rule, window, now, reference, estimated }: QualityQuestion): AlertLook {
  const facts = { window, version: null, columns: [] };
  const what = estimated ? `Estimated ${rule.metric}` : rule.metric;
  if (now === null || now.value === null || now.sampleSize < rule.minPredictions) {
    const has = now?.sampleSize ?? 0;
    const reason = `${what} is unknown: ${has} of ${rule.minPredictions} required predictions${estimated ? '' : ' with a label'}.`;
    return { ...facts, level: 'unknown', reason, loss: null };
  }
  const { value, lower, upper } = now;
  const before = reference?.value ?? rule.worseThan ?? null;
  const loss =
    before === null ? null : { metric: rule.metric, reference: before, current: value, lower, upper, estimated };
  const past = rule.worseThan === undefined ? 'ok' : compareWithLimit(now, value, rule.worseThan);
  const worse = reference !== null && isWorse(reference, now) ? 'alert' : 'ok';
  const interval = lower === null || upper === null ? '' : ` (${formatFigure(lower)} to ${formatFigure(upper)})`;
  const held = [
    ...(rule.worseThan === undefined ? [] : [`limit ${formatFigure(rule.worseThan)}`]),
    ...(reference?.value == null ? [] : [`reference ${formatFigure(reference.value)}`]),
  ].join(', ');
  const reason = `${what} is ${formatFigure(value)}${interval} of ${now.sampleSize.toLocaleString('en')} predictions; ${held === '' ? 'its reference is unknown' : held}.`;
  return { ...facts, level: selectGraverLevel(past, worse), reason, loss };
}

function selectGraverLevel(one: LookLevel, other: LookLevel): LookLevel {
  if (one === 'alert' || other === 'alert') return 'alert';
  return one === 'warning' || other === 'warning' ? 'warning' : 'ok';
}

function compareWithLimit({ metric, lower, upper }: MeasuredQuality, value: number, limit: number): LookLevel {
  const [isPast, nearest] = isError(metric) ? [value > limit, lower] : [value < limit, upper];
  if (!isPast) return 'ok';
  const whole = nearest !== null && (isError(metric) ? nearest > limit : nearest < limit);
  return whole ? 'alert' : 'warning';
}

/** Whether the value is significantly worse: one-sided test at 0.05 % of two samples, by the normal distribution. */
export function isWorse(reference: MeasuredQuality, now: MeasuredQuality): boolean {
  const [before, after] = [computeStandardError(reference), computeStandardError(now)];
  if (before === null || after === null) return false;
  const difference = computeDecline({ metric: now.metric, reference: before.value, current: after.value });
  const spread = Math.sqrt(before.spread ** 2 + after.spread ** 2);
  return difference > 0 && difference >= Z_WORSE * spread;
}

/** A measure on the scale on which it is a mean, and the standard error of it there; null: too few for one. */
function computeStandardError({
  metric,
  value,
  lower,
  upper,
}: MeasuredQuality): { value: number; spread: number } | null {
  if (value === null || lower === null || upper === null) return null;
  const scale = metric === 'rmse' ? (x: number) => x * x : (x: number) => x;
  return { value: scale(value), spread: (scale(upper) - scale(lower)) / (2 * Z_INTERVAL) };
}
