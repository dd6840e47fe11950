import { useState } from 'react';
import type { Recommendation } from '../../../src/tradeoff/recommendations/schema.ts';
import { Notice } from '../parts/Notice.tsx';
import parts from '../parts/parts.module.css';
import { UndoNotice } from '../parts/UndoNotice.tsx';
import { ApplyDialog } from './ApplyDialog.tsx';
import { DismissDialog } from './DismissDialog.tsx';
import styles from './recommendations.module.css';
import { useUndo } from './use-recommendations.ts';

/** Actions on a recommendation, including undo. */
export function RecommendationActions({ one }: { readonly one: Recommendation }) {
  const [asking, setAsking] = useState<'apply' | 'dismiss' | null>(null);
  const [isReported, setReported] = useState(false);
  const undo = useUndo(one, () => setReported(false));
  const close = () => setAsking(null);
  const done = () => {
    close();
    setReported(true);
  };
  const isOpen = one.state === 'open' || one.state === 'approved';
  const canUndo = one.state === 'dismissed' || (one.state === 'applied' && one.action.type === 'endpoint_replicas');
  return (
    <div className={styles.actions}>
      {isOpen && (
        <>
          <button type="button" className={parts.button} onClick={() => setAsking('dismiss')}>
            Dismiss…
          </button>
          <button type="button" className={`${parts.button} ${parts.primary}`} onClick={() => setAsking('apply')}>
            {one.state === 'approved' ? 'Mark as done…' : 'Preview and apply…'}
          </button>
        </>
      )}
      {canUndo && !isReported && (
        <button type="button" className={parts.button} disabled={undo.isPending} onClick={() => undo.mutate(undefined)}>
          {one.state === 'dismissed' ? 'Reopen' : 'Revert'}
        </button>
      )}
      {canUndo && isReported && (
        <UndoNotice busy={undo.isPending} undo={() => undo.mutate(undefined)} dismiss={() => setReported(false)}>
          {one.state === 'dismissed' ? 'Dismissed.' : 'Done.'}
        </UndoNotice>
      )}
      {undo.error !== null && <Notice kind="alert">{undo.error.message}</Notice>}
      {asking === 'apply' && <ApplyDialog one={one} onClose={close} onDone={done} />}
      {asking === 'dismiss' && <DismissDialog one={one} onClose={close} onDone={done} />}
    </div>
  );
}
