import { type Decimal, decimal, type Money } from '../../../src/platform/units/schema.ts';

const SYMBOLS: Readonly<Record<string, string>> = { USD: '$', EUR: '€', GBP: '£', JPY: '¥', INR: '₹', KRW: '₩' };
const MINUS = '\u2212';

/** `$` for USD; `CHF ` and the like for a currency that has no symbol of its own. */
export function currencySymbol(currency: string): string {
  return SYMBOLS[currency] ?? `${currency}\u00a0`;
}

/**
 * Money as it is read: thousands, two decimals; below one, four significant digits. Rounds half to even, for the eye
 * only: the exact amount stays on hover and in what is copied.
 * Example: 48210.3349 USD -> "$48,210.33"; 0.03127891 USD -> "$0.03128".
 */
export function formatMoney(money: Money): string {
  const amount = decimal(money.amount);
  const sign = amount.isNegative() && !amount.isZero() ? MINUS : '';
  return `${sign}${currencySymbol(money.currency)}${moneyDigits(amount.abs())}`;
}

/** From here on cents of an estimate say nothing. */
const WHOLE_FROM = 100;

/**
 * Money that is estimated: whole units from a hundred on, else as `formatMoney`.
 * Example: 61403.28 USD -> "$61,403"; 4.218 USD -> "$4.22".
 */
export function formatAbout(money: Money): string {
  const amount = decimal(money.amount);
  if (amount.abs().lessThan(WHOLE_FROM)) return formatMoney(money);
  return formatMoney({ ...money, amount: amount.toFixed(0) }).replace(/\.00$/, '');
}

/**
 * Money that was added or taken: always with its sign, for differences.
 * Example: 12.5 USD -> "+$12.50"; -3 USD -> "−$3.00"; 0 -> "$0.00".
 */
export function formatMoneyDelta(money: Money): string {
  const text = formatMoney(money);
  return decimal(money.amount).greaterThan(0) ? `+${text}` : text;
}

function moneyDigits(amount: Decimal): string {
  if (amount.isZero()) return '0.00';
  if (amount.lessThan(1)) {
    const digits = amount.toSignificantDigits(4).toFixed();
    return digits.length < 4 ? amount.toFixed(2) : digits;
  }
  return groupThousands(amount.toFixed(2));
}

/** `1234567.5` -> `1,234,567.5`, digits untouched. */
export function groupThousands(plain: string): string {
  const [whole = '', fraction] = plain.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
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

function trim(value: number): string {
  return decimal(value).toSignificantDigits(3).toFixed();
}
