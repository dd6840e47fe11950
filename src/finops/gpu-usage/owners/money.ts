import { type Decimal, decimal, decimalString } from '../../../platform/units/index.ts';

/** The number of decimals of metered cost. */
const DECIMALS = 20;
const UNITS = 10n ** BigInt(DECIMALS);
const US_PER_HOUR = 3_600_000_000n;

/** An exact number. */
export interface Fraction {
  readonly over: bigint;
  readonly under: bigint;
}

export const ONE: Fraction = { over: 1n, under: 1n };

export function parseFraction(text: string): Fraction {
  const [whole = '0', digits = ''] = decimalString(text).split('.');
  return { over: BigInt(whole + digits), under: 10n ** BigInt(digits.length) };
}

export function multiplyFractions(a: Fraction, b: Fraction): Fraction {
  return { over: a.over * b.over, under: a.under * b.under };
}

/**
 * Money of GPU times, in units of 1e-20 of the currency: each is time x price of an hour, rounded so that they add up to the whole,
 * which is rounded half-even once (the largest remainder). `us`: microseconds. Prices of an hour are exact, not negative.
 * Example: a third of an hour each, three times, at 1 -> 33333333333333333334, 33333333333333333333, 33333333333333333333.
 */
export function computeTimeMoney(parts: readonly { readonly us: bigint; readonly price: Fraction }[]): bigint[] {
  const under = parts.reduce((least, { price }) => lcm(least, price.under), 1n) * US_PER_HOUR;
  const exact = parts.map(({ us, price }) => us * price.over * (under / US_PER_HOUR / price.under) * UNITS);
  const whole = roundHalfEven(
    exact.reduce((sum, one) => sum + one, 0n),
    under,
  );
  const floors = exact.map((one) => one / under);
  let left = whole - floors.reduce((sum, one) => sum + one, 0n);
  const order = exact.map((one, index) => ({ rest: one % under, index }));
  order.sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1));
  for (const { index } of order) {
    if (left === 0n) break;
    floors[index] = (floors[index] ?? 0n) + 1n;
    left -= 1n;
  }
  return floors;
}

function roundHalfEven(over: bigint, under: bigint): bigint {
  const [whole, rest] = [over / under, over % under];
  const twice = rest * 2n;
  return twice > under || (twice === under && whole % 2n === 1n) ? whole + 1n : whole;
}

function lcm(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return (a / x) * b;
}

/** Units of 1e-20 as an amount. */
export function formatAmount(units: bigint): string {
  const digits = units.toString().padStart(DECIMALS + 1, '0');
  return decimalString(`${digits.slice(0, -DECIMALS)}.${digits.slice(-DECIMALS)}`);
}

/** GPU-hours of microseconds, including the correction for readings that the source lost for all GPUs alike. */
export function toGpuHours(us: bigint, scale: Fraction): number {
  const exact: Decimal = decimal((us * scale.over).toString()).dividedBy((US_PER_HOUR * scale.under).toString());
  return exact.toNumber();
}
