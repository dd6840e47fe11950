import { CallError } from '../client.ts';
import parts from '../parts/parts.module.css';
import styles from './allocation.module.css';
import { placedProblems } from './problems.ts';
import { DRAFT_ID } from './use-draft.ts';

/** Errors in the rules with their lines; a click on a line selects it in the text. */
export function PreviewErrors({ error }: { readonly error: unknown }) {
  const problem = error instanceof CallError ? error.problem : undefined;
  return (
    <div className={`${parts.state} ${parts.error}`} role="alert">
      <p className={parts.stateTitle}>Invalid rules. Nothing was changed.</p>
      <ul className={styles.problems}>
        {placedProblems(error).map(({ line, message }) => (
          <li key={`${line} ${message}`}>
            {line !== null && (
              <button type="button" className={styles.lineLink} onClick={() => selectLine(line)}>
                Line {line}
              </button>
            )}{' '}
            {message}
          </li>
        ))}
      </ul>
      {problem !== undefined && (
        <p className={parts.ids}>
          <code>{problem.code}</code>
          {problem.requestId !== '' && (
            <>
              {' · request '}
              <code>{problem.requestId}</code>
            </>
          )}
        </p>
      )}
    </div>
  );
}

/** Selects a line of the draft and scrolls to it. */
function selectLine(line: number): void {
  const area = document.getElementById(DRAFT_ID);
  if (!(area instanceof HTMLTextAreaElement)) return;
  const lines = area.value.split('\n');
  const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  area.focus();
  area.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  area.scrollTop = (area.scrollHeight / Math.max(lines.length, 1)) * Math.max(0, line - 4);
}
