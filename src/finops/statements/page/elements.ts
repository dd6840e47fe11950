import { decimal } from '../../../platform/units/index.ts';

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** `-1234.5` -> `−1,234.50`; more decimals for amounts under a cent, so that they do not appear as zero. */
export function formatMoney(amount: string): string {
  const exact = decimal(amount);
  const isTiny = !exact.isZero() && exact.abs().lt('0.005');
  const text = exact.abs().toFixed(isTiny ? 1 - exact.e : 2);
  const [whole = '', fraction = ''] = text.split('.');
  return `${exact.isNegative() && !exact.isZero() ? '−' : ''}${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${fraction}`;
}

/** HTML of a table cell; numbers are right-aligned. */
export type Cell = string | { readonly right: string };

export function buildMoneyCell(amount: string): Cell {
  return { right: formatMoney(amount) };
}

/** `+12.5 %` from before to after; null when `before` is zero. */
export function formatPercentChange(after: string, before: string): string | null {
  const base = decimal(before);
  if (base.isZero()) return null;
  const change = decimal(after).minus(base).dividedBy(base.abs()).times(100).toDecimalPlaces(1);
  return `${change.isNegative() ? '−' : '+'}${change.abs().toFixed(1)} %`;
}

/** `0.3333333333` -> `33.33 %`. */
export function formatShare(ratio: string | null): string {
  return ratio === null ? '' : `${decimal(ratio).times(100).toFixed(2)} %`;
}

/** A section with a table; empty without rows. */
export function buildTable<T>(
  title: string,
  head: readonly string[],
  rows: readonly T[],
  cells: (row: T) => readonly Cell[],
  totals: readonly (readonly Cell[])[],
): string {
  if (rows.length === 0) return '';
  const body = rows.map(cells);
  const isRight = head.map((_, index) => body.some((row) => typeof row[index] === 'object'));
  const line = (row: readonly Cell[], tag: string) =>
    `<tr>${row.map((cell, index) => `<${tag}${isRight[index] ? ' class="right"' : ''}>${toHtml(cell)}</${tag}>`).join('')}</tr>`;
  const foot = totals.map((row) => line(row, 'td')).join('\n');
  return `<section>
<h2>${escapeHtml(title)}</h2>
<table>
<thead>${line(head.map(escapeHtml), 'th')}</thead>
<tbody>${body.map((row) => line(row, 'td')).join('\n')}</tbody>
${foot === '' ? '' : `<tfoot>${foot}</tfoot>`}
</table>
</section>`;
}

function toHtml(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.right;
}

/**
 * One stacked bar, each part as wide as its share of the positive amounts; empty with fewer than two positive parts.
 */
export function buildBars(
  parts: readonly { readonly label: string; readonly className: string; readonly amount: string }[],
): string {
  const positive = parts.filter(({ amount }) => decimal(amount).gt(0));
  if (positive.length < 2) return '';
  const sum = positive.reduce((total, { amount }) => total.plus(amount), decimal(0));
  const width = (amount: string) => decimal(amount).dividedBy(sum).times(100).toDecimalPlaces(2).toFixed();
  const pieces = positive.map(
    ({ className, amount }) => `<span class="${className}" style="width:${width(amount)}%"></span>`,
  );
  const legend = positive.map(
    ({ label, className, amount }) =>
      `<li><i class="${className}"></i>${escapeHtml(label)} ${decimal(amount).dividedBy(sum).times(100).toFixed(1)} %</li>`,
  );
  return `<div class="bar">${pieces.join('')}</div><ul class="legend">${legend.join('')}</ul>`;
}
