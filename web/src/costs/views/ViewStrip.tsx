import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Notice } from '../../parts/Notice.tsx';
import parts from '../../parts/parts.module.css';
import type { CostsSearch } from '../costs-search.ts';
import { BUILT_IN_VIEWS } from './built-in-views.ts';
import { isSameView, type SavedView, searchOfView, toView } from './saved-view.ts';
import { useSavedViews } from './use-saved-views.ts';
import { ViewDialog } from './ViewDialog.tsx';
import styles from './views.module.css';

type Asking = 'save' | 'rename' | null;

/** Views of the costs: built-in and saved ones, and the actions on the active view. */
export function ViewStrip({ search }: { readonly search: CostsSearch }) {
  const saved = useSavedViews();
  const navigate = useNavigate({ from: '/costs' });
  const [asking, setAsking] = useState<Asking>(null);
  const ownSearch = toView(search);
  const all = [...BUILT_IN_VIEWS, ...saved.views];
  const named = all.find(({ name }) => name === search.name);
  const current = named ?? all.find((view) => isSameView(view.search, ownSearch));
  const isChanged = current !== undefined && !isSameView(current.search, ownSearch);
  const own = saved.views.find(({ name }) => name === current?.name);
  const call = (name: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, name }), replace: true, resetScroll: false });
  const save = (name: string) => saved.save({ name, search: ownSearch }, call);
  return (
    <div className={styles.views}>
      <nav className={styles.strip} aria-label="Views of the costs">
        {all.map((view) => (
          <ViewLink key={view.name} view={view} search={search} isCurrent={view === current} isChanged={isChanged} />
        ))}
        {search.name !== undefined && named === undefined && (
          <span className={styles.foreign}>“{search.name}” came with the link</span>
        )}
      </nav>
      <div className={styles.acts}>
        {own !== undefined && isChanged && (
          <button type="button" className={parts.button} onClick={() => save(own.name)}>
            Save changes
          </button>
        )}
        {(current === undefined || isChanged) && (
          <button type="button" className={parts.button} onClick={() => setAsking('save')}>
            Save as view
          </button>
        )}
        {own !== undefined && (
          <>
            <button type="button" className={parts.button} onClick={() => setAsking('rename')}>
              Rename
            </button>
            <button
              type="button"
              className={parts.button}
              onClick={() => saved.remove(own.name, () => call(undefined))}
            >
              Delete<span className="visually-hidden"> the view {own.name}</span>
            </button>
          </>
        )}
        <CopyLink />
      </div>
      {saved.error !== null && <Notice kind="alert">{saved.error.message}</Notice>}
      {saved.done !== null && (
        <div className={styles.done}>
          <Notice
            kind="status"
            actions={
              <>
                <button type="button" className={parts.button} onClick={() => saved.undo(call)}>
                  Undo
                </button>
                <button type="button" className={parts.button} onClick={saved.forget}>
                  Close
                </button>
              </>
            }
          >
            {saved.done.text}
          </Notice>
        </div>
      )}
      {asking !== null && (
        <ViewDialog
          title={asking === 'save' ? 'Save this view' : `Rename “${own?.name ?? ''}”`}
          name={asking === 'save' ? (search.name ?? '') : (own?.name ?? '')}
          replaces={(name) => (asking === 'save' ? saved.views : []).some((view) => view.name === name)}
          onClose={() => setAsking(null)}
          onName={(name) => {
            setAsking(null);
            if (asking === 'save') save(name);
            else if (own !== undefined) saved.rename(own.name, name, call);
          }}
        />
      )}
    </div>
  );
}

interface ViewLinkProps {
  readonly view: SavedView;
  readonly search: CostsSearch;
  readonly isCurrent: boolean;
  readonly isChanged: boolean;
}

function ViewLink({ view, search, isCurrent, isChanged }: ViewLinkProps) {
  return (
    <Link
      to="/costs"
      search={() => searchOfView(search, view)}
      className={styles.view}
      activeProps={{}}
      aria-current={isCurrent ? 'true' : undefined}
      resetScroll={false}
    >
      {view.name}
      {isCurrent && isChanged && <span className={styles.changed}> (changed)</span>}
    </Link>
  );
}

function CopyLink() {
  const [copied, setCopied] = useState(false);
  return (
    <button
      type="button"
      className={parts.button}
      onBlur={() => setCopied(false)}
      onClick={() => {
        void navigator.clipboard.writeText(window.location.href);
        setCopied(true);
      }}
    >
      <span aria-live="polite">{copied ? 'Link copied' : 'Copy link'}</span>
    </button>
  );
}
