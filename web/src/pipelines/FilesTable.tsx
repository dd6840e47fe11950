import type { PipelineStep } from '../../../src/mlops/pipelines/schema.ts';
import { formatBytes } from '../format/number.ts';
import table from '../table/table.module.css';
import { WideTable } from './WideTable.tsx';

const DIGEST_SHORT = 12;

/** The files that a step made; the server shows a hundred at most. */
export function FilesTable({ step: { step, files } }: { readonly step: PipelineStep }) {
  return (
    <WideTable label={`Files of ${step}`}>
      <table className={table.table} aria-label={`Files of ${step}`}>
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col" className={table.number}>
              Size
            </th>
            <th scope="col">SHA-256</th>
          </tr>
        </thead>
        <tbody>
          {files.map(({ path, sizeBytes, digest }) => (
            <tr key={path}>
              <th scope="row">
                <code>{path}</code>
              </th>
              <td className={table.number}>{formatBytes(sizeBytes)}</td>
              <td>
                <code data-tip={digest}>{digest.slice(0, DIGEST_SHORT)}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </WideTable>
  );
}
