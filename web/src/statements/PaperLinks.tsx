import { useState } from 'react';
import parts from '../parts/parts.module.css';
import { PaperDialog } from './PaperDialog.tsx';
import styles from './statements.module.css';

interface PaperLinksProps {
  readonly title: string;
  /** Address of the statement's page. */
  readonly html: string;
  readonly csv: string;
  /** File name without its extension. */
  readonly name: string;
}

/** Documents of a statement: the page for reading and printing, and a CSV with every digit. */
export function PaperLinks({ title, html, csv, name }: PaperLinksProps) {
  const [open, setOpen] = useState(false);
  return (
    <div className={styles.papers}>
      <button type="button" className={parts.button} onClick={() => setOpen(true)}>
        Read and print…
      </button>
      <a className={parts.button} href={html} download={`${name}.html`}>
        HTML<span className="visually-hidden"> of {title}</span>
      </a>
      <a className={parts.button} href={csv} download={`${name}.csv`}>
        CSV<span className="visually-hidden"> of {title}</span>
      </a>
      {open && <PaperDialog title={title} html={html} onClose={() => setOpen(false)} />}
    </div>
  );
}
