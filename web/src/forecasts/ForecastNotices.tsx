import type { LedgerForecasts } from '../../../src/finops/forecasts/schema.ts';
import { Notice } from '../parts/Notice.tsx';
import parts from '../parts/parts.module.css';
import { UndoNotice } from '../parts/UndoNotice.tsx';
import type { ForecastChanges } from './use-forecast-changes.ts';

interface ForecastNoticesProps {
  readonly forecasts: LedgerForecasts;
  readonly changes: ForecastChanges;
}

/** The last change with an undo button, and whether the forecasts are up to date. */
export function ForecastNotices({ forecasts: { standing, working }, changes }: ForecastNoticesProps) {
  const { done, undo, dismiss, busy, remove, make } = changes;
  return (
    <>
      {remove.error !== null && <Notice kind="alert">The change could not be removed: {remove.error.message}</Notice>}
      {done !== null && (
        <UndoNotice busy={busy} undo={undo} dismiss={dismiss}>
          “{done.change.what}” was {done.act}. The forecasts are computed again with
          {done.act === 'removed' ? 'out' : ''} it.
        </UndoNotice>
      )}
      {standing !== null && (working !== null || !standing.isCurrent) && (
        <Notice
          kind="status"
          actions={
            working === null && (
              <button type="button" className={parts.button} disabled={make.isPending} onClick={() => make.mutate()}>
                Compute now
              </button>
            )
          }
        >
          {working === null
            ? 'Inputs of the forecasts have changed; they are computed again within a minute.'
            : `Computing the forecasts: ${working.done} of ${working.total}. The forecasts below are the previous ones.`}
        </Notice>
      )}
    </>
  );
}
