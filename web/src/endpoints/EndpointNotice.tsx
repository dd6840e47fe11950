import { Notice } from '../parts/Notice.tsx';
import { UndoNotice } from '../parts/UndoNotice.tsx';
import type { DoneChange, EndpointChanges } from './use-endpoint-change.ts';
import { versionsText, weightsText } from './words.ts';

/** The last traffic change, with an undo button. */
export function EndpointNotice({ changes: { change, done, undo, dismiss } }: { readonly changes: EndpointChanges }) {
  if (done === null) return null;
  if (change.error !== null)
    return <Notice kind="alert">The endpoint could not be changed: {change.error.message}</Notice>;
  return (
    <UndoNotice busy={change.isPending} undo={undo} dismiss={dismiss}>
      {describeChange(done)}
    </UndoNotice>
  );
}

function describeChange({ change, before }: DoneChange): string {
  if (change.kind === 'traffic') {
    const was = before === null ? '' : ` Before: ${weightsText(before.weights)}.`;
    return `Traffic shares now: ${weightsText(change.weights)}.${was}`;
  }
  const was = before === null ? '' : `, from revision ${before.revision} (${versionsText(before)})`;
  return `Rolling back to revision ${change.revision}${was}. The traffic moves in one step, when the replicas are ready.`;
}
