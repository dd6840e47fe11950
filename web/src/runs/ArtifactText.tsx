import styles from './runs.module.css';

interface ArtifactTextProps {
  readonly text: string;
  readonly note: string | null;
}

/** The text of a file with line numbers. It is a text node, so markup in it stays text. */
export function ArtifactText({ text, note }: ArtifactTextProps) {
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  const numbers = Array.from({ length: lines }, (_, index) => index + 1).join('\n');
  return (
    <>
      {note !== null && <p className={styles.viewerNote}>{note}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard */}
      <section className={styles.viewerBody} tabIndex={0} aria-label="Text of the file">
        <div className={styles.text}>
          <pre className={styles.lines} aria-hidden="true">
            {numbers}
          </pre>
          <pre data-testid="artifact-text">{text}</pre>
        </div>
      </section>
    </>
  );
}
