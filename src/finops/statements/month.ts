import type { LakeRow } from '../../platform/lake/index.ts';
import { type CostRelations, relationsFrom } from '../costs/index.ts';
import type { CostPair } from './amounts.ts';
import { billSql, cellsSql, poolsSql, type TeamChoice } from './cells-sql.ts';
import { type Cell, type Month, type PoolTotal, statementFacts } from './facts.ts';
import { type DatedPair, datedBillSql, datedSql, reportPairs } from './reporting.ts';
import {
  type StatementBasis,
  StatementCharge,
  type StatementFacts,
  type StatementReporting,
  StatementWay,
} from './schema.ts';
import { type MonthStand, rejectedOf, type Stand, type StandDeps } from './stand.ts';

const text = (value: unknown): string | null => (value === null || value === undefined ? null : String(value));

function relationsOf({ lake }: StandDeps, stand: MonthStand): CostRelations {
  return relationsFrom(lake, stand);
}

/** Sums of a row; an unknown cost adds nothing, and a separate column counts the unknown costs. */
function pairOf(row: LakeRow): CostPair {
  return {
    currency: String(row.currency),
    billed: text(row.billed) ?? '0',
    effective: text(row.effective) ?? '0',
  };
}

export async function cellsOf(deps: StandDeps, stand: MonthStand, team: TeamChoice): Promise<Cell[]> {
  const cells: Cell[] = [];
  for await (const rows of deps.lake.stream(cellsSql(relationsOf(deps, stand), team))) {
    for (const row of rows) cells.push(cellOf(row));
  }
  return cells;
}

function cellOf(row: LakeRow): Cell {
  return {
    ...pairOf(row),
    team: text(row.team),
    way: StatementWay.parse(row.way),
    rule: text(row.rule),
    method: text(row.method),
    layer: row.layer === null ? null : Number(row.layer),
    charge: StatementCharge.parse(row.charge),
    service: text(row.service),
    project: text(row.project),
    reason: text(row.reason),
    withoutBilled: Number(row.without_billed),
    withoutEffective: Number(row.without_effective),
  };
}

async function poolTotals(deps: StandDeps, stand: MonthStand): Promise<PoolTotal[]> {
  const rows = await deps.lake.query(poolsSql(relationsOf(deps, stand)));
  return rows.map((row) => ({ ...pairOf(row), rule: text(row.rule) ?? '' }));
}

/** The bill of a month, summed from its rows instead of from statements. */
export async function billTotals(
  deps: StandDeps,
  stand: MonthStand,
): Promise<{ totals: CostPair[]; withoutBilled: number; withoutEffective: number }> {
  const rows = await deps.lake.query(billSql(relationsOf(deps, stand)));
  const count = (name: string) => rows.reduce((sum, row) => sum + Number(row[name]), 0);
  return {
    totals: rows.map(pairOf),
    withoutBilled: count('without_billed'),
    withoutEffective: count('without_effective'),
  };
}

/** Billed and effective cost of a month by team, charge day and currency; null without a reporting currency. */
async function datedOf(deps: StandDeps, { reporting, current }: Stand): Promise<DatedPair[] | null> {
  if (reporting === null) return null;
  return (await deps.lake.query(datedSql(relationsOf(deps, current)))).map(datedPairOf);
}

function datedPairOf(row: LakeRow): DatedPair {
  return { ...pairOf(row), team: text(row.team), day: String(row.day) };
}

/** The whole bill in the reporting currency, from its rows; null without a reporting currency. */
export async function reportedBill(deps: StandDeps, { reporting, current }: Stand): Promise<StatementReporting | null> {
  if (reporting === null) return null;
  const rows = await deps.lake.query(datedBillSql(relationsOf(deps, current)));
  return reportPairs(deps, reporting, rows.map(datedPairOf));
}

async function reportedOf(
  deps: StandDeps,
  { reporting }: Stand,
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

export function basisOf({ current, previous }: Stand): StatementBasis {
  return {
    basis: current.basis,
    previousBasis: previous?.basis ?? null,
    deliveries: [...current.deliveries],
    previousDeliveries: [...(previous?.deliveries ?? [])],
    rulesVersion: current.rulesVersion,
    previousRulesVersion: previous?.rulesVersion ?? null,
  };
}

async function monthOf(deps: StandDeps, stand: Stand): Promise<Month> {
  return {
    period: stand.period,
    previousPeriod: stand.previousPeriod,
    basis: basisOf(stand),
    rejectedRows: await rejectedOf(deps.store, deps, stand.current),
    pools: await poolTotals(deps, stand.current),
  };
}

/** The statement of one team; null when it has no row in either month. */
export async function factsOf(deps: StandDeps, stand: Stand, team: string | null): Promise<StatementFacts | null> {
  const month = await monthOf(deps, stand);
  const cells = await cellsOf(deps, stand.current, team);
  const previous = stand.previous === null ? null : await cellsOf(deps, stand.previous, team);
  if (team !== null && cells.length === 0 && (previous ?? []).length === 0) return null;
  const reporting = await reportedOf(deps, stand, await datedOf(deps, stand), team);
  return { ...statementFacts(team, month, cells, previous), reporting };
}

/** Teams that get a statement even without rows in the month. */
export interface FurtherTeams {
  /** Teams of the previous month without cost in this month. */
  readonly gone?: boolean;
  readonly named?: readonly string[];
}

/** Every statement of a month, teams by name, the unallocated statement last. */
export async function allFacts(
  deps: StandDeps,
  stand: Stand,
  { gone = false, named = [] }: FurtherTeams = {},
): Promise<StatementFacts[]> {
  const month = await monthOf(deps, stand);
  const cells = Map.groupBy(await cellsOf(deps, stand.current, undefined), ({ team }) => team);
  const before = stand.previous === null ? null : await cellsOf(deps, stand.previous, undefined);
  const previous = before === null ? null : Map.groupBy(before, ({ team }) => team);
  const found = [...cells.keys(), ...named, ...(gone ? (previous?.keys() ?? []) : [])];
  const teams = [...new Set(found)].filter((team) => team !== null).toSorted();
  const dated = await datedOf(deps, stand);
  return Promise.all(
    [...teams, null].map(async (team) => ({
      ...statementFacts(team, month, cells.get(team) ?? [], previous === null ? null : (previous.get(team) ?? [])),
      reporting: await reportedOf(deps, stand, dated, team),
    })),
  );
}
