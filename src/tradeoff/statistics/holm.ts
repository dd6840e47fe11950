/** One hypothesis with its p-value. */
export interface NamedTest {
  readonly name: string;
  /** 0 to 1; null where the test gives none: it is not rejected, and it counts as one of the tests. */
  readonly pValue: number | null;
}

/** A hypothesis after Holm's correction. */
export interface HolmResult extends NamedTest {
  /** The smallest familywise error at which this hypothesis is rejected; null without a p-value. */
  readonly adjusted: number | null;
  readonly isRejected: boolean;
}

/**
 * Holm's step-down correction: the chance of one wrong rejection or more among all tests is at most `alpha`, under any dependence.
 * Results keep the order of the tests. Source: Holm, Scandinavian Journal of Statistics 6 (1979), 65-70.
 *
 * @example applyHolm([{ name: 'recall', pValue: 0.01 }, { name: 'ndcg', pValue: 0.04 }], 0.05) // adjusted 0.02 and 0.04
 */
export function applyHolm(tests: readonly NamedTest[], alpha: number): HolmResult[] {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`The familywise error must lie between 0 and 1, not ${alpha}.`);
  const ordered = tests.map(({ pValue }, index) => ({ index, p: pValue ?? 1 })).sort((a, b) => a.p - b.p);
  const adjusted = new Map<number, number>();
  let largest = 0;
  for (const [rank, { index, p }] of ordered.entries()) {
    largest = Math.min(1, Math.max(largest, (tests.length - rank) * p));
    adjusted.set(index, largest);
  }
  return tests.map(({ name, pValue }, index) => {
    const value = pValue === null ? null : (adjusted.get(index) ?? 1);
    return { name, pValue, adjusted: value, isRejected: value !== null && value <= alpha };
  });
}
