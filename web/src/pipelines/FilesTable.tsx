import type { PipelineStep } from '../../../src/mlops/pipelines/schema.ts';
import { formatBytes } from '../format/number.ts';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';

const DIGEST_SHORT = 12;

/** The files that a step made; the server shows a hundred at most. */
export function FilesTable({ step: { step, files } }: { readonly step: PipelineStep }) {
  return (
    <SortableTable
      label={`Files of ${step}`}
      rows={files}
      columns={[
        { head: 'File', by: (one) => one.path },
        { head: 'Size', by: (one) => one.sizeBytes, numeric: true },
        { head: 'SHA-256', by: (one) => one.digest },
      ]}
      row={({ path, sizeBytes, digest }) => (
        <tr key={path}>
          <th scope="row">
            <code>{path}</code>
          </th>
          <td className={table.number}>{formatBytes(sizeBytes)}</td>
          <td>
            <code data-tip={digest}>{digest.slice(0, DIGEST_SHORT)}</code>
          </td>
        </tr>
      )}
    />
  );
}
