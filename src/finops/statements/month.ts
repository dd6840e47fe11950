import type { LakeRow, StagedFile } from '../../platform/lake/index.ts';
import { allocatedDaily } from '../allocation/index.ts';
import { type CostRelations, createRelations } from '../costs/index.ts';
import { type CostPair, compareBy } from './amounts.ts';
import { buildBillSql, buildCellsSql, buildPoolsSql, type TeamChoice } from './cells-sql.ts';
import { buildDatedTeamsSql, buildTeamsSql } from './daily-sql.ts';
import { buildStatementFacts, type Cell, type Month, type PoolTotal } from './facts.ts';
import { buildDatedBillSql, buildDatedSql, type DatedPair, reportPairs } from './reporting.ts';
import {
  type StatementBasis,
  StatementCharge,
  type StatementFacts,
  type StatementReporting,
  StatementWay,
} from './schema.ts';
import { countRejectedRows, type MonthState, type StatementState, type StatementStateDeps } from './stand.ts';

const toTextOrNull = (value: unknown): string | null => (value === null || value === undefined ? null : String(value));

function buildStateRelations({ lake }: StatementStateDeps, { bill, allocation }: MonthState): CostRelations {
  return createRelations(lake, { bill, allocation });
}

/** Sums of a row; an unknown cost adds nothing, and a separate column counts the unknown costs. */
function rowToPair(row: LakeRow): CostPair {
  return {
    currency: String(row.currency),
    billed: toTextOrNull(row.billed) ?? '0',
    effective: toTextOrNull(row.effective) ?? '0',
  };
}

async function readCells({ lake }: StatementStateDeps, stand: MonthState, team: TeamChoice): Promise<readonly Cell[]> {
  const sql = buildCellsSql(createRelations(lake, { bill: stand.bill, allocation: stand.allocation }), team);
  return lake.engine.derive('statement cells', [sql], async () => {
    const cells: Cell[] = [];
    for await (const rows of lake.engine.stream(sql)) for (const row of rows) cells.push(rowToCell(row));
    return cells;
  });
}

function rowToCell(row: LakeRow): Cell {
  return {
    ...rowToPair(row),
    team: toTextOrNull(row.team),
    way: StatementWay.parse(row.way),
    rule: toTextOrNull(row.rule),
    method: toTextOrNull(row.method),
    layer: row.layer === null ? null : Number(row.layer),
    charge: StatementCharge.parse(row.charge),
    service: toTextOrNull(row.service),
    project: toTextOrNull(row.project),
    reason: toTextOrNull(row.reason),
    withoutBilled: Number(row.without_billed),
    withoutEffective: Number(row.without_effective),
  };
}

async function readPoolTotals(deps: StatementStateDeps, stand: MonthState): Promise<PoolTotal[]> {
  const rows = await deps.lake.engine.queryKept(buildPoolsSql(buildStateRelations(deps, stand)));
  return rows.map((row) => ({ ...rowToPair(row), rule: toTextOrNull(row.rule) ?? '' }));
}

/** The bill of a month, summed from its rows instead of from statements. */
export async function readBillTotals(
  deps: StatementStateDeps,
  stand: MonthState,
): Promise<{ totals: CostPair[]; withoutBilled: number; withoutEffective: number }> {
  const rows = await deps.lake.engine.queryKept(buildBillSql(buildStateRelations(deps, stand)));
  const count = (name: string) => rows.reduce((sum, row) => sum + Number(row[name]), 0);
  return {
    totals: rows.map(rowToPair),
    withoutBilled: count('without_billed'),
    withoutEffective: count('without_effective'),
  };
}

/** Billed and effective cost of a month by team, charge day and currency; null without a reporting currency. */
async function readDatedPairs(
  deps: StatementStateDeps,
  { reporting, current }: StatementState,
): Promise<DatedPair[] | null> {
  if (reporting === null) return null;
  return (await deps.lake.engine.queryKept(buildDatedSql(buildStateRelations(deps, current)))).map(rowToDatedPair);
}

function rowToDatedPair(row: LakeRow): DatedPair {
  return { ...rowToPair(row), team: toTextOrNull(row.team), day: String(row.day) };
}

/** The whole bill in the reporting currency, from its rows; null without a reporting currency. */
export async function readReportedBill(
  deps: StatementStateDeps,
  { reporting, current }: StatementState,
): Promise<StatementReporting | null> {
  if (reporting === null) return null;
  const rows = await deps.lake.engine.queryKept(buildDatedBillSql(buildStateRelations(deps, current)));
  return reportPairs(deps, reporting, rows.map(rowToDatedPair));
}

async function convertTotals(
  deps: StatementStateDeps,
  { reporting }: StatementState,
  dated: readonly DatedPair[] | null,
  team: string | null,
): Promise<StatementReporting | null> {
  if (reporting === null || dated === null) return null;
  return reportPairs(
    deps,
    reporting,
    dated.filter((pair) => pair.team === team),
  );
}

export function buildBasis({ current, previous }: StatementState): StatementBasis {
  return {
    basis: current.basis,
    previousBasis: previous?.basis ?? null,
    deliveries: [...current.deliveries],
    previousDeliveries: [...(previous?.deliveries ?? [])],
    rulesVersion: current.rulesVersion,
    previousRulesVersion: previous?.rulesVersion ?? null,
  };
}

async function readMonth(deps: StatementStateDeps, stand: StatementState): Promise<Month> {
  return {
    period: stand.period,
    previousPeriod: stand.previousPeriod,
    basis: buildBasis(stand),
    rejectedRows: await countRejectedRows(deps.store, deps, stand.current),
    pools: await readPoolTotals(deps, stand.current),
  };
}

/** The statement of one team; null when it has no row in either month. */
export async function readStatementFacts(
  deps: StatementStateDeps,
  stand: StatementState,
  team: string | null,
): Promise<StatementFacts | null> {
  const month = await readMonth(deps, stand);
  const cells = await readCells(deps, stand.current, team);
  const previous = stand.previous === null ? null : await readCells(deps, stand.previous, team);
  if (team !== null && cells.length === 0 && (previous ?? []).length === 0) return null;
  const reporting = await convertTotals(deps, stand, await readDatedPairs(deps, stand), team);
  return { ...buildStatementFacts(team, month, cells, previous), reporting };
}

/** Teams that get a statement even without rows in the month. */
export interface FurtherTeams {
  /** Teams of the previous month without cost in this month. */
  readonly gone?: boolean;
  readonly named?: readonly string[];
}

/** Every statement of a month, teams by name, the unallocated statement last. */
export async function readAllFacts(
  deps: StatementStateDeps,
  stand: StatementState,
  { gone = false, named = [] }: FurtherTeams = {},
): Promise<StatementFacts[]> {
  const month = await readMonth(deps, stand);
  const cells = Map.groupBy(await readCells(deps, stand.current, undefined), ({ team }) => team);
  const before = stand.previous === null ? null : await readCells(deps, stand.previous, undefined);
  const previous = before === null ? null : Map.groupBy(before, ({ team }) => team);
  const found = [...cells.keys(), ...named, ...(gone ? (previous?.keys() ?? []) : [])];
  const teams = [...new Set(found)].filter((team) => team !== null).toSorted();
  const dated = await readDatedPairs(deps, stand);
  return Promise.all(
    [...teams, null].map(async (team) => ({
      ...buildStatementFacts(team, month, cells.get(team) ?? [], previous === null ? null : (previous.get(team) ?? [])),
      reporting: await convertTotals(deps, stand, dated, team),
    })),
  );
}

type TeamPair = CostPair & { readonly team: string | null };

/**
 * Totals of every statement of a month, teams by name and also those of the previous month alone, the unallocated statement last. From the
 * daily roll-ups where the state has them, which hold the same sums as the cells in far fewer rows.
 */
export async function readTeamTotals(
  deps: StatementStateDeps,
  stand: StatementState,
): Promise<Pick<StatementFacts, 'team' | 'totals' | 'reporting'>[]> {
  const { current, previous, reporting } = stand;
  if (current.daily === null || previous?.daily === null) return readAllFacts(deps, stand, { gone: true });
  const { daily } = current;
  const now = Map.groupBy(await readTeamPairs(deps, daily), ({ team }) => team);
  const before = previous === null ? null : Map.groupBy(await readTeamPairs(deps, previous.daily), ({ team }) => team);
  const dated = reporting === null ? null : await readDatedTeams(deps, daily);
  const teams = [...new Set([...now.keys(), ...(before?.keys() ?? [])])].filter((team) => team !== null).toSorted();
  return Promise.all(
    [...teams, null].map(async (team) => {
      const compared = compareBy(now.get(team) ?? [], before === null ? null : (before.get(team) ?? []), () => '');
      const totals = compared.map(({ amount }) => amount);
      return { team, totals, reporting: await convertTotals(deps, stand, dated, team) };
    }),
  );
}

async function readTeamPairs({ lake }: StatementStateDeps, daily: readonly StagedFile[]): Promise<TeamPair[]> {
  const rows = await lake.engine.queryKept(buildTeamsSql(lake.stagedRelation(allocatedDaily, daily)));
  return rows.map((row) => ({ ...rowToPair(row), team: toTextOrNull(row.team) }));
}

async function readDatedTeams({ lake }: StatementStateDeps, daily: readonly StagedFile[]): Promise<DatedPair[]> {
  const rows = await lake.engine.queryKept(buildDatedTeamsSql(lake.stagedRelation(allocatedDaily, daily)));
  return rows.map(rowToDatedPair);
}
