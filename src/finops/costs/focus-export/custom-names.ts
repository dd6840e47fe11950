/**
 * The name of a custom column as FOCUS demands it: `x_` and PascalCase. Example: `x_bill_payerAccount/id` becomes
 * `x_BillPayerAccountId`.
 */
export function toCustomName(name: string): string {
  const words = name.replace(/^x_/i, '').split(/[^\p{L}\p{N}]+/u);
  const pascal = words
    .filter((word) => word !== '')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
  return `x_${pascal === '' ? 'Column' : pascal}`;
}

/** Unique custom names of columns, because FOCUS names must differ by more than case; avoids the names in `taken`. */
export function buildCustomNames(names: readonly string[], taken: readonly string[]): Map<string, string> {
  const used = new Set(taken.map((name) => name.toLowerCase()));
  const given = new Map<string, string>();
  for (const name of names) {
    const base = toCustomName(name);
    let distinct = base;
    for (let count = 2; used.has(distinct.toLowerCase()); count += 1) distinct = `${base}${count}`;
    used.add(distinct.toLowerCase());
    given.set(name, distinct);
  }
  return given;
}
