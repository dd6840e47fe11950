import { downloadRaw } from '../../../src/finops/billing/raw/schema.ts';
import type { Delivery } from '../../../src/finops/billing/schema.ts';
import { buildUrl } from '../../../src/platform/contract/schema.ts';
import { toCsv } from '../format/csv.ts';
import { counted, formatBytes, formatCount } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import parts from '../parts/parts.module.css';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import styles from './deliveries.module.css';

const HASH_SHOWN = 16;

/** The unchanged files of a delivery, stored by their hash; each can be downloaded again. */
export function DeliveryFiles({ entry }: { readonly entry: Delivery }) {
  const { files, delivery } = entry;
  const bytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const csv = () =>
    toCsv(
      ['file', 'sizeBytes', 'sha256'],
      files.map((file) => [file.name, String(file.sizeBytes), file.sha256]),
    );
  return (
    <Card
      title="Delivered files"
      note={`${counted(files.length, 'file')}, ${formatBytes(bytes)}, kept as they came`}
      actions={<CsvButton name={`files-of-${delivery}`} what="the files" text={csv} />}
      flush
    >
      <SortableTable
        rows={files}
        columns={[
          { head: 'File', by: (one) => one.name },
          { head: 'Size', by: (one) => one.sizeBytes, numeric: true },
          { head: 'SHA-256', by: (one) => one.sha256, className: table.wideOnly },
        ]}
        row={(file) => (
          <tr key={file.name}>
            <th scope="row" className={styles.fileName}>
              <a
                href={buildUrl(downloadRaw, { query: { delivery, file: file.name } })}
                download={file.name.split('/').at(-1)}
                className={parts.textLink}
              >
                {file.name}
              </a>
            </th>
            <td className={table.number} data-tip={`${formatCount(file.sizeBytes)} bytes`}>
              {formatBytes(file.sizeBytes)}
            </td>
            <td className={table.wideOnly}>
              <code data-tip={file.sha256}>{file.sha256.slice(0, HASH_SHOWN)}…</code>
            </td>
          </tr>
        )}
      />
    </Card>
  );
}
