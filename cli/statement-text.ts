import type {
  ComparedAmount,
  IssuedStatement,
  listStatements,
  StatementAmount,
  StatementFacts,
} from '../src/finops/statements/schema.ts';
import type { ResponseOf } from '../src/platform/contract/schema.ts';
import { decimal } from '../src/platform/units/schema.ts';
import { counted, formatAmount, formatMoney } from './output/amounts.ts';
import type { Paint } from './output/paint.ts';
import { ratesText, withoutRateText } from './output/rates.ts';
import { facts as factsText, table } from './output/table.ts';

const UNALLOCATED = '(unallocated)';
const NO_VALUE = '(none)';

type Overview = ResponseOf<typeof listStatements>;

interface OverviewRow {
  readonly team: string;
  readonly amount: ComparedAmount;
  readonly issued: Overview['statements'][number]['issued'];
  readonly isBill: boolean;
  /** Effective cost in the reporting currency, in the first line of a team. */
  readonly reported: string | null;
}

export function overviewText(overview: Overview, paint: Paint): string {
  const rows: OverviewRow[] = [
    ...overview.statements.flatMap(({ team, totals, issued, reporting }) =>
      totals.map((amount, at) => {
        const reported = at === 0 ? (reporting?.effectiveCost ?? null) : null;
        return { team: team ?? UNALLOCATED, amount, issued, isBill: false, reported };
      }),
    ),
    ...overview.bill.map((amount, at) => {
      const reported = at === 0 ? (overview.reporting?.effectiveCost ?? null) : null;
      return { team: 'BILL', amount, issued: null, isBill: true, reported };
    }),
  ];
  const style = ({ isBill }: OverviewRow) => (isBill ? paint.heading : (text: string) => text);
  const statements = table(
    rows,
    [
      { title: 'TEAM', cell: ({ team }) => team, style },
      ...amountColumns<OverviewRow>(({ amount }) => amount).map((column) => ({ ...column, style })),
      ...reportedColumn(overview).map((column) => ({ ...column, style })),
      { title: 'ISSUED', cell: ({ issued }) => issuedCell(issued) },
    ],
    paint,
  );
  return [
    statements,
    '',
    ...reportingLines(overview.reporting, paint),
    ...basisLines(overview, paint),
    ...leftOutLines(overview.leftOut, paint),
  ].join('\n');
}

function reportedColumn({ reporting }: Overview) {
  if (reporting === null) return [];
  const cell = ({ reported }: OverviewRow) => (reported === null ? null : formatAmount(reported));
  return [{ title: `EFFECTIVE, ${reporting.currency}`, align: 'decimal' as const, cell }];
}

function issuedCell(issued: OverviewRow['issued']): string | null {
  if (issued === null) return null;
  return issued.isCurrent ? `No. ${issued.number}` : `No. ${issued.number}, changed since`;
}

function amountColumns<Row>(amountOf: (row: Row) => ComparedAmount) {
  return [
    { title: 'EFFECTIVE', align: 'decimal' as const, cell: (row: Row) => formatAmount(amountOf(row).effectiveCost) },
    {
      title: 'BEFORE',
      align: 'decimal' as const,
      cell: (row: Row) => formatAmountOrNull(amountOf(row).effectiveBefore),
    },
    { title: 'BILLED', align: 'decimal' as const, cell: (row: Row) => formatAmount(amountOf(row).billedCost) },
    { title: 'CURRENCY', cell: (row: Row) => amountOf(row).currency },
  ];
}

function formatAmountOrNull(amount: string | null): string | null {
  return amount === null ? null : formatAmount(amount);
}

/** A statement for a terminal; `--html` and `--csv` have more details. */
export function statementText(facts: StatementFacts, issued: IssuedStatement | null, paint: Paint): string {
  const kind =
    issued === null ? 'Showback, live' : `Chargeback No. ${issued.number}, issued ${issued.issuedAt.slice(0, 10)}`;
  const head = factsText(
    [
      ['team', facts.team ?? UNALLOCATED],
      ['month', facts.period],
      ['statement', kind],
    ],
    paint,
  );
  const sections = [
    breakdown('TOTAL', facts.totals, () => '', paint),
    plain('HOW', facts.ways, ({ way }) => way, paint),
    poolsText(facts.pools, paint),
    plain('CHARGE', facts.charges, ({ charge }) => charge, paint),
    breakdown('SERVICE', facts.services, ({ serviceName }) => serviceName, paint),
    breakdown('PROJECT', facts.projects, ({ project }) => project, paint),
    plain('REASON UNALLOCATED', facts.reasons, ({ reason }) => reason, paint),
    [
      ...reportingLines(facts.reporting, paint),
      ...basisLines(facts, paint),
      ...leftOutLines(facts.leftOut, paint),
    ].join('\n'),
  ];
  return [head, ...sections.filter((text) => text !== '')].join('\n\n');
}

function breakdown<Row extends ComparedAmount>(
  title: string,
  rows: readonly Row[],
  nameOf: (row: Row) => string | null,
  paint: Paint,
): string {
  if (rows.length === 0) return '';
  return table(rows, [{ title, cell: (row) => nameOf(row) ?? NO_VALUE }, ...amountColumns<Row>((row) => row)], paint);
}

function plain<Row extends StatementAmount>(
  title: string,
  rows: readonly Row[],
  nameOf: (row: Row) => string,
  paint: Paint,
): string {
  if (rows.length === 0) return '';
  return table(
    rows,
    [
      { title, cell: nameOf },
      { title: 'EFFECTIVE', align: 'decimal', cell: ({ effectiveCost }) => formatAmount(effectiveCost) },
      { title: 'BILLED', align: 'decimal', cell: ({ billedCost }) => formatAmount(billedCost) },
      { title: 'CURRENCY', cell: ({ currency }) => currency },
    ],
    paint,
  );
}

function poolsText(pools: StatementFacts['pools'], paint: Paint): string {
  if (pools.length === 0) return '';
  return table(
    pools,
    [
      { title: 'POOL', cell: ({ rule, way }) => (way === 'idle' ? `${rule} (idle)` : rule) },
      { title: 'SPLIT', cell: ({ method }) => method },
      { title: 'PART', align: 'right', cell: ({ ratio }) => formatPercent(ratio) },
      { title: 'OF EFFECTIVE', align: 'decimal', cell: ({ poolEffectiveCost }) => formatAmount(poolEffectiveCost) },
      { title: 'EFFECTIVE', align: 'decimal', cell: ({ effectiveCost }) => formatAmount(effectiveCost) },
      { title: 'BILLED', align: 'decimal', cell: ({ billedCost }) => formatAmount(billedCost) },
      { title: 'CURRENCY', cell: ({ currency }) => currency },
    ],
    paint,
  );
}

/** `0.3333333333` -> `33.33 %`. */
function formatPercent(ratio: string | null): string | null {
  return ratio === null ? null : `${decimal(ratio).times(100).toFixed(2)} %`;
}

interface Basis {
  readonly basis: string | null;
  readonly deliveries: readonly string[];
  readonly rulesVersion: number;
  readonly previousPeriod: string;
  readonly previousBasis: string | null;
  readonly previousRulesVersion: number | null;
}

function basisLines(facts: Basis, paint: Paint): string[] {
  const { basis, deliveries, rulesVersion, previousPeriod, previousBasis, previousRulesVersion } = facts;
  const what = deliveries.length === 1 ? 'delivery' : 'deliveries';
  const before = previousRulesVersion === null ? `no bill covers ${previousPeriod}` : previousPeriod;
  return [
    `Based on ${what} ${deliveries.join(', ')}, rules version ${rulesVersion}${idText('--basis', basis)}.`,
    `Before: ${before}${idText('--previous-basis', previousBasis)}.`,
  ].map(paint.faint);
}

/** The total in the reporting currency, with its rates and the cost without a rate. */
function reportingLines(reporting: StatementFacts['reporting'], paint: Paint): string[] {
  if (reporting === null) return [];
  const { currency, effectiveCost, billedCost, rates, leftOut } = reporting;
  const formatTotal = (amount: string | null) => (amount === null ? 'unknown' : formatMoney({ amount, currency }));
  return [
    paint.heading(`In ${currency}: ${formatTotal(effectiveCost)} effective, ${formatTotal(billedCost)} billed.`),
    ...ratesText({ currency, rates }).map(paint.faint),
    ...withoutRateText(leftOut.map((left) => ({ ...left, amount: left.effectiveCost }))).map(paint.waiting),
    '',
  ];
}

function idText(flag: string, id: string | null): string {
  return id === null ? '' : `, ${flag} ${id}`;
}

function leftOutLines(leftOut: StatementFacts['leftOut'], paint: Paint): string[] {
  const { rejectedRows, rowsWithoutBilledCost, rowsWithoutEffectiveCost } = leftOut;
  return [
    ...(rejectedRows > 0 ? [`Left out: ${counted(rejectedRows, 'row')} of the bill that could not be accepted.`] : []),
    ...(rowsWithoutBilledCost > 0 ? [`Left out: ${counted(rowsWithoutBilledCost, 'row')} without a billed cost.`] : []),
    ...(rowsWithoutEffectiveCost > 0
      ? [`Left out: ${counted(rowsWithoutEffectiveCost, 'row')} without an effective cost.`]
      : []),
  ].map(paint.waiting);
}

export function issuedTable(statements: readonly IssuedStatement[], paint: Paint): string {
  const rows = statements.flatMap((statement) => {
    const totals: (StatementAmount | null)[] = statement.totals.length === 0 ? [null] : statement.totals;
    return totals.map((total) => ({ statement, total }));
  });
  return table(
    rows,
    [
      { title: 'NO.', align: 'right', cell: ({ statement }) => String(statement.number) },
      { title: 'TEAM', cell: ({ statement }) => statement.team ?? UNALLOCATED },
      { title: 'MONTH', cell: ({ statement }) => statement.period },
      { title: 'EFFECTIVE', align: 'decimal', cell: ({ total }) => formatAmount(total?.effectiveCost ?? '0') },
      { title: 'BILLED', align: 'decimal', cell: ({ total }) => formatAmount(total?.billedCost ?? '0') },
      { title: 'CURRENCY', cell: ({ total }) => total?.currency ?? null },
      { title: 'ISSUED', cell: ({ statement }) => statement.issuedAt.slice(0, 10) },
      {
        title: 'CORRECTS',
        cell: ({ statement }) => (statement.corrects === null ? null : `No. ${statement.corrects}`),
      },
    ],
    paint,
  );
}
