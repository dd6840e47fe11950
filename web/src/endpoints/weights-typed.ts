import { formatPercent } from '../format/number.ts';

export type TypedWeights = Readonly<Record<string, string>>;

/**
 * Weights from the typed text; null when one is not a number from 0, or none is above 0. Example: `{main: '9', canary:
 * '1'}`.
 */
export function weightsTyped(typed: TypedWeights): Readonly<Record<string, number>> | null {
  const weights = Object.entries(typed).map(
    ([name, text]) => [name, text.trim() === '' ? Number.NaN : Number(text)] as const,
  );
  if (weights.some(([, weight]) => !Number.isFinite(weight) || weight < 0 || weight > 1e6)) return null;
  return weights.some(([, weight]) => weight > 0) ? Object.fromEntries(weights) : null;
}

/** Share of a weight as text: weight 1 of 9 and 1 -> `10 %`. */
export function computeShare(weights: Readonly<Record<string, number>>, name: string): string {
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  return formatPercent(((weights[name] ?? 0) / total) * 100);
}

/** Shares of 0 to 1 as weights of 100 for a form, whole where possible: 0.9 -> `90`. */
export function typedShares(variants: readonly { readonly variant: string; readonly weight: number }[]): TypedWeights {
  return Object.fromEntries(
    variants.map(({ variant, weight }) => [variant, String(Number((weight * 100).toPrecision(6)))]),
  );
}
