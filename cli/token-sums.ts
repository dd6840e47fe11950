import { computeTokenCost, listSizeBounds, type TokenRates } from '../src/finops/tokens/rates/schema.ts';
import { decimal, sumDecimals } from '../src/platform/units/schema.ts';

/** Token counts of one request, as a row of a file states them. */
export interface RequestTokens {
  readonly input: bigint;
  readonly output: bigint;
  /** Part of the input that was read from a cache. */
  readonly cached: bigint;
}

/** Exact sums over requests of one size class, which share one price. */
interface SizeClass {
  rows: number;
  input: bigint;
  output: bigint;
  cached: bigint;
}

/**
 * Sums of requests of one model, grouped by the sizes at which its price changes, so that the cost of the sums is the
 * sum of the costs of the rows.
 */
export interface TokenSums {
  readonly rates: TokenRates | null;
  /** Upper limits of input tokens of all classes except the last, ascending. */
  readonly bounds: readonly bigint[];
  /** One class more than bounds. */
  readonly classes: readonly SizeClass[];
}

export function tokenSums(rates: TokenRates | null): TokenSums {
  const bounds = rates === null ? [] : listSizeBounds(rates).map(BigInt);
  const classes = Array.from({ length: bounds.length + 1 }, () => ({ rows: 0, input: 0n, output: 0n, cached: 0n }));
  return { rates, bounds, classes };
}

export function addRequest({ bounds, classes }: TokenSums, { input, output, cached }: RequestTokens): void {
  const exceeded = bounds.findLastIndex((bound) => input > bound) + 1;
  const sums = classes[exceeded];
  if (sums === undefined) return;
  sums.rows += 1;
  sums.input += input;
  sums.output += output;
  sums.cached += cached;
}

export interface SummedTokens {
  readonly rows: number;
  readonly inputTokens: bigint;
  readonly outputTokens: bigint;
  readonly cachedTokens: bigint;
}

export function totalTokens(parts: readonly TokenSums[]): SummedTokens {
  const classes = parts.flatMap((part) => part.classes);
  const sum = (of: (part: SizeClass) => bigint) => classes.reduce((total, part) => total + of(part), 0n);
  return {
    rows: classes.reduce((total, part) => total + part.rows, 0),
    inputTokens: sum(({ input }) => input),
    outputTokens: sum(({ output }) => output),
    cachedTokens: sum(({ cached }) => cached),
  };
}

/** Exact cost of the sums; null with a reason when the model, or a direction that was used, has no price. */
export function costOfSums({ rates, bounds, classes }: TokenSums): { amount: string | null; reason: string | null } {
  if (rates === null) return { amount: null, reason: null };
  const amounts: string[] = [];
  for (const [index, { rows, input, output, cached }] of classes.entries()) {
    if (rows === 0) continue;
    const counts = {
      inputTokens: decimal(input.toString()),
      outputTokens: decimal(output.toString()),
      cacheReadTokens: decimal(cached.toString()),
      cacheWriteTokens: decimal(0),
      cacheWrite1hTokens: decimal(0),
      requests: decimal(rows),
    };
    const bound = bounds[index - 1];
    const { amount, reason } = computeTokenCost(
      rates,
      counts,
      bound === undefined ? 0 : decimal((bound + 1n).toString()),
    );
    if (amount === null) return { amount, reason };
    amounts.push(amount);
  }
  return { amount: sumDecimals(amounts), reason: null };
}
