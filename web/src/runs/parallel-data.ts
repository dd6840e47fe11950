import type { ParallelData } from '../charts/parallel-option.ts';
import { type Brush, within } from './brush.ts';
import type { NamedRun } from './curves.ts';
import { describeColumn } from './describe-column.ts';
import { type RunColumn, readFigure } from './run-columns.ts';

/** Axes and lines of the selected columns; a text column becomes a category axis. A line must be within every brush. */
export function parallelData(
  runs: readonly NamedRun[],
  columns: readonly RunColumn[],
  brushes: readonly Brush[],
  currency: string | undefined,
): ParallelData {
  const axes = columns.map((column) => {
    const texts = runs.map(({ run }) => readFigure(run, column.id, currency)).filter((value) => value !== null);
    const categories = column.numeric ? null : [...new Set(texts.map(String))].sort();
    return { id: column.id, ...describeColumn(column, currency), categories };
  });
  const lines = runs.map(({ run, name, variable, grey }) => {
    const values = axes.map(({ id, categories }) => {
      const value = readFigure(run, id, currency);
      if (value === null) return null;
      return categories === null ? Number(value) : categories.indexOf(String(value));
    });
    const kept = brushes.every((brush) => {
      const place = axes.findIndex(({ id }) => id === brush.column);
      return place === -1 || within(values[place] ?? null, brush);
    });
    return { id: run.runId, name, variable, grey, kept, values };
  });
  return { axes, lines };
}
