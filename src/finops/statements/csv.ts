import { formatCsvLine } from '../costs/index.ts';
import { describeUsedRate } from '../exchange/schema.ts';
import type { ComparedAmount, IssuedStatement, StatementFacts, StatementReporting } from './schema.ts';
import { formatTeam } from './team.ts';

const HEADER = [
  'team',
  'period',
  'number',
  'section',
  'item',
  'method',
  'ratio',
  'currency',
  'billedCost',
  'effectiveCost',
  'billedCostBefore',
  'effectiveCostBefore',
  'poolBilledCost',
  'poolEffectiveCost',
  'basis',
  'deliveries',
  'rulesVersion',
];

type LineAmount = Pick<StatementReporting, 'currency' | 'billedCost' | 'effectiveCost'> &
  Partial<Pick<ComparedAmount, 'billedBefore' | 'effectiveBefore'>>;

interface Line {
  readonly section: string;
  readonly item: string | null;
  readonly amount: LineAmount;
  readonly method?: string;
  readonly ratio?: string | null;
  readonly pool?: readonly [billed: string, effective: string];
}

/**
 * A statement as CSV in full precision: one line per item; `section` names the breakdown. Each section adds up to
 * `total`, so never sum over sections. `reporting` is the total in the reporting currency, `without-rate` the amounts
 * that it excludes, and `rate` the rates that it used, without amounts.
 */
export function buildStatementCsv(facts: StatementFacts, issued: IssuedStatement | null): string {
  const { basis, deliveries, rulesVersion, team, period } = facts;
  const number = issued === null ? null : String(issued.number);
  const lines = buildCsvLines(facts).map(({ section, item, method = null, ratio = null, amount, pool = [] }) =>
    formatCsvLine([
      ...[formatTeam(team), period, number, section, item, method, ratio, amount.currency],
      ...[amount.billedCost, amount.effectiveCost, amount.billedBefore ?? null, amount.effectiveBefore ?? null],
      ...[pool[0] ?? null, pool[1] ?? null, basis, deliveries.join(' '), String(rulesVersion)],
    ]),
  );
  const rates = listRates(facts).map((item) =>
    formatCsvLine([formatTeam(team), period, number, 'rate', item, ...new Array(HEADER.length - 5).fill(null)]),
  );
  return [formatCsvLine(HEADER), ...lines, ...rates].join('');
}

function buildCsvLines(facts: StatementFacts): Line[] {
  return [
    ...facts.totals.map((amount) => ({ section: 'total', item: null, amount })),
    ...facts.ways.map((amount) => ({ section: 'way', item: amount.way, amount })),
    ...facts.pools.map((amount) => ({
      section: 'pool',
      item: amount.rule,
      method: amount.method,
      ratio: amount.ratio,
      amount,
      pool: [amount.poolBilledCost, amount.poolEffectiveCost] as const,
    })),
    ...facts.charges.map((amount) => ({ section: 'charge', item: amount.charge, amount })),
    ...facts.services.map((amount) => ({ section: 'service', item: amount.serviceName, amount })),
    ...facts.projects.map((amount) => ({ section: 'project', item: amount.project, amount })),
    ...facts.reasons.map((amount) => ({ section: 'unallocated', item: amount.reason, amount })),
    ...buildReportedLines(facts),
  ];
}

function buildReportedLines({ reporting }: StatementFacts): Line[] {
  if (reporting === null) return [];
  const { leftOut, ...total } = reporting;
  return [
    { section: 'reporting', item: null, amount: total },
    ...leftOut.map((amount) => ({ section: 'without-rate', item: `${amount.from} to ${amount.to}`, amount })),
  ];
}

function listRates({ reporting }: StatementFacts): string[] {
  return reporting === null ? [] : reporting.rates.map((used) => describeUsedRate(used, reporting.currency));
}
