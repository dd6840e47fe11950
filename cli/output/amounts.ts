import { decimal, findCurrencySymbol, type Money } from '../../src/platform/units/schema.ts';

const CENTS = 2;
const SIGNIFICANT = 2;

/**
 * An exact decimal as people read it: two decimals, more for amounts under one so that two digits remain, thousands
 * apart. `--json` gives every digit.
 * Examples: `1234.5` -> `1,234.50`; `0.00081` -> `0.00081`; `0` -> `0.00`.
 */
export function formatAmount(amount: string): string {
  const exact = decimal(amount);
  const small = exact.isZero() || exact.abs().gte(1) ? CENTS : SIGNIFICANT - 1 - exact.e;
  const rounded = exact.toFixed(Math.max(small, CENTS)).replace(/(\.\d\d)(\d*?)0+$/, '$1$2');
  return groupThousands(rounded);
}

/** `$12.50`, `-$3.00`, `CHF 12.50`; null (unknown) stays null. */
export function formatMoney(money: Money): string;
export function formatMoney(money: Money | null): string | null;
export function formatMoney(money: Money | null): string | null {
  if (money === null) return null;
  const symbol = findCurrencySymbol(money.currency) ?? `${money.currency} `;
  const digits = formatAmount(money.amount);
  return digits.startsWith('-') ? `-${symbol}${digits.slice(1)}` : `${symbol}${digits}`;
}

/** `1234567` -> `1,234,567`. */
export function formatCount(count: number): string {
  return groupThousands(String(count));
}

/** `1 row`, `2 rows`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** `2026-11-03T10:00:00.123Z` -> `2026-11-03 10:00 UTC`. */
export function formatInstant(instant: string): string {
  return `${instant.slice(0, 16).replace('T', ' ')} UTC`;
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `1536` -> `1.5 KiB`. */
export function formatBytes(sizeBytes: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(sizeBytes, 1)) / 10), UNITS.length - 1);
  return `${power === 0 ? sizeBytes : (sizeBytes / 1024 ** power).toFixed(1)} ${UNITS[power] ?? 'B'}`;
}

function groupThousands(plain: string): string {
  const [whole = '', fraction] = plain.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
