import { formatInstantText, formatRangeText } from '../../platform/units/index.ts';
import {
  formatReportCell,
  type ReportCell,
  type ReportDocument,
  type ReportRow,
  type ReportSection,
} from './schema.ts';

/** Mail programs cut longer messages. */
const MOST_BYTES = 100_000;

const FONT = 'font-family:Segoe UI,Helvetica,Arial,sans-serif;font-size:14px;line-height:1.45;color:#1b1f24';
const CELL = 'padding:4px 10px 4px 0;border-bottom:1px solid #d8dee4;vertical-align:top';
const HEAD = `${CELL};text-align:left;font-weight:600;color:#57606a`;
const LINK = 'color:#0b57a4;text-decoration:none';

/**
 * A report as one self-contained HTML document of at most 100 KB: tables and inline styles, no scripts, no images. `publicUrl`: links are
 * absolute; null: they are relative. The same document gives the same bytes.
 */
export function renderReportHtml(document: ReportDocument, publicUrl: string | null): string {
  for (
    let mostRows = Number.POSITIVE_INFINITY;
    ;
    mostRows = Number.isFinite(mostRows) ? Math.floor(mostRows / 2) : 16
  ) {
    const html = renderDocument(cutRows(document, mostRows), publicUrl);
    if (mostRows === 0 || Buffer.byteLength(html) <= MOST_BYTES) return html;
  }
}

function cutRows(document: ReportDocument, mostRows: number): ReportDocument {
  const sections = document.sections.map((section) => {
    const rows = section.rows.slice(0, mostRows);
    return { ...section, rows, others: section.others + section.rows.length - rows.length };
  });
  return { ...document, sections };
}

function renderDocument(document: ReportDocument, publicUrl: string | null): string {
  const { name, leftOut, sections } = document;
  const title = buildReportTitle(document);
  const resolve = (link: string | null) => (link === null ? null : `${(publicUrl ?? '').replace(/\/$/, '')}${link}`);
  const facts = buildBasis(document).map((line) => `<p style="margin:0 0 4px;color:#57606a">${escapeHtml(line)}</p>`);
  const missing = leftOut.map((line) => `<li>${escapeHtml(line)}</li>`).join('');
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title>`,
    '<style>@media print{a{color:#000!important}table{page-break-inside:auto}tr{page-break-inside:avoid}h2{page-break-after:avoid}}</style></head>',
    `<body style="margin:0;padding:0;background:#ffffff;${FONT}">`,
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td align="center">',
    `<table role="presentation" width="720" cellpadding="0" cellspacing="0" border="0" style="width:720px;max-width:100%;${FONT}"><tr><td style="padding:24px 16px">`,
    `<h1 style="margin:0 0 8px;font-size:22px;line-height:1.25">${escapeHtml(title)}</h1>`,
    ...facts,
    ...sections.map((section) => renderSection(section, resolve)),
    missing === ''
      ? ''
      : `<h2 style="margin:24px 0 6px;font-size:16px">Left out</h2><ul style="margin:0;padding-left:18px">${missing}</ul>`,
    `<p style="margin:24px 0 0;color:#57606a">Report ${escapeHtml(name)} of Steelyard. Every figure links to the page that shows it.</p>`,
    '</td></tr></table></td></tr></table></body></html>',
  ].join('\n');
}

/** `Weekly report for finance, 2026-W47`. */
export function buildReportTitle({
  schedule,
  audience,
  name,
  team,
}: Pick<ReportDocument, 'schedule' | 'audience' | 'name' | 'team'>): string {
  const kind = schedule === 'weekly' ? 'Weekly' : 'Monthly';
  return `${kind} report for ${audience.replace('-', ' ')}, ${name}${team === null ? '' : `, team ${team}`}`;
}

/** Basis of the figures: window, metric, currencies and time of the knowledge. */
export function buildBasis({ window, metric, currencies, knownAt }: ReportDocument): string[] {
  const day = (instant: string) => instant.slice(0, 'YYYY-MM-DD'.length);
  const last = day(new Date(Date.parse(window.end) - 1).toISOString());
  const money = currencies.length === 0 ? 'no money' : currencies.join(', ');
  return [
    `${formatRangeText(day(window.start), last)}, UTC. Metric: ${metric} cost. Currency: ${money}.`,
    `As known at ${formatInstantText(knownAt)}.`,
  ];
}

type Resolve = (link: string | null) => string | null;

function renderSection({ title, link, columns, rows, others, empty, notes }: ReportSection, resolve: Resolve): string {
  const kinds = columns.map((_, at) => rows[0]?.cells[at]?.kind ?? 'text');
  const heads = columns.map(
    (column, at) => `<th scope="col" style="${HEAD}${alignOf(kinds[at])}">${escapeHtml(column)}</th>`,
  );
  const table =
    rows.length === 0
      ? `<p style="margin:0">${escapeHtml(empty)}</p>`
      : `<table width="100%" cellpadding="0" cellspacing="0" border="0" style="border-collapse:collapse;${FONT}"><tr>${heads.join('')}</tr>${rows.map((row) => renderRow(row, resolve)).join('\n')}</table>`;
  const more = others === 0 ? [] : [`${others} more ${others === 1 ? 'row is' : 'rows are'} not listed.`];
  const small = [...more, ...notes].map(
    (line) => `<p style="margin:4px 0 0;font-size:12px;color:#57606a">${escapeHtml(line)}</p>`,
  );
  return [
    `<h2 style="margin:24px 0 6px;font-size:16px">${renderLink(title, resolve(link))}</h2>`,
    table,
    ...small,
  ].join('\n');
}

function renderRow({ cells }: ReportRow, resolve: Resolve): string {
  const inner = cells.map((cell) => {
    const text = renderLink(formatReportCell(cell), resolve(cell.link));
    const why =
      cell.value === null
        ? `<br><span style="font-size:12px;color:#57606a">${escapeHtml(cell.reason ?? '')}</span>`
        : '';
    return `<td style="${CELL}${alignOf(cell.kind)}">${text}${why}</td>`;
  });
  return `<tr>${inner.join('')}</tr>`;
}

function renderLink(text: string, href: string | null): string {
  return href === null ? escapeHtml(text) : `<a href="${escapeHtml(href)}" style="${LINK}">${escapeHtml(text)}</a>`;
}

function alignOf(kind: ReportCell['kind'] | undefined): string {
  return kind === undefined || kind === 'text' ? '' : ';text-align:right;white-space:nowrap';
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
