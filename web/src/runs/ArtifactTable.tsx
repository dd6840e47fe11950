import type { Shown } from '../../../src/mlops/run-views/views/schema.ts';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import styles from './runs.module.css';

/** The first rows of a table among the artifacts, as text. */
export function ArtifactTable({ table: visible }: { readonly table: Extract<Shown, { kind: 'table' }> }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
    <section className={styles.viewerBody} tabIndex={0} aria-label="Table of the file">
      <SortableTable
        isBoxed
        className={styles.cells}
        rows={visible.rows}
        columns={visible.columns.map((head, index) => ({
          head,
          by: (cells: (typeof visible.rows)[number]) => cells[index],
        }))}
        row={(row, line) => (
          <tr key={line}>
            {row.map((cell, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above
              <td key={index} title={cell ?? undefined}>
                {cell ?? <Unknown reason="The file has no value here." />}
              </td>
            ))}
          </tr>
        )}
      />
    </section>
  );
}
