import { rateText } from '../../exchange/schema.ts';
import { monthName } from '../months.ts';
import type { IssuedStatement, StatementAmount, StatementFacts } from '../schema.ts';
import { shownTeam } from '../team.ts';
import { bars, escaped, money, moneyCell, percent, shareOf, table } from './elements.ts';
import { STYLES } from './styles.ts';
import { chargeNames, wayNames } from './words.ts';

/**
 * A statement as a self-contained page: no script, no external font or picture. Light theme, laid out for print. The
 * same facts yield the same bytes.
 */
export function statementPage(facts: StatementFacts, issued: IssuedStatement | null): string {
  const title = `${shownTeam(facts.team)} · ${monthName(facts.period)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(`${kindOf(issued)} ${title}`)}</title>
<style>${STYLES}</style>
</head>
<body>
<main>
${header(facts, issued)}
${facts.totals.length === 0 ? '<p class="empty">No cost in this month.</p>' : facts.totals.map((total) => summary(facts, total)).join('\n')}
${sections(facts)}
${footer(facts, issued)}
</main>
</body>
</html>
`;
}

function kindOf(issued: IssuedStatement | null): string {
  return issued === null ? 'Showback' : 'Chargeback';
}

function header(facts: StatementFacts, issued: IssuedStatement | null): string {
  const number = issued === null ? 'Live view, not issued' : `No. ${issued.number}${revisionOf(issued)}`;
  const day = issued === null ? '' : `<p>Issued ${issued.issuedAt.slice(0, 10)} by ${escaped(issued.issuedBy)}</p>`;
  return `<header>
<div><p class="kind">${kindOf(issued)} statement</p><h1>${escaped(shownTeam(facts.team))}</h1><p class="month">${monthName(facts.period)}</p></div>
<div class="number"><p>${number}</p>${day}</div>
</header>`;
}

function revisionOf({ revision, corrects }: IssuedStatement): string {
  return corrects === null ? '' : `, revision ${revision}, corrects No. ${corrects}`;
}

function summary(facts: StatementFacts, total: StatementFacts['totals'][number]): string {
  const { currency } = total;
  const ways = facts.ways.filter((way) => way.currency === currency);
  return `<section class="summary">
<dl>
${figure(`Effective, ${currency}`, total.effectiveCost, total.effectiveBefore, facts.previousPeriod)}
${figure(`Billed, ${currency}`, total.billedCost, total.billedBefore, facts.previousPeriod)}
</dl>
${bars(ways.map((way) => ({ label: wayNames[way.way], className: way.way, amount: way.effectiveCost })))}
</section>`;
}

function figure(label: string, amount: string, before: string | null, previousPeriod: string): string {
  const than = `${monthName(previousPeriod)}: ${before === null ? 'no bill' : `${money(before)}${changeOf(amount, before)}`}`;
  return `<div><dt>${escaped(label)}</dt><dd class="big">${money(amount)}</dd><dd class="than">${than}</dd></div>`;
}

function changeOf(amount: string, before: string): string {
  const change = percent(amount, before);
  return change === null ? '' : ` (${change})`;
}

function sections(facts: StatementFacts): string {
  return [
    wayTable(facts),
    poolTable(facts),
    chargeTable(facts),
    comparedTable('By service', 'Service', facts.previousPeriod, facts.services, ({ serviceName }) => serviceName),
    comparedTable('By project', 'Project', facts.previousPeriod, facts.projects, ({ project }) => project),
    reasonTable(facts),
    reportingTable(facts),
  ]
    .filter((section) => section !== '')
    .join('\n');
}

const PAIR = ['Effective', 'Billed'] as const;
const pairCells = (amount: StatementAmount) => [moneyCell(amount.effectiveCost), moneyCell(amount.billedCost)];

function wayTable(facts: StatementFacts): string {
  return table(
    'How it came to the team',
    ['', 'Currency', ...PAIR],
    facts.ways,
    (way) => [escaped(wayNames[way.way]), way.currency, ...pairCells(way)],
    facts.totals.map((total) => ['Total', total.currency, ...pairCells(total)]),
  );
}

function poolTable({ pools }: StatementFacts): string {
  const head = ['Pool', 'Split', 'Part', 'Currency', 'Of effective', ...PAIR];
  return table(
    'Shared and idle, by pool',
    head,
    pools,
    (pool) => [
      `${escaped(pool.rule)}${pool.way === 'idle' ? ' <em>idle</em>' : ''}`,
      escaped(pool.method),
      { right: shareOf(pool.ratio) },
      pool.currency,
      moneyCell(pool.poolEffectiveCost),
      ...pairCells(pool),
    ],
    [],
  );
}

function chargeTable(facts: StatementFacts): string {
  return table(
    'By kind of charge',
    ['', 'Currency', ...PAIR],
    facts.charges,
    (charge) => [escaped(chargeNames[charge.charge]), charge.currency, ...pairCells(charge)],
    facts.totals.map((total) => ['Total', total.currency, ...pairCells(total)]),
  );
}

function comparedTable<T extends StatementFacts['totals'][number]>(
  title: string,
  noun: string,
  previousPeriod: string,
  rows: readonly T[],
  nameOf: (row: T) => string | null,
): string {
  const head = [noun, 'Currency', ...PAIR, `Effective ${previousPeriod}`, 'Change'];
  return table(
    title,
    head,
    rows,
    (row) => [
      escaped(nameOf(row) ?? '(none)'),
      row.currency,
      ...pairCells(row),
      row.effectiveBefore === null ? '' : moneyCell(row.effectiveBefore),
      { right: changeCell(row) },
    ],
    [],
  );
}

function changeCell({ effectiveCost, effectiveBefore }: StatementFacts['totals'][number]): string {
  if (effectiveBefore === null) return '';
  return percent(effectiveCost, effectiveBefore) ?? (effectiveCost === '0' ? '' : 'new');
}

function reasonTable({ reasons }: StatementFacts): string {
  return table(
    'Reasons (unallocated)',
    ['', 'Currency', ...PAIR],
    reasons,
    (reason) => [escaped(reason.reason), reason.currency, ...pairCells(reason)],
    [],
  );
}

function reportingTable({ reporting }: StatementFacts): string {
  if (reporting === null) return '';
  const { currency, rates, leftOut } = reporting;
  const cells = (amount: string | null) => (amount === null ? { right: 'unknown' } : moneyCell(amount));
  const total = table(
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
  const lines = rates.map((used) => `<p>${escaped(rateText(used, currency))}</p>`);
  return [total, ...lines].join('\n');
}

function footer(facts: StatementFacts, issued: IssuedStatement | null): string {
  const lines = [
    `Exact: ${facts.totals.map(({ billedCost, effectiveCost, currency }) => `${effectiveCost} effective, ${billedCost} billed ${currency}`).join('; ') || '0'}. Figures above are rounded to two decimals.`,
    ...leftOutLines(facts),
    `Based on ${facts.deliveries.length === 1 ? 'delivery' : 'deliveries'} ${facts.deliveries.join(', ') || 'none'}, allocation rules version ${facts.rulesVersion}${facts.basis === null ? '' : `, basis ${facts.basis}`}.`,
    facts.previousRulesVersion === null
      ? `No bill covers ${monthName(facts.previousPeriod)}.`
      : `${monthName(facts.previousPeriod)} is based on ${facts.previousDeliveries.join(', ') || 'none'}, rules version ${facts.previousRulesVersion}${facts.previousBasis === null ? '' : `, basis ${facts.previousBasis}`}.`,
    ...(issued === null ? [] : issuedLines(issued)),
  ];
  return `<footer>${lines.map((line) => `<p>${escaped(line)}</p>`).join('\n')}</footer>`;
}

function leftOutLines({ leftOut }: StatementFacts): string[] {
  const { rejectedRows, rowsWithoutBilledCost, rowsWithoutEffectiveCost } = leftOut;
  const lines = [
    [rowsWithoutBilledCost, 'rows without a billed cost'],
    [rowsWithoutEffectiveCost, 'rows without an effective cost'],
    [rejectedRows, 'rows of the whole bill that were not accepted'],
  ] as const;
  const said = lines.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return said.length === 0 ? [] : [`Left out, because it is unknown: ${said.join(', ')}.`];
}

function issuedLines({ why, difference, corrects, periodState }: IssuedStatement): string[] {
  const sums = difference.map(
    ({ billedCost, effectiveCost, currency }) => `${effectiveCost} effective, ${billedCost} billed ${currency}`,
  );
  return [
    ...(corrects === null ? [] : [`Difference to No. ${corrects}: ${sums.join('; ') || '0'}.`]),
    ...(periodState === 'closed' ? [] : ['The cloud could still change the month when this was issued.']),
    ...(why === null ? [] : [`Reason: ${why}`]),
  ];
}
