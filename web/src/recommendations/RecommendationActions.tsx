import { useState } from 'react';
import type { RecommendationDetail } from '../../../src/tradeoff/recommendations/schema.ts';
import { Notice } from '../parts/Notice.tsx';
import parts from '../parts/parts.module.css';
import { UndoNotice } from '../parts/UndoNotice.tsx';
import { ApplyDialog } from './ApplyDialog.tsx';
import { DismissDialog } from './DismissDialog.tsx';
import styles from './recommendations.module.css';
import { TryDialog } from './TryDialog.tsx';
import { useUndo } from './use-recommendations.ts';

/** Actions on a recommendation, including undo. */
export function RecommendationActions({ one }: { readonly one: RecommendationDetail }) {
  const [asking, setAsking] = useState<'apply' | 'dismiss' | 'try' | null>(null);
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
          {one.optimization.spec !== null && one.optimization.state === null && (
            <button type="button" className={parts.button} onClick={() => setAsking('try')}>
              Try under a guardrail…
            </button>
          )}
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
      {asking === 'try' && <TryDialog one={one} onClose={close} />}
      {asking === 'dismiss' && <DismissDialog one={one} onClose={close} onDone={done} />}
    </div>
  );
}
