import { type DragEvent, useId, useState } from 'react';
import parts from '../parts/parts.module.css';
import styles from './bill-upload.module.css';

interface FileDropProps {
  readonly disabled: boolean;
  readonly onFiles: (files: readonly File[]) => void;
}

/** Takes files by drop, or by the file dialog of the browser. */
export function FileDrop({ disabled, onFiles }: FileDropProps) {
  const id = useId();
  const [over, setOver] = useState(false);
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (!disabled) onFiles([...event.dataTransfer.files]);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a drop has no equivalent on the keyboard; the button inside opens the file dialog
    <div
      className={`${styles.drop} ${over ? styles.over : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <p className={styles.dropTitle}>Drop the files of a bill here</p>
      <p className={styles.hint}>
        FOCUS, AWS CUR, Azure cost details or OCI: CSV, gzipped CSV or Parquet. The format is recognized from the
        columns.
      </p>
      <label htmlFor={id} className={`${parts.button} ${parts.primary} ${styles.choose}`}>
        Choose files…
      </label>
      <input
        id={id}
        className="visually-hidden"
        type="file"
        multiple
        disabled={disabled}
        accept=".csv,.gz,.parquet"
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
    </div>
  );
}
