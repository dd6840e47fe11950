import { CopyButton } from './CopyButton.tsx';
import styles from './parts.module.css';
import { saveText } from './save-file.ts';

interface ExampleFileProps {
  readonly name: string;
  readonly text: string;
}

/** A working example document, to copy or save. */
export function ExampleFile({ name, text }: ExampleFileProps) {
  return (
    <figure className={styles.example} aria-label={`A document for ${name}`}>
      <figcaption className={styles.exampleHead}>
        <code>{name}</code>
        <CopyButton text={text} what="the document" />
        <button type="button" className={styles.plain} onClick={() => saveText(name, 'application/yaml', text)}>
          Save
        </button>
      </figcaption>
      <pre className={styles.code}>{text}</pre>
    </figure>
  );
}
