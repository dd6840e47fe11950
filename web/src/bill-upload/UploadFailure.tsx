import { type importBill, RejectedRow } from '../../../src/finops/billing/schema.ts';
import type { CallInput } from '../../../src/platform/contract/schema.ts';
import { CallError } from '../client.ts';
import { counted, formatCount } from '../format/number.ts';
import parts from '../parts/parts.module.css';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import styles from './bill-upload.module.css';
import { describeRefusal, listChoices } from './upload-choices.ts';

type ImportOptions = Partial<NonNullable<CallInput<typeof importBill>['body']>>;

interface UploadFailureProps {
  readonly error: Error;
  /** Sends the same files again with these options. */
  readonly onAgain: (options: ImportOptions) => void;
  readonly onOther: () => void;
}

const MAX_ROWS = 20;

/** Why a bill was not imported, with file, line and column, and the choices that the server offers. */
export function UploadFailure({ error, onAgain, onOther }: UploadFailureProps) {
  const problem = error instanceof CallError ? error.problem : undefined;
  const rejected = RejectedRow.array().safeParse(problem?.rejected).data ?? [];
  const choices = problem === undefined ? [] : listChoices(problem);
  return (
    <div className={`${parts.state} ${parts.error}`} role="alert">
      <p className={parts.stateTitle}>The bill was not imported. Nothing was stored.</p>
      <p className={parts.stateText}>{describeRefusal(error.message)}</p>
      {rejected.length > 0 && <RejectedRows rows={rejected} />}
      {problem !== undefined && (
        <p className={parts.ids}>
          <code>{problem.code}</code>
        </p>
      )}
      <div className={parts.cardActions}>
        {choices.map(({ label, options }) => (
          <button key={label} type="button" className={parts.button} onClick={() => onAgain(options)}>
            {label}
          </button>
        ))}
        {problem?.code === 'upload_cut_off' && (
          <button type="button" className={parts.button} onClick={() => onAgain({})}>
            Send again
          </button>
        )}
        <button type="button" className={parts.button} onClick={onOther}>
          Choose other files
        </button>
      </div>
    </div>
  );
}

function RejectedRows({ rows }: { readonly rows: readonly RejectedRow[] }) {
  return (
    <div className={styles.rejected}>
      <SortableTable
        testId="rejected-rows"
        rows={rows}
        most={MAX_ROWS}
        columns={[
          { head: 'File', by: (one) => one.file },
          { head: 'Line', by: (one) => one.line, numeric: true },
          { head: 'Column', by: (one) => one.column },
          { head: 'Problem', by: (one) => one.reason },
        ]}
        row={({ file, line, column, reason }) => (
          <tr key={`${file} ${line} ${column} ${reason}`}>
            <th scope="row">{file}</th>
            <td className={table.number}>{line === null ? '–' : formatCount(line)}</td>
            <td>{column ?? 'the whole row'}</td>
            <td>{reason}</td>
          </tr>
        )}
      />
      {rows.length > MAX_ROWS && <p className={styles.hint}>and {counted(rows.length - MAX_ROWS, 'more row')}</p>}
    </div>
  );
}
