import type { PointPair } from '../drift-methods/index.ts';
import {
  decideVerdict,
  domainClassifier,
  type MethodChoice,
  maximumMeanDiscrepancyTest,
} from '../drift-methods/index.ts';
import type { ComparedColumn } from './compared-column.ts';

/** Embeddings of both sides, as they were read. */
export interface RawVectors extends PointPair {
  readonly kind: 'vectors';
  /** Rows that have one, of which `reference` and `current` hold some. */
  readonly known: { readonly reference: number; readonly current: number };
}

const vectorTests = { mmd: maximumMeanDiscrepancyTest, domain_classifier: domainClassifier };

/** The method that compares embeddings; null: the chosen method does not support them. */
export function chooseVectorMethod(choice: MethodChoice): keyof typeof vectorTests | null {
  if (choice === 'auto' || choice === 'mmd') return 'mmd';
  return choice === 'domain_classifier' ? choice : null;
}

/** Compares a column of embeddings, all their numbers together. */
export function compareVectors({ known, ...pair }: RawVectors, choice: MethodChoice): ComparedColumn {
  const facts = { type: 'embedding' as const, nReference: known.reference, nCurrent: known.current };
  const chosen = chooseVectorMethod(choice);
  if (chosen === null) throw new Error(`${choice} was asked for embeddings`);
  return { ...facts, verdict: decideVerdict(chosen, vectorTests[chosen](pair)), effect: null };
}
