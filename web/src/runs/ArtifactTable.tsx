import type { Shown } from '../../../src/mlops/run-views/views/schema.ts';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import styles from './runs.module.css';

/** The first rows of a table among the artifacts, as text. */
export function ArtifactTable({ table: visible }: { readonly table: Extract<Shown, { kind: 'table' }> }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
    <section className={styles.viewerBody} tabIndex={0} aria-label="Table of the file">
      <table className={`${table.table} ${styles.cells}`}>
        <thead>
          <tr>
            {visible.columns.map((column, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns of a file may share a name
              <th key={index} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {visible.rows.map((row, line) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file have no id
            <tr key={line}>
              {row.map((cell, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: as above
                <td key={index} title={cell ?? undefined}>
                  {cell ?? <Unknown reason="The file has no value here." />}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
