import { formatDayText, formatMonthText } from '../../../platform/units/index.ts';
import { describeUsedRate } from '../../exchange/schema.ts';
import type { IssuedStatement, StatementAmount, StatementFacts } from '../schema.ts';
import { formatTeam } from '../team.ts';
import {
  buildBars,
  buildMoneyCell,
  buildTable,
  escapeHtml,
  formatMoney,
  formatPercentChange,
  formatShare,
} from './elements.ts';
import { STYLES } from './styles.ts';
import { chargeNames, wayNames } from './words.ts';

/**
 * A statement as a self-contained page: no script, no external font or picture. Light theme, laid out for print. The
 * same facts yield the same bytes.
 */
export function buildStatementPage(facts: StatementFacts, issued: IssuedStatement | null): string {
  const title = `${formatTeam(facts.team)} · ${formatMonthText(facts.period)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(`${describeKind(issued)} ${title}`)}</title>
<style>${STYLES}</style>
</head>
<body>
<main>
${buildHeader(facts, issued)}
${facts.totals.length === 0 ? '<p class="empty">No cost in this month.</p>' : facts.totals.map((total) => buildSummary(facts, total)).join('\n')}
${buildSections(facts)}
${buildFooter(facts, issued)}
</main>
</body>
</html>
`;
}

function describeKind(issued: IssuedStatement | null): string {
  return issued === null ? 'Showback' : 'Chargeback';
}

function buildHeader(facts: StatementFacts, issued: IssuedStatement | null): string {
  const number = issued === null ? 'Live view, not issued' : `No. ${issued.number}${describeRevision(issued)}`;
  const day =
    issued === null
      ? ''
      : `<p>Issued ${formatDayText(issued.issuedAt.slice(0, 10))} by ${escapeHtml(issued.issuedBy)}</p>`;
  return `<header>
<div><p class="kind">${describeKind(issued)} statement</p><h1>${escapeHtml(formatTeam(facts.team))}</h1><p class="month">${formatMonthText(facts.period)}</p></div>
<div class="number"><p>${number}</p>${day}</div>
</header>`;
}

function describeRevision({ revision, corrects }: IssuedStatement): string {
  return corrects === null ? '' : `, revision ${revision}, corrects No. ${corrects}`;
}

function buildSummary(facts: StatementFacts, total: StatementFacts['totals'][number]): string {
  const { currency } = total;
  const ways = facts.ways.filter((way) => way.currency === currency);
  return `<section class="summary">
<dl>
${buildFigure(`Effective, ${currency}`, total.effectiveCost, total.effectiveBefore, facts.previousPeriod)}
${buildFigure(`Billed, ${currency}`, total.billedCost, total.billedBefore, facts.previousPeriod)}
</dl>
${buildBars(ways.map((way) => ({ label: wayNames[way.way], className: way.way, amount: way.effectiveCost })))}
</section>`;
}

function buildFigure(label: string, amount: string, before: string | null, previousPeriod: string): string {
  const than = `${formatMonthText(previousPeriod)}: ${before === null ? 'no bill' : `${formatMoney(before)}${describeChange(amount, before)}`}`;
  return `<div><dt>${escapeHtml(label)}</dt><dd class="big">${formatMoney(amount)}</dd><dd class="than">${than}</dd></div>`;
}

function describeChange(amount: string, before: string): string {
  const change = formatPercentChange(amount, before);
  return change === null ? '' : ` (${change})`;
}

function buildSections(facts: StatementFacts): string {
  return [
    buildWayTable(facts),
    buildPoolTable(facts),
    buildChargeTable(facts),
    buildComparedTable('By service', 'Service', facts.previousPeriod, facts.services, ({ serviceName }) => serviceName),
    buildComparedTable('By project', 'Project', facts.previousPeriod, facts.projects, ({ project }) => project),
    buildReasonTable(facts),
    buildReportingTable(facts),
  ]
    .filter((section) => section !== '')
    .join('\n');
}

const PAIR = ['Effective', 'Billed'] as const;
const buildPairCells = (amount: StatementAmount) => [
  buildMoneyCell(amount.effectiveCost),
  buildMoneyCell(amount.billedCost),
];

function buildWayTable(facts: StatementFacts): string {
  return buildTable(
    'How it came to the team',
    ['', 'Currency', ...PAIR],
    facts.ways,
    (way) => [escapeHtml(wayNames[way.way]), way.currency, ...buildPairCells(way)],
    facts.totals.map((total) => ['Total', total.currency, ...buildPairCells(total)]),
  );
}

function buildPoolTable({ pools }: StatementFacts): string {
  const head = ['Pool', 'Split', 'Part', 'Currency', 'Of effective', ...PAIR];
  return buildTable(
    'Shared and idle, by pool',
    head,
    pools,
    (pool) => [
      `${escapeHtml(pool.rule)}${pool.way === 'idle' ? ' <em>idle</em>' : ''}`,
      escapeHtml(pool.method),
      { right: formatShare(pool.ratio) },
      pool.currency,
      buildMoneyCell(pool.poolEffectiveCost),
      ...buildPairCells(pool),
    ],
    [],
  );
}

function buildChargeTable(facts: StatementFacts): string {
  return buildTable(
    'By kind of charge',
    ['', 'Currency', ...PAIR],
    facts.charges,
    (charge) => [escapeHtml(chargeNames[charge.charge]), charge.currency, ...buildPairCells(charge)],
    facts.totals.map((total) => ['Total', total.currency, ...buildPairCells(total)]),
  );
}

function buildComparedTable<T extends StatementFacts['totals'][number]>(
  title: string,
  noun: string,
  previousPeriod: string,
  rows: readonly T[],
  nameOf: (row: T) => string | null,
): string {
  const head = [noun, 'Currency', ...PAIR, `Effective ${previousPeriod}`, 'Change'];
  return buildTable(
    title,
    head,
    rows,
    (row) => [
      escapeHtml(nameOf(row) ?? '(none)'),
      row.currency,
      ...buildPairCells(row),
      row.effectiveBefore === null ? '' : buildMoneyCell(row.effectiveBefore),
      { right: buildChangeCell(row) },
    ],
    [],
  );
}

function buildChangeCell({ effectiveCost, effectiveBefore }: StatementFacts['totals'][number]): string {
  if (effectiveBefore === null) return '';
  return formatPercentChange(effectiveCost, effectiveBefore) ?? (effectiveCost === '0' ? '' : 'new');
}

function buildReasonTable({ reasons }: StatementFacts): string {
  return buildTable(
    'Reasons (unallocated)',
    ['', 'Currency', ...PAIR],
    reasons,
    (reason) => [escapeHtml(reason.reason), reason.currency, ...buildPairCells(reason)],
    [],
  );
}

function buildReportingTable({ reporting }: StatementFacts): string {
  if (reporting === null) return '';
  const { currency, rates, leftOut } = reporting;
  const cells = (amount: string | null) => (amount === null ? { right: 'unknown' } : buildMoneyCell(amount));
  const total = buildTable(
    `In ${currency}`,
    ['', 'Currency', ...PAIR],
    [reporting, ...leftOut],
    (line) => [
      line === reporting ? 'Total, each charge day at the rate of its day' : 'Left out: no exchange rate is known',
      line.currency,
      cells(line.effectiveCost),
      cells(line.billedCost),
    ],
    [],
  );
  const lines = rates.map((used) => `<p>${escapeHtml(describeUsedRate(used, currency))}</p>`);
  return [total, ...lines].join('\n');
}

function buildFooter(facts: StatementFacts, issued: IssuedStatement | null): string {
  const lines = [
    `Exact: ${facts.totals.map(({ billedCost, effectiveCost, currency }) => `${effectiveCost} effective, ${billedCost} billed ${currency}`).join('; ') || '0'}. Figures above are rounded to two decimals.`,
    ...buildLeftOutLines(facts),
    `Based on ${facts.deliveries.length === 1 ? 'delivery' : 'deliveries'} ${facts.deliveries.join(', ') || 'none'}, allocation rules version ${facts.rulesVersion}${facts.basis === null ? '' : `, basis ${facts.basis}`}.`,
    facts.previousRulesVersion === null
      ? `No bill covers ${formatMonthText(facts.previousPeriod)}.`
      : `${formatMonthText(facts.previousPeriod)} is based on ${facts.previousDeliveries.join(', ') || 'none'}, rules version ${facts.previousRulesVersion}${facts.previousBasis === null ? '' : `, basis ${facts.previousBasis}`}.`,
    ...(issued === null ? [] : buildIssuedLines(issued)),
  ];
  return `<footer>${lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('\n')}</footer>`;
}

function buildLeftOutLines({ leftOut }: StatementFacts): string[] {
  const { rejectedRows, rowsWithoutBilledCost, rowsWithoutEffectiveCost } = leftOut;
  const lines = [
    [rowsWithoutBilledCost, 'rows without a billed cost'],
    [rowsWithoutEffectiveCost, 'rows without an effective cost'],
    [rejectedRows, 'rows of the whole bill that were not accepted'],
  ] as const;
  const said = lines.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return said.length === 0 ? [] : [`Left out, because it is unknown: ${said.join(', ')}.`];
}

function buildIssuedLines({ why, difference, corrects, periodState }: IssuedStatement): string[] {
  const sums = difference.map(
    ({ billedCost, effectiveCost, currency }) => `${effectiveCost} effective, ${billedCost} billed ${currency}`,
  );
  return [
    ...(corrects === null ? [] : [`Difference to No. ${corrects}: ${sums.join('; ') || '0'}.`]),
    ...(periodState === 'closed' ? [] : ['The cloud could still change the month when this was issued.']),
    ...(why === null ? [] : [`Reason: ${why}`]),
  ];
}
