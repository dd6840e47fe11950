import { formatBytes } from '../format/number.ts';
import parts from '../parts/parts.module.css';
import styles from './bill-upload.module.css';
import type { UploadProgress } from './use-bill-upload.ts';

interface UploadProgressBarProps {
  readonly progress: UploadProgress;
  readonly onCancel: () => void;
}

/** Progress of sending the files, and then of their import. */
export function UploadProgressBar({ progress, onCancel }: UploadProgressBarProps) {
  const { step, file, sentBytes, totalBytes } = progress;
  const sending = step === 'sending';
  return (
    <div className={styles.progress} role="status">
      <progress
        className={styles.bar}
        aria-label="Progress of the upload"
        max={1}
        {...(sending ? { value: sentBytes / Math.max(totalBytes, 1) } : {})}
      />
      <span>
        {sending
          ? `Sending ${file}: ${formatBytes(sentBytes)} of ${formatBytes(totalBytes)}`
          : 'Reading and checking every row'}
      </span>
      {sending && (
        <button type="button" className={parts.button} onClick={onCancel}>
          Cancel
        </button>
      )}
    </div>
  );
}
