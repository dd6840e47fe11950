import { type Solution, solve } from 'yalps';

/** Minimise cost·x with x >= 0 and rows of `coefficients`·x (<=, >= or =) `bound`. */
export interface LinearProgram {
  readonly cost: readonly number[];
  readonly rows: readonly LinearRow[];
}

export interface LinearRow {
  readonly coefficients: readonly number[];
  readonly relation: '<=' | '>=' | '=';
  readonly bound: number;
}

/** Values up to this are zero; coefficients are near 1 (shares, replicas and loads), so it is also the relative tolerance. */
const PRECISION = 1e-9;
const MOST_PIVOTS = 20_000;
/** Key of the objective; rows are keyed by their index. */
const OBJECTIVE = -1;
const BOUND_KEYS = { '<=': 'max', '>=': 'min', '=': 'equal' } as const;

/**
 * The minimum cost and its point, to 1e-9. Null if no x is feasible. The rows must bound the cost from below. The simplex
 * method of YALPS can cycle where several rows are tight (about 1 in 10,000 programs of whole rates); the other order of the
 * columns, and then of the rows, takes other pivots. Example: x + y = 1 at costs 2 and 3 -> 2, at [1, 0].
 */
export function minimise(program: LinearProgram): { readonly cost: number; readonly x: number[] } | null {
  const columns = program.cost.map((_, column) => column);
  const rows = program.rows.map((row, key) => [key, row] as const);
  let solution = solveInOrder(program, columns, rows);
  if (solution.status === 'cycled') solution = solveInOrder(program, columns.toReversed(), rows);
  if (solution.status === 'cycled') solution = solveInOrder(program, columns, rows.toReversed());
  if (solution.status === 'infeasible') return null;
  if (solution.status !== 'optimal') throw new Error(`the solver left a linear program ${solution.status}`);
  return readPoint(program, solution);
}

function solveInOrder(
  { cost }: LinearProgram,
  columns: readonly number[],
  rows: readonly (readonly [number, LinearRow])[],
): Solution<number> {
  return solve(
    {
      direction: 'minimize',
      objective: OBJECTIVE,
      constraints: rows.map(([key, { relation, bound }]) => [key, { [BOUND_KEYS[relation]]: bound }] as const),
      variables: columns.map((column) => {
        const coefficients = rows.map(([key, row]) => [key, row.coefficients[column] ?? 0] as const);
        return [column, [[OBJECTIVE, cost[column] ?? 0] as const, ...coefficients]] as const;
      }),
    },
    { precision: PRECISION, checkCycles: true, maxPivots: MOST_PIVOTS },
  );
}

function readPoint({ cost }: LinearProgram, { variables }: Solution<number>): { cost: number; x: number[] } {
  const x = cost.map(() => 0);
  for (const [column, value] of variables) x[column] = Math.max(value, 0);
  return { cost: x.reduce((sum, value, column) => sum + value * (cost[column] ?? 0), 0), x };
}
