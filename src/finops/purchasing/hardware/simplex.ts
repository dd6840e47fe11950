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

const TINY = 1e-9;
const MOST_PIVOTS = 20_000;

/**
 * The minimum cost and its point, by the two-phase simplex method with Bland's rule, which cannot cycle. Null if no x is
 * feasible. The rows must bound the cost from below. Example: x + y = 1 at costs 2 and 3 -> 2, at [1, 0].
 */
export function minimise({ cost, rows }: LinearProgram): { readonly cost: number; readonly x: number[] } | null {
  const variables = cost.length;
  const table = tableau(rows, variables);
  const artificial = table.costOfArtificials;
  reduce(table, artificial);
  if (optimise(table, artificial, table.width) > TINY * 100) return null;
  dropArtificials(table);
  const whole = [...cost, ...Array.from({ length: table.width - variables }, () => 0)];
  reduce(table, whole);
  optimise(table, whole, table.firstArtificial);
  const x = Array.from({ length: variables }, () => 0);
  table.basis.forEach((column, row) => {
    if (column < variables) x[column] = Math.max(table.bounds[row] as number, 0);
  });
  return { cost: x.reduce((sum, value, index) => sum + value * (cost[index] as number), 0), x };
}

interface Tableau {
  readonly cells: number[][];
  readonly bounds: number[];
  readonly basis: number[];
  readonly width: number;
  readonly firstArtificial: number;
  readonly costOfArtificials: number[];
  /** Reduced costs of the phase, and minus its value at the end. */
  objective: number[];
}

function tableau(given: readonly LinearRow[], variables: number): Tableau {
  const rows = given.map((row) => (row.bound < 0 ? negated(row) : row));
  const slacks = rows.filter(({ relation }) => relation !== '=').length;
  const artificials = rows.filter(({ relation }) => relation !== '<=').length;
  const firstArtificial = variables + slacks;
  const width = firstArtificial + artificials;
  let [slack, artificial] = [variables, firstArtificial];
  const basis: number[] = [];
  const cells = rows.map(({ coefficients, relation }) => {
    const line = Array.from({ length: width }, (_, column) => coefficients[column] ?? 0);
    if (relation !== '=') line[slack] = relation === '<=' ? 1 : -1;
    if (relation === '<=') basis.push(slack);
    else {
      line[artificial] = 1;
      basis.push(artificial);
      artificial += 1;
    }
    if (relation !== '=') slack += 1;
    return line;
  });
  const costOfArtificials = Array.from({ length: width }, (_, column) => (column >= firstArtificial ? 1 : 0));
  const bounds = rows.map(({ bound }) => bound);
  return { cells, bounds, basis, width, firstArtificial, costOfArtificials, objective: [] };
}

function negated({ coefficients, relation, bound }: LinearRow): LinearRow {
  const turned = { '<=': '>=', '>=': '<=', '=': '=' } as const;
  return { coefficients: coefficients.map((value) => -value), relation: turned[relation], bound: -bound };
}

/** Reduced costs of the current basis. */
function reduce(table: Tableau, cost: readonly number[]): void {
  table.objective = [...cost];
  table.cells.forEach((line, row) => {
    const factor = cost[table.basis[row] as number] as number;
    if (factor === 0) return;
    for (let column = 0; column < table.width; column += 1) {
      table.objective[column] = (table.objective[column] as number) - factor * (line[column] as number);
    }
  });
}

/** Returns the reached value. Columns from `columns` on do not enter the basis. */
function optimise(table: Tableau, cost: readonly number[], columns: number): number {
  for (let pivots = 0; pivots < MOST_PIVOTS; pivots += 1) {
    const entering = table.objective.findIndex((value, column) => column < columns && value < -TINY);
    const leaving = entering < 0 ? -1 : leavingRow(table, entering);
    if (leaving < 0) break;
    pivot(table, leaving, entering);
  }
  return table.basis.reduce((sum, column, row) => sum + (cost[column] as number) * (table.bounds[row] as number), 0);
}

function leavingRow({ cells, bounds, basis }: Tableau, entering: number): number {
  let found = -1;
  let least = Number.POSITIVE_INFINITY;
  cells.forEach((line, row) => {
    const by = line[entering] as number;
    if (by <= TINY) return;
    const ratio = (bounds[row] as number) / by;
    const isFirst = ratio <= least + TINY && (basis[row] as number) < (basis[found] ?? Number.POSITIVE_INFINITY);
    if (ratio < least - TINY || isFirst) {
      found = row;
      least = Math.min(least, ratio);
    }
  });
  return found;
}

function pivot(table: Tableau, leaving: number, entering: number): void {
  const { cells, bounds, width } = table;
  const line = cells[leaving] as number[];
  const by = line[entering] as number;
  for (let column = 0; column < width; column += 1) line[column] = (line[column] as number) / by;
  bounds[leaving] = (bounds[leaving] as number) / by;
  const subtract = (target: number[], factor: number) => {
    for (let column = 0; column < width; column += 1) {
      target[column] = (target[column] as number) - factor * (line[column] as number);
    }
  };
  cells.forEach((other, row) => {
    const factor = other[entering] as number;
    if (row === leaving || factor === 0) return;
    subtract(other, factor);
    bounds[row] = (bounds[row] as number) - factor * (bounds[leaving] as number);
  });
  subtract(table.objective, table.objective[entering] as number);
  table.basis[leaving] = entering;
}

/** Removes an artificial variable that stays in the basis at 0, so that the second phase cannot raise it. */
function dropArtificials(table: Tableau): void {
  table.basis.forEach((column, row) => {
    if (column < table.firstArtificial) return;
    const line = table.cells[row] as number[];
    const other = line.findIndex((value, at) => at < table.firstArtificial && Math.abs(value) > TINY);
    if (other >= 0) pivot(table, row, other);
    else line.fill(0);
  });
}
