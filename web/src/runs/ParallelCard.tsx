import { useMemo } from 'react';
import { Parallel } from '../charts/Parallel.tsx';
import type { ParallelData } from '../charts/parallel-option.ts';
import { usePng } from '../charts/use-png.ts';
import { toCsv } from '../format/csv.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import parts from '../parts/parts.module.css';
import { AxisRanges } from './AxisRanges.tsx';
import { type Brush, brushText, parseBrush, within } from './brush.ts';
import type { NamedRun } from './curves.ts';
import { describeColumn } from './describe-column.ts';
import { RunColumnsTable } from './RunColumnsTable.tsx';
import { type RunColumn, readFigure, usualAxes } from './run-columns.ts';
import styles from './runs.module.css';
import type { Compare } from './use-compare.ts';

const HEIGHT = 340;
const OFFERED = 40;

/** Inputs, results and cost of the runs, as one line for each run over parallel axes. */
export function ParallelCard({ compare }: { readonly compare: Compare }) {
  const { search, visible, columns, metric, currency, change } = compare;
  const png = usePng('runs-parallel');
  const wanted = useMemo(() => search.axes ?? usualAxes(columns, metric), [search.axes, columns, metric]);
  const axes = useMemo(
    () => wanted.flatMap((id) => columns.find((column) => column.id === id) ?? []),
    [wanted, columns],
  );
  const brushes = useMemo(() => (search.brush ?? []).flatMap((text) => parseBrush(text) ?? []), [search.brush]);
  const data = useMemo(() => parallelData(visible, axes, brushes, currency), [visible, axes, brushes, currency]);
  const kept = data.lines.filter((line) => line.kept);
  const asTable = search.parallel === 'table';
  const setBrush = (column: string, range: { readonly from: number; readonly to: number } | null) => {
    const others = brushes.filter((brush) => brush.column !== column);
    const next = range === null ? others : [...others, { column, ...range }];
    change({ brush: next.length === 0 ? undefined : next.map(brushText) });
  };
  const toggleAxis = (id: string) => {
    const next = wanted.includes(id) ? wanted.filter((one) => one !== id) : [...wanted, id];
    change({ axes: next, brush: undefined });
  };
  const runsKept = visible.filter(({ run }) => kept.some(({ id }) => id === run.runId));
  return (
    <Card
      title="Settings and results"
      note={
        brushes.length === 0
          ? 'A line is a run. Drag along an axis to keep the runs within a range.'
          : `${kept.length} of ${visible.length} runs are within the ranges.`
      }
      actions={
        <>
          {brushes.length > 0 && (
            <button type="button" className={parts.button} onClick={() => change({ brush: undefined })}>
              Reset all axes
            </button>
          )}
          <button
            type="button"
            className={parts.button}
            aria-pressed={asTable}
            onClick={() => change({ parallel: asTable ? undefined : 'table' })}
          >
            {asTable ? 'Chart' : 'Table'}
            <span className="visually-hidden"> of the parallel axes</span>
          </button>
          <CsvButton
            name="runs-parallel"
            what="the parallel axes"
            text={() =>
              toCsv(
                ['run_id', 'run', ...axes.map(({ id }) => id)],
                runsKept.map(({ run, name }) => [
                  run.runId,
                  name,
                  ...axes.map(({ id }) => readFigure(run, id, currency)?.toString() ?? null),
                ]),
              )
            }
          />
          {!asTable && (
            <button type="button" className={parts.button} onClick={png.save}>
              PNG<span className="visually-hidden"> of the parallel axes</span>
            </button>
          )}
        </>
      }
    >
      <fieldset className={styles.axes} style={{ border: 0, margin: 0 }}>
        <legend className="visually-hidden">Axes</legend>
        {columns.slice(0, OFFERED).map((column) => (
          <label key={column.id} className={styles.axisChip}>
            <input type="checkbox" checked={wanted.includes(column.id)} onChange={() => toggleAxis(column.id)} />
            {column.label}
          </label>
        ))}
      </fieldset>
      {axes.length < 2 ? (
        <EmptyState
          shows="A line for each run over its params, metrics and cost."
          why="Fewer than two axes are chosen, or the runs do not differ. Choose axes above."
        />
      ) : asTable ? (
        <RunColumnsTable label="Runs within the ranges" runs={runsKept} columns={axes} currency={currency} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: on a phone it scrolls, and must be reachable by keyboard
        <section className={styles.wide} tabIndex={0} aria-label="Parallel axes">
          <Parallel
            key={axes.map(({ id }) => id).join('\n')}
            data={data}
            brushes={brushes}
            height={HEIGHT}
            onBrush={setBrush}
            onChart={png.onChart}
            label={`Parallel coordinates of ${visible.length} runs over ${axes.map(({ label }) => label).join(', ')}. The table has the figures.`}
          />
        </section>
      )}
      {axes.length >= 2 && <AxisRanges axes={data.axes} brushes={brushes} onBrush={setBrush} />}
    </Card>
  );
}

/** Axes and lines of the selected columns; a text column becomes a category axis. A line must be within every brush. */
function parallelData(
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
