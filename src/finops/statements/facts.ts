import { decimal, decimalString } from '../../platform/units/index.ts';
import { type CostPair, compareBy, sumBy, sumByCurrency } from './amounts.ts';
import type {
  StatementAmount,
  StatementBasis,
  StatementCharge,
  StatementFacts,
  StatementPool,
  StatementWay,
} from './schema.ts';

/** Sum of the costs with the same values in all breakdowns of a statement. */
export interface Cell extends CostPair {
  readonly team: string | null;
  readonly way: StatementWay;
  readonly rule: string | null;
  readonly method: string | null;
  readonly layer: number | null;
  readonly charge: StatementCharge;
  readonly service: string | null;
  readonly project: string | null;
  readonly reason: string | null;
  readonly withoutBilled: number;
  readonly withoutEffective: number;
}

/** A whole pool, over all teams. */
export interface PoolTotal extends CostPair {
  readonly rule: string;
}

export interface Month {
  readonly period: string;
  readonly previousPeriod: string;
  readonly basis: StatementBasis;
  readonly rejectedRows: number;
  readonly pools: readonly PoolTotal[];
}

const ways: readonly StatementWay[] = ['direct', 'shared', 'idle'];
const charges: readonly StatementCharge[] = [
  'usage',
  'commitment',
  'commitment-unused',
  'purchase',
  'credit',
  'tax',
  'adjustment',
  'other',
];

/**
 * Statement of a team, from its cells of the month and of the previous month (null when no bill covers that month).
 * Every breakdown sums the same cells, so each adds up to the totals exactly.
 */
export function buildStatementFacts(
  team: string | null,
  month: Month,
  cells: readonly Cell[],
  previous: readonly Cell[] | null,
): Omit<StatementFacts, 'reporting'> {
  const count = (of: (cell: Cell) => number) => cells.reduce((sum, cell) => sum + of(cell), 0);
  return {
    team,
    period: month.period,
    previousPeriod: month.previousPeriod,
    ...month.basis,
    totals: compareBy(cells, previous, () => '').map(({ amount }) => amount),
    ways: sumInOrder(cells, ({ way }) => way, ways).map(([way, amount]) => ({ way, ...amount })),
    pools: buildStatementPools(cells, month.pools),
    charges: sumInOrder(cells, ({ charge }) => charge, charges).map(([charge, amount]) => ({ charge, ...amount })),
    services: compareCells(cells, previous, ({ service }) => service).map(({ key, amount }) => ({
      serviceName: key,
      ...amount,
    })),
    projects: compareCells(cells, previous, ({ project }) => project).map(({ key, amount }) => ({
      project: key,
      ...amount,
    })),
    reasons: team === null ? sumReasons(cells) : [],
    leftOut: {
      rejectedRows: month.rejectedRows,
      rowsWithoutBilledCost: count(({ withoutBilled }) => withoutBilled),
      rowsWithoutEffectiveCost: count(({ withoutEffective }) => withoutEffective),
    },
  };
}

/** Sums of a breakdown with known names, in the order of the names; names without a cell are omitted. */
function sumInOrder<Name extends string>(
  cells: readonly Cell[],
  nameOf: (cell: Cell) => Name,
  names: readonly Name[],
): (readonly [Name, StatementAmount])[] {
  return names.flatMap((name) =>
    sumByCurrency(cells.filter((cell) => nameOf(cell) === name)).map((amount) => [name, amount] as const),
  );
}

function compareCells(cells: readonly Cell[], previous: readonly Cell[] | null, nameOf: (cell: Cell) => string | null) {
  const groups = compareBy(cells, previous, (cell) => JSON.stringify(nameOf(cell)));
  return groups.map(({ key, amount }) => ({ key: JSON.parse(key) as string | null, amount }));
}

function sumReasons(cells: readonly Cell[]): StatementFacts['reasons'] {
  return compareCells(cells, null, ({ reason }) => reason).map(({ key, amount }) => {
    const { currency, billedCost, effectiveCost } = amount;
    return { reason: key ?? 'its rule names no team', currency, billedCost, effectiveCost };
  });
}

function buildStatementPools(cells: readonly Cell[], pools: readonly PoolTotal[]): StatementPool[] {
  const shared = cells.filter(({ way }) => way !== 'direct');
  const keyOf = ({ layer, rule, method, way }: Cell) => JSON.stringify([layer ?? 0, rule ?? '', method ?? '', way]);
  const found = [...sumBy(shared, keyOf)].map(([id, amount]): StatementPool => {
    const [key = '', currency = ''] = JSON.parse(id) as string[];
    const [layer, rule, method, way] = JSON.parse(key) as [number, string, string, StatementWay];
    const pool = pools.find((each) => each.rule === rule && each.currency === currency);
    const [billed, effective] = [pool?.billed ?? '0', pool?.effective ?? '0'].map((text) => decimalString(text));
    return {
      ...{ rule, method, layer, way, ...amount },
      poolBilledCost: billed ?? '0',
      poolEffectiveCost: effective ?? '0',
      ratio: divideExact(amount.effectiveCost, effective ?? '0') ?? divideExact(amount.billedCost, billed ?? '0'),
    };
  });
  return found.toSorted((a, b) => a.layer - b.layer || ways.indexOf(a.way) - ways.indexOf(b.way));
}

const RATIO_DECIMALS = 10;

/** Part / whole to ten decimals; null when the whole is zero. */
export function divideExact(part: string, whole: string): string | null {
  if (decimal(whole).isZero()) return null;
  return decimalString(decimal(part).dividedBy(whole).toDecimalPlaces(RATIO_DECIMALS));
}
