import { decimal } from '../../../src/platform/units/schema.ts';
import { formatMoney, groupThousands } from './money.ts';

/** The narrow space keeps figure and sign on one line. */
const PERCENT = '\u00a0%';

/** `200000` -> `200,000`. */
export function formatCount(count: number): string {
  return groupThousands(String(count));
}

/** `1 model`, `3 models`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/**
 * A measured number for the eye: four significant digits below 1,000, whole thousands above. The exact one is on hover.
 * Example: 0.337712 -> "0.3377"; 12345.6 -> "12,346".
 */
export function formatMeasure(value: string | number): string {
  const exact = decimal(value);
  const plain = exact.abs().greaterThanOrEqualTo(1000) ? exact.toFixed(0) : exact.toSignificantDigits(4).toFixed();
  return groupThousands(plain).replace('-', '\u2212');
}

const BYTE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** `1536` -> `1.54 KB`: three significant digits, in powers of 1,000. */
export function formatBytes(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), BYTE_UNITS.length - 1);
  return `${decimal(bytes / 1000 ** power)
    .toSignificantDigits(3)
    .toFixed()}\u00a0${BYTE_UNITS[power]}`;
}

const MONEY_UNIT = /^([A-Z][A-Z0-9_]{2,15})(?:\s+(.*))?$/;

export interface MeasuredText {
  readonly figure: string;
  readonly unit: string;
  readonly exact: string;
}

/**
 * A value with its unit. A unit that begins with a currency makes money of the value.
 * Example: "0.0127", "USD per 1,000 predictions" -> figure "$0.0127", unit "per 1,000 predictions".
 */
export function formatMeasured(value: string, unit: string): MeasuredText {
  const exact = `${value} ${unit}`.trim();
  const money = MONEY_UNIT.exec(unit);
  if (money === null) return { figure: formatMeasure(value), unit, exact };
  return { figure: formatMoney({ amount: value, currency: money[1] ?? '' }), unit: money[2] ?? '', exact };
}

/**
 * Share of a whole in per cent, for reading. `null` when the whole is zero: a share of nothing is unknown.
 * Example: 61 of 100 -> "61 %"; 0.4 of 100 -> "0.4 %".
 */
export function formatShare(part: string, whole: string): string | null {
  const all = decimal(whole);
  if (all.isZero()) return null;
  return formatPercent(decimal(part).dividedBy(all).times(100).toNumber());
}

/** `61.23` -> `61 %`; below ten one decimal, so that small shares do not all read the same. */
export function formatPercent(percent: number): string {
  const size = Math.abs(percent);
  if (size > 0 && size < 0.1) return `under 0.1${PERCENT}`;
  const digits = size < 10 ? size.toFixed(1).replace(/\.0$/, '') : size.toFixed(0);
  return `${percent < 0 && Number(digits) !== 0 ? '\u2212' : ''}${groupThousands(digits)}${PERCENT}`;
}

export interface Change {
  readonly direction: 'up' | 'down' | 'level';
  readonly percent: string | null;
}

/** Change of a figure on an earlier one. `percent` is null when the earlier one is zero: no rate can be given. */
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
