import type { Run } from '../../../src/mlops/runs/schema.ts';
import styles from './runs.module.css';

const STATUS = {
  RUNNING: ['running', 'M4 3.5l8 4.5-8 4.5z'],
  SCHEDULED: ['scheduled', 'M8 4v4l2.5 2M8 2a6 6 0 110 12A6 6 0 018 2'],
  FINISHED: ['finished', 'M3.5 8.5l3 3 6-7'],
  FAILED: ['failed', 'M4 4l8 8M12 4l-8 8'],
  KILLED: ['killed', 'M4.5 4.5h7v7h-7z'],
} as const;

/** State of a run: a shape and a word. */
export function StatusMark({ status }: { readonly status: Run['status'] }) {
  const [word, path] = STATUS[status];
  return (
    <span className={`${styles.status} ${status === 'FAILED' ? styles.bad : ''}`}>
      <svg width="14" height="14" viewBox="0 0 16 16" aria-hidden="true" fill="none">
        <path d={path} stroke="currentColor" strokeWidth="1.6" strokeLinejoin="round" strokeLinecap="round" />
      </svg>
      {word}
    </span>
  );
}
