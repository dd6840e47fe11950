import { Link } from '@tanstack/react-router';
import parts from '../parts/parts.module.css';
import { Swatch } from '../parts/Swatch.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import type { NamedRun } from './curves.ts';
import { describeColumn } from './describe-column.ts';
import { type RunColumn, readFigure } from './run-columns.ts';
import styles from './runs.module.css';

interface RunColumnsTableProps {
  readonly label: string;
  readonly runs: readonly NamedRun[];
  readonly columns: readonly RunColumn[];
  readonly currency: string | undefined;
}

/** A picture of runs as figures: a row for each run, a column for each axis. */
export function RunColumnsTable({ label, runs, columns, currency }: RunColumnsTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
    <section className={styles.scrollY} tabIndex={0} aria-label={label}>
      <SortableTable
        isBoxed
        rows={runs}
        columns={[
          { head: 'Run', by: (one) => one.name },
          ...columns.map((column) => ({
            head: describeColumn(column, currency).label,
            by: (one: NamedRun) => readFigure(one.run, column.id, currency),
            numeric: column.numeric,
          })),
        ]}
        row={({ run, name, variable }) => (
          <tr key={run.runId}>
            <th scope="row">
              <span className={table.named}>
                <Swatch variable={variable} />
                <Link to="/runs/$runId" params={{ runId: run.runId }} className={parts.textLink}>
                  {name}
                </Link>
              </span>
            </th>
            {columns.map((column) => {
              const value = readFigure(run, column.id, currency);
              return (
                <td key={column.id} className={column.numeric ? table.number : undefined}>
                  {value === null ? (
                    <Unknown reason="The run has no such value." />
                  ) : typeof value === 'number' ? (
                    <data value={value} data-tip={String(value)}>
                      {describeColumn(column, currency).format(value)}
                    </data>
                  ) : (
                    value
                  )}
                </td>
              );
            })}
          </tr>
        )}
      />
    </section>
  );
}
