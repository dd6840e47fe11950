import {
  decimal,
  findCurrencySymbol,
  formatAmountDigits,
  groupThousands,
  type Money,
} from '../../../src/platform/units/schema.ts';

const MINUS = '\u2212';

/** `$` for USD; `CHF ` and the like for a currency without a symbol. */
export function currencySymbol(currency: string): string {
  return findCurrencySymbol(currency) ?? `${currency}\u00a0`;
}

/**
 * Money for display: two decimals from 1 on, four from 0.01 on, below that three significant digits and at most six
 * decimals. Rounds half to even for display only; the exact amount remains on hover and in copied text.
 * Example: 48210.3349 USD -> "$48,210.33"; 0.03127891 USD -> "$0.0313"; 0.00086571 USD -> "$0.000866".
 */
export function formatMoney(money: Money): string {
  const amount = decimal(money.amount);
  const sign = amount.isNegative() && !amount.isZero() ? MINUS : '';
  const digits = formatAmountDigits(amount);
  const symbol = currencySymbol(money.currency);
  return digits.startsWith('under ')
    ? `${sign}under ${symbol}${digits.slice('under '.length)}`
    : `${sign}${symbol}${digits}`;
}

/** Factor that makes a unit cost readable, and its number of units. */
export interface UnitScale {
  readonly factor: number;
  readonly per: string;
}

/** A unit cost below a cent is shown for a million units; one without three digits in six decimals, for a billion. */
const READABLE_FROM = { stated: '0.01', million: '0.0001' } as const;

/**
 * Readable scale for a cost of `count` units. Compared figures share the scale of one of them.
 *
 * @example unitScale('0.0415', 1000) // { factor: 1, per: '1,000' }
 * @example unitScale('0.0000008657', 1000) // { factor: 1000, per: '1M' }
 */
export function unitScale(amount: string, count: number): UnitScale {
  const size = decimal(amount).abs();
  if (size.isZero() || size.greaterThanOrEqualTo(READABLE_FROM.stated) || count >= 1e6) {
    return { factor: 1, per: groupThousands(String(count)) };
  }
  const isReadable = size.times(1e6 / count).greaterThanOrEqualTo(READABLE_FROM.million);
  return isReadable ? { factor: 1e6 / count, per: '1M' } : { factor: 1e9 / count, per: '1B' };
}

/** A unit cost in a scale: 0.0000008657 USD, a thousand times -> "$0.000866". */
export function formatScaled(money: Money, { factor }: UnitScale): string {
  return formatMoney({ ...money, amount: decimal(money.amount).times(factor).toFixed() });
}

/** Amount from which an estimate is shown without cents. */
const WHOLE_FROM = 100;

/**
 * Text of estimated money: whole units from a hundred on, else as `formatMoney`.
 * Example: 61403.28 USD -> "$61,403"; 4.218 USD -> "$4.22".
 */
export function formatAbout(money: Money): string {
  const amount = decimal(money.amount);
  if (amount.abs().lessThan(WHOLE_FROM)) return formatMoney(money);
  return formatMoney({ ...money, amount: amount.toFixed(0) }).replace(/\.00$/, '');
}

/** Less is rounding, not a difference of money. */
const LEAST_DIFFERENCE = '0.005';

/**
 * Money that was added or taken: always with its sign, for differences. Less than half a cent is none.
 * Example: 12.5 USD -> "+$12.50"; -3 USD -> "−$3.00"; 0.0000004 -> "$0.00".
 */
export function formatMoneyDelta(money: Money): string {
  if (decimal(money.amount).abs().lessThan(LEAST_DIFFERENCE)) return formatMoney({ ...money, amount: '0' });
  const text = formatMoney(money);
  return decimal(money.amount).greaterThan(0) ? `+${text}` : text;
}

/** The amount to its last digit with its currency, for hover: `48210.33490000001 USD`. */
export function exactMoney(money: Money): string {
  return `${money.amount} ${money.currency}`;
}

/** Short money for a chart's axis, where the exact amount is on hover: `$1.2k`. For drawing only. */
export function axisMoney(amount: number, currency: string): string {
  const symbol = currencySymbol(currency);
  const sign = amount < 0 ? MINUS : '';
  const size = Math.abs(amount);
  if (size >= 1e6) return `${sign}${symbol}${trim(size / 1e6)}M`;
  if (size >= 1e3) return `${sign}${symbol}${trim(size / 1e3)}k`;
  return `${sign}${symbol}${trim(size)}`;
}

/** A number with at most six decimals. Smaller values get an exponent, so that the labels of an axis differ. */
function trim(value: number): string {
  const short = decimal(value).toSignificantDigits(3);
  return short.isZero() || short.greaterThanOrEqualTo('0.000001')
    ? short.toDecimalPlaces(6).toFixed()
    : short.toExponential();
}
