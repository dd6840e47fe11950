import { formatBytes } from '../format/number.ts';
import parts from '../parts/parts.module.css';
import styles from './bill-upload.module.css';
import { refuseFile } from './file-check.ts';

interface ChosenFilesProps {
  readonly files: readonly File[];
  readonly maxSizeBytes: number | undefined;
  readonly onRemove: (file: File) => void;
}

/** The chosen files, each with its size, or why it cannot be sent. */
export function ChosenFiles({ files, maxSizeBytes, onRemove }: ChosenFilesProps) {
  return (
    <ul className={styles.files} aria-label="Chosen files">
      {files.map((file) => {
        const refused = refuseFile(file, maxSizeBytes);
        return (
          <li key={`${file.name} ${file.size} ${file.lastModified}`} className={styles.file}>
            <span className={styles.fileName}>{file.name}</span>
            <span className={styles.hint}>{formatBytes(file.size)}</span>
            <button type="button" className={parts.plain} onClick={() => onRemove(file)}>
              Remove<span className="visually-hidden"> {file.name}</span>
            </button>
            {refused !== null && (
              <p className={parts.refused} role="alert">
                {refused}
              </p>
            )}
          </li>
        );
      })}
    </ul>
  );
}
