import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { SourceName } from '../../../src/finops/billing/schema.ts';
import { getUploadLimit } from '../../../src/platform/uploads/schema.ts';
import { endpointQuery } from '../client.ts';
import parts from '../parts/parts.module.css';
import styles from './bill-upload.module.css';
import { ChosenFiles } from './ChosenFiles.tsx';
import { FileDrop } from './FileDrop.tsx';
import { refuseFile, suggestSource } from './file-check.ts';
import type { BillToSend } from './use-bill-upload.ts';

interface UploadFormProps {
  readonly disabled: boolean;
  readonly onSend: (bill: BillToSend) => void;
}

/** Files and the source of a bill. */
export function UploadForm({ disabled, onSend }: UploadFormProps) {
  const id = useId();
  const limit = useQuery(endpointQuery(getUploadLimit));
  const maxSizeBytes = limit.data?.maxSizeBytes;
  const [files, setFiles] = useState<readonly File[]>([]);
  const [typed, setTyped] = useState<string>();
  const source = typed ?? suggestSource(files[0]?.name ?? '');
  const named = SourceName.safeParse(source).success;
  const ready = files.length > 0 && named && files.every((file) => refuseFile(file, maxSizeBytes) === null);
  const add = (more: readonly File[]) =>
    setFiles((before) => [...before.filter((one) => !more.some(({ name }) => name === one.name)), ...more]);
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && !disabled) onSend({ files, options: { source } });
      }}
    >
      <FileDrop disabled={disabled} onFiles={add} />
      {files.length > 0 && (
        <>
          <ChosenFiles
            files={files}
            maxSizeBytes={maxSizeBytes}
            onRemove={(file) => setFiles((before) => before.filter((one) => one !== file))}
          />
          <div className={styles.send}>
            <label htmlFor={id} className={styles.sourceField}>
              Source
              <input
                id={id}
                className={parts.line}
                value={source}
                placeholder="aws"
                autoComplete="off"
                maxLength={63}
                aria-invalid={source !== '' && !named}
                onChange={(event) => setTyped(event.target.value)}
              />
            </label>
            <button type="submit" className={`${parts.button} ${parts.primary}`} disabled={!ready || disabled}>
              Upload and import
            </button>
            <p className={styles.hint}>
              {named || source === ''
                ? 'Name of the account or provider that the bill comes from. A later bill of the same source and month replaces this one.'
                : 'Use letters, digits, dot, dash and underscore, at most 63.'}
            </p>
          </div>
        </>
      )}
    </form>
  );
}
