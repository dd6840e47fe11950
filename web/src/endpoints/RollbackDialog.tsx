import type { EndpointDetail, EndpointRevision } from '../../../src/mlops/serving/schema.ts';
import { FormDialog } from '../parts/FormDialog.tsx';
import layout from '../parts/layout.module.css';
import styles from './endpoints.module.css';
import { RevisionFacts } from './RevisionFacts.tsx';
import type { EndpointChanges } from './use-endpoint-change.ts';

interface RollbackDialogProps {
  readonly endpoint: EndpointDetail;
  readonly to: EndpointRevision;
  readonly changes: EndpointChanges;
  readonly onClose: () => void;
}

/** Asks for confirmation before a rollback, and shows its effect on versions and requests. */
export function RollbackDialog({ endpoint: { name, live }, to, changes: { change }, onClose }: RollbackDialogProps) {
  const title = `Roll back ${name} to revision ${to.revision}?`;
  return (
    <FormDialog
      title={title}
      act="Roll back"
      acting="Rolling back…"
      width="middle"
      pending={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate({ kind: 'rollback', revision: to.revision }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <div className={styles.sides}>
        {live !== null && <RevisionFacts title={`Now, revision ${live.revision}`} revision={live} />}
        <RevisionFacts title={`After, as in revision ${to.revision}`} revision={to} />
      </div>
      <p>
        The traffic moves in one step when its replicas are ready, and no request is dropped. Kept replicas are ready
        immediately; others start first, and until then the live replicas answer.
      </p>
      <p className={layout.quiet}>It can be undone. Replicas of both revisions run and cost for a while.</p>
    </FormDialog>
  );
}
