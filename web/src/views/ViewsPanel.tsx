import { useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import type { SavedView } from '../../../src/tradeoff/views/schema.ts';
import { useSession } from '../account/use-session.ts';
import parts from '../parts/parts.module.css';
import { useSchedules } from './use-schedules.ts';
import { type DeletedView, useViewChanges, useViews } from './use-views.ts';
import { type ViewFields, ViewForm } from './ViewForm.tsx';
import { ViewRow } from './ViewRow.tsx';
import { isSameAddress, toViewSearch } from './view-address.ts';
import styles from './views.module.css';

const ScheduleDialog = lazy(() =>
  import('./ScheduleDialog.tsx').then((module) => ({ default: module.ScheduleDialog })),
);

const NEW: ViewFields = { name: '', sharing: 'private', team: null, keepsDates: false };

/** The saved views, and the actions on the page in view. */
export function ViewsPanel({ onClose }: { readonly onClose: () => void }) {
  const views = useViews();
  const { data: who } = useSession();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const search = useRouterState({ select: (state) => state.location.searchStr });
  const { save, change, remove, restore } = useViewChanges();
  const [asking, setAsking] = useState<SavedView | 'new' | null>(null);
  const [deleted, setDeleted] = useState<DeletedView | null>(null);
  const [copied, setCopied] = useState(false);
  const schedules = useSchedules();
  const [scheduled, setScheduled] = useState<SavedView | null>(null);
  const isOwn = ({ owner }: SavedView) => who?.role === null || who?.role === 'admin' || owner === who?.name;
  const maySchedule = (view: SavedView) =>
    schedules !== undefined &&
    (who?.role === null || view.owner === who?.name || (view.sharing !== 'private' && isOwn(view)));
  const submit = ({ keepsDates, ...fields }: ViewFields) => {
    const done = { onSuccess: () => setAsking(null) };
    if (asking === 'new') save.mutate({ ...fields, path, search: toViewSearch(search, keepsDates) }, done);
    else if (asking !== null) change.mutate({ view: asking.view, ...fields }, done);
  };
  const ofPage = (views ?? []).filter((view) => view.path === path);
  const others = (views ?? []).filter((view) => view.path !== path);
  return (
    <div className={styles.panel}>
      {views?.length === 0 && <p className={styles.none}>No saved view yet. A view keeps a page with its filters.</p>}
      {views !== undefined && views.length > 0 && (
        <ul className={styles.list} aria-label="Saved views">
          {[...ofPage, ...others].map((view) => (
            <ViewRow
              key={view.view}
              view={view}
              isCurrent={isSameAddress(view, { path, search })}
              isOwn={isOwn(view)}
              schedule={schedules?.get(view.view) ?? null}
              maySchedule={maySchedule(view)}
              onOpen={onClose}
              onSchedule={() => setScheduled(view)}
              onRename={() => setAsking(view)}
              onDelete={() => remove.mutate(view.view, { onSuccess: setDeleted })}
            />
          ))}
        </ul>
      )}
      {deleted !== null && (
        <p className={styles.done} role="status">
          “{deleted.view.name}” is deleted{deleted.schedule !== null && ', and no longer sent'}.{' '}
          <button
            type="button"
            className={parts.plain}
            disabled={restore.isPending}
            onClick={() => restore.mutate(deleted, { onSuccess: () => setDeleted(null) })}
          >
            Undo
          </button>
          {restore.error !== null && ` ${restore.error.message}`}
        </p>
      )}
      <div className={styles.foot}>
        <button type="button" className={parts.button} onClick={() => setAsking('new')}>
          Save current page…
        </button>
        <button
          type="button"
          className={parts.button}
          onBlur={() => setCopied(false)}
          onClick={() => void navigator.clipboard.writeText(window.location.href).then(() => setCopied(true))}
        >
          <span aria-live="polite">{copied ? 'Link copied' : 'Copy link'}</span>
        </button>
      </div>
      {scheduled !== null && (
        <Suspense>
          <ScheduleDialog
            view={scheduled}
            schedule={schedules?.get(scheduled.view) ?? null}
            onClose={() => setScheduled(null)}
          />
        </Suspense>
      )}
      {asking !== null && (
        <ViewForm
          title={asking === 'new' ? 'Save this page as a view' : `Edit “${asking.name}”`}
          act="Save"
          given={asking === 'new' ? NEW : { ...asking, keepsDates: false }}
          asksDates={asking === 'new'}
          pending={save.isPending || change.isPending}
          error={asking === 'new' ? save.error : change.error}
          onSubmit={submit}
          onClose={() => setAsking(null)}
        />
      )}
    </div>
  );
}
