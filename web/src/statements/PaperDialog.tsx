import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { Dialog } from '../parts/Dialog.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import styles from './statements.module.css';

const HEIGHT = 520;

async function readPage(address: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(address, { signal });
  if (!response.ok) throw new Error(`The server answered ${response.status} when it was asked for the page.`);
  return response.text();
}

interface PaperDialogProps {
  readonly title: string;
  readonly html: string;
  readonly onClose: () => void;
}

/** The statement as a separate page, in a frame that runs no scripts, for reading and printing. */
export function PaperDialog({ title, html, onClose }: PaperDialogProps) {
  const frame = useRef<HTMLIFrameElement>(null);
  const page = useQuery({ queryKey: ['paper', html], queryFn: ({ signal }) => readPage(html, signal) });
  return (
    <Dialog label={title} onClose={onClose} className={styles.paperDialog}>
      <header className={styles.paperHead}>
        <h2>{title}</h2>
        <span className={styles.papers}>
          <button
            type="button"
            className={`${parts.button} ${parts.primary}`}
            disabled={page.data === undefined}
            onClick={() => frame.current?.contentWindow?.print()}
          >
            Print
          </button>
          <button type="button" className={parts.button} onClick={onClose}>
            Close
          </button>
        </span>
      </header>
      <Loaded query={page} what="The page" height={HEIGHT}>
        {(text) => (
          <iframe
            ref={frame}
            title={title}
            className={styles.paper}
            sandbox="allow-same-origin allow-modals"
            srcDoc={text}
          />
        )}
      </Loaded>
    </Dialog>
  );
}
