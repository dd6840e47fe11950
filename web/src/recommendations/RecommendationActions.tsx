import { useState } from 'react';
import type { RecommendationDetail } from '../../../src/tradeoff/recommendations/schema.ts';
import { Notice } from '../parts/Notice.tsx';
import parts from '../parts/parts.module.css';
import { UndoNotice } from '../parts/UndoNotice.tsx';
import { ApplyDialog } from './ApplyDialog.tsx';
import { DismissDialog } from './DismissDialog.tsx';
import styles from './recommendations.module.css';
import { TryDialog } from './TryDialog.tsx';
import { useApply, useUndo } from './use-recommendations.ts';

/** Actions on a recommendation, including undo. */
export function RecommendationActions({ one }: { readonly one: RecommendationDetail }) {
  const [asking, setAsking] = useState<'apply' | 'dismiss' | 'try' | null>(null);
  const [isReported, setReported] = useState(false);
  const undo = useUndo(one, () => setReported(false));
  const accept = useApply(one, () => undefined, false);
  const byHand = one.action.type === 'by_hand';
  const failure = undo.error ?? accept.error;
  const close = () => setAsking(null);
  const done = () => {
    close();
    setReported(true);
  };
  const isOpen = one.state === 'open' || one.state === 'approved';
  const canUndo =
    one.state === 'dismissed' || (one.state === 'applied' && (byHand || one.action.type === 'endpoint_replicas'));
  const undoLabel = one.state === 'dismissed' ? 'Reopen' : byHand ? 'Mark as not done' : 'Revert';
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
          {byHand && one.state === 'open' && (
            <button
              type="button"
              className={parts.button}
              disabled={accept.isPending}
              onClick={() => accept.mutate('')}
            >
              Accept
            </button>
          )}
          <button type="button" className={`${parts.button} ${parts.primary}`} onClick={() => setAsking('apply')}>
            {byHand ? 'Mark as done…' : 'Review change…'}
          </button>
        </>
      )}
      {canUndo && !isReported && (
        <button type="button" className={parts.button} disabled={undo.isPending} onClick={() => undo.mutate(undefined)}>
          {undoLabel}
        </button>
      )}
      {canUndo && isReported && (
        <UndoNotice busy={undo.isPending} undo={() => undo.mutate(undefined)} dismiss={() => setReported(false)}>
          {one.state === 'dismissed' ? 'Dismissed.' : 'Done.'}
        </UndoNotice>
      )}
      {failure !== null && <Notice kind="alert">{failure.message}</Notice>}
      {asking === 'apply' && <ApplyDialog one={one} onClose={close} onDone={done} />}
      {asking === 'try' && <TryDialog one={one} onClose={close} />}
      {asking === 'dismiss' && <DismissDialog one={one} onClose={close} onDone={done} />}
    </div>
  );
}
