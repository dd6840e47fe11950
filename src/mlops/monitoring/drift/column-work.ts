import { compareColumn, type MethodChoice } from './compare-column.ts';
import { type ComparedColumn, summaryOf } from './compared-column.ts';
import { knownValues } from './known-values.ts';
import { compareLarge } from './large-column.ts';
import { type Moments, momentsOf } from './moments.ts';
import { prepareColumn, type RawColumn } from './prepare-column.ts';
import { sortNumbers } from './sort-numbers.ts';
import { compareVectors, type RawVectors } from './vectors/compare-vectors.ts';

/** One column to compare, or to bring in order for a profile. */
export type ColumnQuestion =
  | { readonly kind: 'compare'; readonly raw: RawColumn | RawVectors; readonly choice: MethodChoice }
  | { readonly kind: 'profile'; readonly values: Float64Array };

export interface ProfiledNumbers {
  /** Known values, ascending. */
  readonly sorted: Float64Array<ArrayBuffer>;
  readonly moments: Moments;
}

export type ColumnAnswer = { readonly compared: ComparedColumn } | { readonly profiled: ProfiledNumbers };

/** The work on one column, wherever it is done. The arrays of the question are used up. */
export function workOn(question: ColumnQuestion): ColumnAnswer {
  if (question.kind === 'compare') {
    if (question.raw.kind === 'vectors') return { compared: compareVectors(question.raw, question.choice) };
    const large = compareLarge(question.raw, question.choice);
    if (large !== null) return { compared: large };
    const column = prepareColumn(question.raw);
    return { compared: { ...summaryOf(column), verdict: compareColumn(column, question.choice) } };
  }
  const sorted = new Float64Array(sortNumbers(knownValues(question.values)));
  return { profiled: { sorted, moments: momentsOf(sorted) } };
}
