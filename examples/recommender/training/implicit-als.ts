import { createRandom } from '../random/xoshiro.ts';
import type { Interactions, SparseRows } from './interactions.ts';
import type { FactorBlock } from './recommender-model.ts';

/** Settings of one matrix factorisation. */
export interface AlsOptions {
  /** Latent factors, a multiple of 4. */
  readonly factorCount: number;
  readonly epochs: number;
  readonly seed: number;
  /** Weight of the "not interested" assumption on every unobserved pair, relative to an observed weight of 1. */
  readonly unobservedWeight: number;
  /** L2 regularisation; multiplied by each row's total weight (see `trainAls`). */
  readonly regularisation: number;
  /** No new epoch starts once this much time has passed. Left out: no limit, and the result depends on the seed alone. */
  readonly timeBudgetSeconds?: number;
}

export interface EpochReport {
  /** 1-based. */
  readonly epoch: number;
  readonly epochs: number;
  /** Mean of the minimised loss per observed interaction, after the epoch; >= 0. */
  readonly loss: number;
  /** Since training began. */
  readonly elapsedSeconds: number;
}

/** Conjugate-gradient steps per row and epoch; three recover nearly all of the exact solve (Takács et al. 2011). */
const CONJUGATE_GRADIENT_STEPS = 3;

/**
 * Matrix factorisation for implicit feedback by alternating least squares (Hu, Koren, Volinsky 2008), each row solved
 * with a few conjugate-gradient steps (Takács, Pilászy, Tikk 2011) and frequency-scaled regularisation (Rendle et al.
 * 2021, "Revisiting the Performance of iALS"). Minimises
 *
 *   sum over observed (u,i) of w_ui (1 - x_u.y_i)^2  +  a0 * sum over all (u,i) of (x_u.y_i)^2
 *   + reg * [ sum_u (n_u + a0*items) |x_u|^2 + sum_i (n_i + a0*users) |y_i|^2 ]
 *
 * with a0 = unobservedWeight, n = number of observed interactions of the row. Deterministic by seed without time budget.
 */
export function trainAls(
  data: Interactions,
  options: AlsOptions,
  onEpoch: (report: EpochReport) => void = () => {},
): FactorBlock {
  const { factorCount, epochs } = options;
  if (factorCount < 4 || factorCount % 4 !== 0) throw new RangeError('factorCount must be a multiple of 4');
  const random = createRandom(options.seed);
  const start = (rows: number): Float32Array =>
    Float32Array.from({ length: rows * factorCount }, () => (0.1 * random.normal()) / Math.sqrt(factorCount));
  const itemFactors = start(data.itemCount);
  const userFactors = start(data.userCount);
  const startedAt = performance.now();
  for (let epoch = 1; epoch <= epochs; epoch++) {
    solveRows(userFactors, itemFactors, data.byUser, options);
    solveRows(itemFactors, userFactors, data.byItem, options);
    const elapsedSeconds = (performance.now() - startedAt) / 1000;
    onEpoch({
      epoch,
      epochs,
      loss: meanLoss(data, { factorCount, userFactors, itemFactors }, options),
      elapsedSeconds,
    });
    if (options.timeBudgetSeconds !== undefined && elapsedSeconds >= options.timeBudgetSeconds) break;
  }
  return { factorCount, userFactors, itemFactors };
}

/** One half-epoch: improves every row of `target`, with `fixed` held. */
function solveRows(target: Float32Array, fixed: Float32Array, rows: SparseRows, options: AlsOptions): void {
  const { factorCount, unobservedWeight, regularisation } = options;
  const fixedCount = fixed.length / factorCount;
  const system: RowSystem = {
    factorCount,
    gram: gramMatrix(fixed, factorCount, unobservedWeight),
    fixed,
    rows,
    from: 0,
    to: 0,
    ridge: 0,
  };
  const solution = new Float64Array(factorCount);
  const scratch = {
    residual: new Float64Array(factorCount),
    direction: new Float64Array(factorCount),
    product: new Float64Array(factorCount),
  };
  for (let row = 0; row < rows.rowStart.length - 1; row++) {
    system.from = rows.rowStart[row] ?? 0;
    system.to = rows.rowStart[row + 1] ?? 0;
    system.ridge = regularisation * (system.to - system.from + unobservedWeight * fixedCount);
    const offset = row * factorCount;
    for (let f = 0; f < factorCount; f++) solution[f] = target[offset + f] ?? 0;
    conjugateGradient(system, solution, scratch);
    target.set(solution, offset);
  }
}

/** The normal equations of one row: (gram + ridge I + sum w y y^T) x = sum w y. */
interface RowSystem {
  readonly factorCount: number;
  readonly gram: Float64Array;
  readonly fixed: Float32Array;
  readonly rows: SparseRows;
  from: number;
  to: number;
  ridge: number;
}

interface Scratch {
  readonly residual: Float64Array;
  readonly direction: Float64Array;
  readonly product: Float64Array;
}

/** Conjugate gradient from the present `solution`, in place (Shewchuk 1994, section B2). */
function conjugateGradient(system: RowSystem, solution: Float64Array, scratch: Scratch): void {
  const { residual, direction, product } = scratch;
  const size = system.factorCount;
  multiply(system, solution, product);
  residual.fill(0);
  for (let j = system.from; j < system.to; j++) {
    const offset = (system.rows.columns[j] ?? 0) * size;
    const weight = system.rows.weights[j] ?? 0;
    for (let f = 0; f < size; f++) residual[f] = (residual[f] ?? 0) + weight * (system.fixed[offset + f] ?? 0);
  }
  for (let f = 0; f < size; f++) residual[f] = (residual[f] ?? 0) - (product[f] ?? 0);
  direction.set(residual);
  let error = dot(residual, residual);
  for (let step = 0; step < CONJUGATE_GRADIENT_STEPS && error > 1e-12; step++) {
    multiply(system, direction, product);
    const stride = error / dot(direction, product);
    for (let f = 0; f < size; f++) {
      solution[f] = (solution[f] ?? 0) + stride * (direction[f] ?? 0);
      residual[f] = (residual[f] ?? 0) - stride * (product[f] ?? 0);
    }
    const nextError = dot(residual, residual);
    const turn = nextError / error;
    error = nextError;
    for (let f = 0; f < size; f++) direction[f] = (residual[f] ?? 0) + turn * (direction[f] ?? 0);
  }
}

/** product = (gram + ridge I + sum w y y^T) vector. Four matrix rows at a time: this loop is most of the training time. */
function multiply(system: RowSystem, vector: Float64Array, product: Float64Array): void {
  const { gram, fixed, factorCount: size, ridge } = system;
  for (let a = 0; a < size; a += 4) {
    const row0 = a * size;
    const row1 = row0 + size;
    const row2 = row1 + size;
    const row3 = row2 + size;
    let sum0 = ridge * (vector[a] ?? 0);
    let sum1 = ridge * (vector[a + 1] ?? 0);
    let sum2 = ridge * (vector[a + 2] ?? 0);
    let sum3 = ridge * (vector[a + 3] ?? 0);
    for (let b = 0; b < size; b++) {
      const value = vector[b] ?? 0;
      sum0 += (gram[row0 + b] ?? 0) * value;
      sum1 += (gram[row1 + b] ?? 0) * value;
      sum2 += (gram[row2 + b] ?? 0) * value;
      sum3 += (gram[row3 + b] ?? 0) * value;
    }
    product[a] = sum0;
    product[a + 1] = sum1;
    product[a + 2] = sum2;
    product[a + 3] = sum3;
  }
  for (let j = system.from; j < system.to; j++) {
    const offset = (system.rows.columns[j] ?? 0) * size;
    let even = 0;
    let odd = 0;
    for (let f = 0; f < size; f += 2) {
      even += (fixed[offset + f] ?? 0) * (vector[f] ?? 0);
      odd += (fixed[offset + f + 1] ?? 0) * (vector[f + 1] ?? 0);
    }
    const scale = (even + odd) * (system.rows.weights[j] ?? 0);
    for (let f = 0; f < size; f++) product[f] = (product[f] ?? 0) + scale * (fixed[offset + f] ?? 0);
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let f = 0; f < a.length; f++) sum += (a[f] ?? 0) * (b[f] ?? 0);
  return sum;
}

/** scale * F^T F, symmetric, row-major [factorCount, factorCount]. */
function gramMatrix(factors: Float32Array, factorCount: number, scale: number): Float64Array {
  const gram = new Float64Array(factorCount * factorCount);
  for (let offset = 0; offset < factors.length; offset += factorCount) {
    for (let a = 0; a < factorCount; a++) {
      const value = scale * (factors[offset + a] ?? 0);
      const row = a * factorCount;
      for (let b = 0; b <= a; b++) gram[row + b] = (gram[row + b] ?? 0) + value * (factors[offset + b] ?? 0);
    }
  }
  for (let a = 0; a < factorCount; a++) {
    for (let b = 0; b < a; b++) gram[b * factorCount + a] = gram[a * factorCount + b] ?? 0;
  }
  return gram;
}

/** The loss of `trainAls` over the number of observed interactions; all pairs are covered by trace(GramX GramY). */
function meanLoss(data: Interactions, block: FactorBlock, options: AlsOptions): number {
  const { factorCount, userFactors, itemFactors } = block;
  const { unobservedWeight: a0, regularisation } = options;
  let loss = 0;
  for (let user = 0; user < data.userCount; user++) {
    for (let j = data.byUser.rowStart[user] ?? 0; j < (data.byUser.rowStart[user + 1] ?? 0); j++) {
      const userOffset = user * factorCount;
      const itemOffset = (data.byUser.columns[j] ?? 0) * factorCount;
      let score = 0;
      for (let f = 0; f < factorCount; f++)
        score += (userFactors[userOffset + f] ?? 0) * (itemFactors[itemOffset + f] ?? 0);
      loss += (data.byUser.weights[j] ?? 0) * (1 - score) ** 2;
    }
  }
  loss += a0 * dot(gramMatrix(userFactors, factorCount, 1), gramMatrix(itemFactors, factorCount, 1));
  loss += regularisation * weightedNorm(data.byUser, userFactors, a0 * data.itemCount);
  loss += regularisation * weightedNorm(data.byItem, itemFactors, a0 * data.userCount);
  return loss / Math.max(1, data.byUser.columns.length);
}

/** sum over rows of (entries of the row + base) * |row|^2. */
function weightedNorm(rows: SparseRows, factors: Float32Array, base: number): number {
  const rowCount = rows.rowStart.length - 1;
  const factorCount = factors.length / rowCount;
  let sum = 0;
  for (let row = 0; row < rowCount; row++) {
    let square = 0;
    for (let f = row * factorCount; f < (row + 1) * factorCount; f++) square += (factors[f] ?? 0) ** 2;
    sum += ((rows.rowStart[row + 1] ?? 0) - (rows.rowStart[row] ?? 0) + base) * square;
  }
  return sum;
}
