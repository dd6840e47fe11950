import type { AlsOptions } from './implicit-als.ts';

/** A model to be trained. A factor model has one member; an ensemble sums the scores of several, differently seeded. */
export interface ModelVariant {
  /** Becomes the run name and a tag of the model version, such as `mf-64`. */
  readonly name: string;
  readonly kind: 'popularity' | 'matrix-factorisation' | 'ensemble';
  /** Empty for popularity. */
  readonly members: readonly AlsOptions[];
}

/** Found by a search on seed 1 with 64 factors; weaker regularisation over-fits, stronger flattens the larger models. */
const TUNED = { unobservedWeight: 0.5, regularisation: 0.002 };

/** 1,152 factors in all: served as one block of that size would be, for an eighth of its training work. */
const ENSEMBLE = { size: 8, member: { factorCount: 144, epochs: 3 } };

function factorModel(factorCount: number, epochs: number, seed: number): ModelVariant {
  const members = [{ ...TUNED, factorCount, epochs, seed }];
  return { name: `mf-${factorCount}`, kind: 'matrix-factorisation', members };
}

/**
 * The demo's candidates, smallest first. Averaging independently seeded factorisations takes out part of the variance
 * each one carries, so the ensemble is honestly better than any member, and honestly costs as much as all of them.
 */
export function defaultVariants(seed: number): ModelVariant[] {
  const members = Array.from({ length: ENSEMBLE.size }, (_, i) => ({ ...TUNED, ...ENSEMBLE.member, seed: seed + i }));
  return [
    { name: 'popularity', kind: 'popularity', members: [] },
    factorModel(8, 6, seed),
    factorModel(16, 6, seed),
    factorModel(32, 5, seed),
    factorModel(64, 4, seed),
    { name: `ensemble-${ENSEMBLE.size}x${ENSEMBLE.member.factorCount}`, kind: 'ensemble', members },
  ];
}

/** The variant's settings as MLflow params (strings). */
export function variantParams(variant: ModelVariant): Record<string, string> {
  const first = variant.members[0];
  if (first === undefined) return { algorithm: variant.kind };
  return {
    algorithm: 'implicit-als',
    members: String(variant.members.length),
    factors: String(first.factorCount),
    total_factors: String(variant.members.reduce((sum, member) => sum + member.factorCount, 0)),
    epochs: String(first.epochs),
    regularisation: String(first.regularisation),
    unobserved_weight: String(first.unobservedWeight),
    seed: String(first.seed),
  };
}
