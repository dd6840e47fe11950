import type { PairedOutcomes } from '../../mlops/evaluations/schema.ts';
import { swapSides } from './compare-quality.ts';

/** Two versions whose outcomes are compared on the same examples. */
export interface VersionPair {
  readonly candidate: string;
  readonly baseline: string;
}

/** Paired outcomes of versions that were read so far, and those that a calculation asked for. */
export interface PairBook {
  /** Pairs of two versions; null: they cannot be paired; undefined: not read yet, and from now on wanted. */
  find(pair: VersionPair): PairedOutcomes | null | undefined;
  put(pair: VersionPair, paired: PairedOutcomes | null): void;
  /** Pairs that were asked for and are not read yet. */
  listWanted(): VersionPair[];
}

/**
 * Creates an empty book. A calculation runs with the pairs that are there and names the others; its caller reads them and runs it
 * again, so that of n versions only the pairs that can decide a status are read. A pair stands for both orders.
 */
export function createPairBook(): PairBook {
  const known = new Map<string, PairedOutcomes | null>();
  const wanted = new Map<string, VersionPair>();
  const buildKey = ({ candidate, baseline }: VersionPair) => `${candidate} ${baseline}`;
  return {
    find(pair) {
      const found = known.get(buildKey(pair));
      if (found === undefined) {
        const swapped = { candidate: pair.baseline, baseline: pair.candidate };
        if (!wanted.has(buildKey(swapped))) wanted.set(buildKey(pair), pair);
      }
      return found;
    },
    put(pair, paired) {
      const swapped = { candidate: pair.baseline, baseline: pair.candidate };
      known.set(buildKey(pair), paired);
      known.set(buildKey(swapped), paired === null ? null : swapSides(paired));
      wanted.delete(buildKey(pair));
      wanted.delete(buildKey(swapped));
    },
    listWanted: () => [...wanted.values()],
  };
}
