import { useId, useState } from 'react';
import type { Preview, Recommendation } from '../../../src/tradeoff/recommendations/schema.ts';
import { Facts } from '../parts/Facts.tsx';
import { FormDialog } from '../parts/FormDialog.tsx';
import parts from '../parts/parts.module.css';
import { Skeleton } from '../parts/Skeleton.tsx';
import styles from './recommendations.module.css';
import { useApply, usePreview } from './use-recommendations.ts';
import { savingText } from './words.ts';

interface ApplyDialogProps {
  readonly one: Recommendation;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

const HEIGHT = 220;

/** The dry run: changes in money and traffic. Nothing changes before confirmation. */
export function ApplyDialog({ one, onClose, onDone }: ApplyDialogProps) {
  const id = useId();
  const [reason, setReason] = useState('');
  const preview = usePreview(one.recommendation);
  const apply = useApply(one, onDone);
  const byHand = one.action.type === 'by_hand';
  const act = byHand ? 'Mark as done' : 'Apply';
  return (
    <FormDialog
      title={byHand ? `Mark as done: ${one.title}` : `${one.title}?`}
      act={act}
      acting={byHand ? 'Saving…' : 'Applying…'}
      width="middle"
      ready={preview.data !== undefined}
      pending={apply.isPending}
      error={apply.error ?? preview.error}
      onSubmit={() => apply.mutate(reason.trim())}
      onClose={onClose}
    >
      {preview.data === undefined ? (
        preview.error === null && <Skeleton height={HEIGHT} />
      ) : (
        <Changes preview={preview.data} byHand={byHand} />
      )}
      <label className={styles.field} htmlFor={`${id}-reason`}>
        Reason (for the record)
        <input
          id={`${id}-reason`}
          className={parts.line}
          maxLength={500}
          autoComplete="off"
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </label>
    </FormDialog>
  );
}

function Changes({ preview, byHand }: { readonly preview: Preview; readonly byHand: boolean }) {
  const { changes, traffic, undo, manifest, recommendation } = preview;
  return (
    <>
      <p>
        {byHand
          ? 'Carry these steps out yourself, then mark the action as done:'
          : 'Nothing has changed yet. Planned changes:'}
      </p>
      <ul className={styles.changes}>
        {changes.map((change) => (
          <li key={change}>
            <code>{change}</code>
          </li>
        ))}
      </ul>
      <Facts
        facts={[
          ['Saving', savingText(recommendation.saving)],
          ['Traffic', traffic],
          ['Undo', undo],
        ]}
      />
      {manifest !== null && (
        <>
          <p>{byHand ? 'Change your own file:' : 'Change your own file too, or the next apply reverts it:'}</p>
          <pre className={styles.manifest}>{manifest.trimEnd()}</pre>
        </>
      )}
    </>
  );
}
