import { csvLine } from '../costs/index.ts';
import type { ComparedAmount, IssuedStatement, StatementAmount, StatementFacts } from './schema.ts';
import { shownTeam } from './team.ts';

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

interface Line {
  readonly section: string;
  readonly item: string | null;
  readonly amount: StatementAmount & Partial<ComparedAmount>;
  readonly method?: string;
  readonly ratio?: string | null;
  readonly pool?: readonly [billed: string, effective: string];
}

/**
 * A statement as CSV, every digit: one line an item, `section` telling the breakdowns apart. Each section adds up to
 * `total`; so never sum over sections.
 */
export function statementCsv(facts: StatementFacts, issued: IssuedStatement | null): string {
  const { basis, deliveries, rulesVersion, team, period } = facts;
  const number = issued === null ? null : String(issued.number);
  const lines = linesOf(facts).map(({ section, item, method = null, ratio = null, amount, pool = [] }) =>
    csvLine([
      ...[shownTeam(team), period, number, section, item, method, ratio, amount.currency],
      ...[amount.billedCost, amount.effectiveCost, amount.billedBefore ?? null, amount.effectiveBefore ?? null],
      ...[pool[0] ?? null, pool[1] ?? null, basis, deliveries.join(' '), String(rulesVersion)],
    ]),
  );
  return [csvLine(HEADER), ...lines].join('');
}

function linesOf(facts: StatementFacts): Line[] {
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
  ];
}
