import { decimal, groupThousands } from '../../../src/platform/units/schema.ts';
import { formatMoney, formatScaled, unitScale } from './money.ts';

/** The narrow space keeps figure and sign on one line. */
const PERCENT = '\u00a0%';
const MINUS = '\u2212';
/** Smaller ones would be zero in six decimals. */
const LEAST_PLAIN = '0.000001';

/** `200000` -> `200,000`. */
export function formatCount(count: number): string {
  return groupThousands(String(count));
}

/** `1 model`, `3 models`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/**
 * A measured number for display: four significant digits below 1,000 and at most six decimals, whole numbers above;
 * smaller values have an exponent. The exact number appears on hover.
 * Example: 0.337712 -> "0.3377"; 12345.6 -> "12,346"; 0.00000031 -> "3.1e-7".
 */
export function formatMeasure(value: string | number): string {
  const exact = decimal(value);
  const size = exact.abs();
  const isTiny = !size.isZero() && size.lessThan(LEAST_PLAIN);
  if (isTiny) return exact.toSignificantDigits(3).toExponential().replace(/^-/, MINUS);
  const plain = size.greaterThanOrEqualTo(1000)
    ? exact.toFixed(0)
    : exact.toSignificantDigits(4).toDecimalPlaces(6).toFixed();
  return groupThousands(plain).replace('-', MINUS);
}

/** `5.104` -> `5.1 ms`, `187.34` -> `187 ms`: clocks of two machines do not agree on more. */
export function formatMilliseconds(milliseconds: number): string {
  const exact = decimal(milliseconds);
  const digits = exact.abs().greaterThanOrEqualTo(100) ? exact.toFixed(0) : exact.toSignificantDigits(2).toFixed();
  return `${groupThousands(digits)}\u00a0ms`;
}

const BYTE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** `1536` -> `1.54 KB`: three significant digits, in powers of 1,000. */
export function formatBytes(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), BYTE_UNITS.length - 1);
  return `${decimal(bytes / 1000 ** power)
    .toSignificantDigits(3)
    .toFixed()}\u00a0${BYTE_UNITS[power]}`;
}

const COUNTED_UNIT = /^per ([\d,]+) (.+)$/;
const MONEY_UNIT = /^([A-Z][A-Z0-9_]{2,15})(?:\s+(.*))?$/;

export interface MeasuredText {
  readonly figure: string;
  readonly unit: string;
  readonly exact: string;
}

/**
 * A value with its unit. With a unit that begins with a currency, the value is money; where it is too small to read, it
 * is shown for more units. Compared values share the scale of one of them, `like`.
 * Example: "0.0127", "USD per 1,000 predictions" -> figure "$0.0127", unit "per 1,000 predictions";
 * "0.00081", "USD per 1,000 predictions" -> figure "$0.81", unit "per 1M predictions".
 */
export function formatMeasured(value: string, unit: string, like = value): MeasuredText {
  const exact = `${value} ${unit}`.trim();
  const [, currency, per = ''] = MONEY_UNIT.exec(unit) ?? [];
  if (currency === undefined) return { figure: formatMeasure(value), unit, exact };
  const [, count = '', noun] = COUNTED_UNIT.exec(per) ?? [];
  if (noun === undefined) return { figure: formatMoney({ amount: value, currency }), unit: per, exact };
  const scale = unitScale(like, Number(count.replaceAll(',', '')));
  return { figure: formatScaled({ amount: value, currency }, scale), unit: `per ${scale.per} ${noun}`, exact };
}

/**
 * Share of a whole in percent, as text. `null` when there is no share: the whole is zero, or credits make the part
 * negative or larger than the whole.
 * Example: 61 of 100 -> "61 %"; 0.4 of 100 -> "0.4 %"; -175 of 100 -> null.
 */
export function formatShare(part: string, whole: string): string | null {
  if (decimal(whole).isZero()) return null;
  const ratio = decimal(part).dividedBy(whole);
  return ratio.isNegative() || ratio.greaterThan(1) ? null : formatRatio(part, whole);
}

/** A figure in percent of another one, of any size and sign; `null` when the other one is zero. */
export function formatRatio(figure: string, other: string): string | null {
  if (decimal(other).isZero()) return null;
  return formatPercent(decimal(figure).dividedBy(other).times(100).toNumber());
}

/** `61.23` -> `61 %`; one decimal below ten, so that small shares differ, and from 99 on, so that less is never 100. */
export function formatPercent(percent: number): string {
  const size = Math.abs(percent);
  if (size > 0 && size < 0.1) return `under 0.1${PERCENT}`;
  const isNearlyAll = size > 99 && size < 100;
  const shown = isNearlyAll ? Math.floor(size * 10) / 10 : size;
  const digits = size < 10 || isNearlyAll ? shown.toFixed(1).replace(/\.0$/, '') : shown.toFixed(0);
  return `${percent < 0 && Number(digits) !== 0 ? '\u2212' : ''}${groupThousands(digits)}${PERCENT}`;
}

export interface Change {
  readonly direction: 'up' | 'down' | 'level';
  readonly percent: string | null;
}

/** Change of a figure from an earlier one. `percent` is null when the earlier one is zero, because there is no rate. */
export function changeOn(current: string, before: string): Change {
  const now = decimal(current);
  const then = decimal(before);
  const direction = now.greaterThan(then) ? 'up' : now.lessThan(then) ? 'down' : 'level';
  if (then.isZero()) return { direction, percent: null };
  return { direction, percent: formatPercent(now.minus(then).dividedBy(then.abs()).times(100).abs().toNumber()) };
}

/** How many times one figure is another: "9.4 times"; null when the other is zero. */
export function formatTimes(figure: string, other: string): string | null {
  if (decimal(other).isZero()) return null;
  return `${decimal(figure).dividedBy(other).toSignificantDigits(2).toFixed()} times`;
}
