import { CopyButton } from '../parts/CopyButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import parts from '../parts/parts.module.css';
import { saveText } from '../parts/save-file.ts';
import { EXAMPLE, EXAMPLE_COMMAND, EXAMPLE_FILE } from './example.ts';
import styles from './pipelines.module.css';

/** What a pipeline is, with one that works, and the command that applies it. */
export function NoPipelines() {
  return (
    <EmptyState
      shows="Every pipeline with its latest run: how it ended, how long it took and what it cost."
      why={`No pipeline has been applied yet. Save this one as ${EXAMPLE_FILE}, apply it, and run it from here.`}
      command={EXAMPLE_COMMAND}
    >
      <figure className={styles.example} aria-label={`A document for ${EXAMPLE_FILE}`}>
        <figcaption className={styles.exampleHead}>
          <code>{EXAMPLE_FILE}</code>
          <CopyButton text={EXAMPLE} what="the document" />
          <button
            type="button"
            className={parts.plain}
            onClick={() => saveText(EXAMPLE_FILE, 'application/yaml', EXAMPLE)}
          >
            Save
          </button>
        </figcaption>
        <pre className={styles.exampleText}>{EXAMPLE}</pre>
      </figure>
    </EmptyState>
  );
}
