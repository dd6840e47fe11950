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
      {remove.error !== null && <Notice kind="alert">It could not be removed: {remove.error.message}</Notice>}
      {done !== null && (
        <UndoNotice busy={busy} undo={undo} dismiss={dismiss}>
          “{done.change.what}” was {done.act}. The forecasts are made anew with{done.act === 'removed' ? 'out' : ''} it.
        </UndoNotice>
      )}
      {standing !== null && (working !== null || !standing.isCurrent) && (
        <Notice
          kind="status"
          actions={
            working === null && (
              <button type="button" className={parts.button} disabled={make.isPending} onClick={() => make.mutate()}>
                Make them now
              </button>
            )
          }
        >
          {working === null
            ? 'Something that the forecasts stand on has changed; they are made anew within a minute.'
            : `The forecasts are being made anew: ${working.done} of ${working.total}. Those below are the ones before.`}
        </Notice>
      )}
    </>
  );
}
