import { compareColumn, computeMoments, type MethodChoice, type Moments, sortNumbers } from '../drift-methods/index.ts';
import { compareVectors, type RawVectors } from './compare-vectors.ts';
import { type ComparedColumn, summarizeColumn } from './compared-column.ts';
import { selectKnownValues } from './known-values.ts';
import { compareLarge } from './large-column.ts';
import { prepareColumn, type RawColumn } from './prepare-column.ts';
import { watchColumn } from './watched-column.ts';

/** One column to compare, or to bring in order for a profile. */
export type ColumnQuestion =
  | {
      readonly kind: 'compare';
      readonly raw: RawColumn | RawVectors;
      readonly choice: MethodChoice;
      /** True for one of many comparisons over time: p-values need precision far below 0.001, and the distribution is shown as a chart. */
      readonly watched: boolean;
    }
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
    const large = question.watched ? null : compareLarge(question.raw, question.choice);
    if (large !== null) return { compared: large };
    const column = prepareColumn(question.raw);
    if (question.watched) return { compared: watchColumn(column, question.raw, question.choice) };
    return { compared: summarizeColumn(column, compareColumn(column, question.choice)) };
  }
  const sorted = new Float64Array(sortNumbers(selectKnownValues(question.values)));
  return { profiled: { sorted, moments: computeMoments(sorted) } };
}
