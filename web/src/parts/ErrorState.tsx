import { CallError } from '../client.ts';
import styles from './parts.module.css';
import { isNotVisible } from './read-error.ts';

interface ErrorStateProps {
  readonly error: unknown;
  /** Subject of the error message: "The costs". */
  readonly what: string;
  readonly onRetry?: (() => void) | undefined;
}

/** Error, unaffected parts, next step, and the request id for the log. A request that the account may not read is no error. */
export function ErrorState({ error, what, onRetry }: ErrorStateProps) {
  const problem = error instanceof CallError ? error.problem : undefined;
  if (isNotVisible(error)) {
    return (
      <div className={styles.state}>
        <p className={styles.stateTitle}>{what}: not visible to your account</p>
        <p className={styles.stateText}>{error.problem.detail}</p>
      </div>
    );
  }
  const detail = problem?.detail ?? (error instanceof Error ? error.message : String(error));
  return (
    <div className={`${styles.state} ${styles.error}`} role="alert">
      <p className={styles.stateTitle}>{what} cannot be shown.</p>
      <p className={styles.stateText}>{detail}</p>
      <p className={styles.stateText}>The other pages still work.</p>
      {problem !== undefined && (
        <p className={styles.ids}>
          <code>{problem.code}</code>
          {problem.requestId !== '' && (
            <>
              {' · request '}
              <code>{problem.requestId}</code>
            </>
          )}
        </p>
      )}
      {onRetry !== undefined && (
        <button type="button" className={styles.button} onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
