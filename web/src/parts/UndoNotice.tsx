import type { ReactNode } from 'react';
import { Notice } from './Notice.tsx';
import parts from './parts.module.css';

export interface UndoNoticeProps {
  readonly children: ReactNode;
  /** True while something is being changed. */
  readonly busy: boolean;
  readonly undo: () => void;
  readonly dismiss: () => void;
}

/** The last action, with an undo button. */
export function UndoNotice({ children, busy, undo, dismiss }: UndoNoticeProps) {
  const actions = (
    <>
      <button type="button" className={parts.button} disabled={busy} onClick={undo}>
        Undo
      </button>
      <button type="button" className={parts.button} onClick={dismiss}>
        Close
      </button>
    </>
  );
  return (
    <Notice kind="status" actions={actions}>
      {children}
    </Notice>
  );
}
