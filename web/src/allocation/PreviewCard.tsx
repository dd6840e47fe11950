import { type ChangeEvent, type KeyboardEvent, useEffect, useId } from 'react';
import { formatMonth } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { Notice } from '../parts/Notice.tsx';
import { PageTabs } from '../parts/PageTabs.tsx';
import parts from '../parts/parts.module.css';
import { Skeleton } from '../parts/Skeleton.tsx';
import styles from './allocation.module.css';
import { PreviewErrors } from './PreviewErrors.tsx';
import { PreviewResult } from './PreviewResult.tsx';
import { RulesForm } from './RulesForm.tsx';
import { RulesText } from './RulesText.tsx';
import { rulesYaml } from './rules-yaml.ts';
import type { Allocation } from './use-allocation.ts';
import type { Draft } from './use-draft.ts';
import { usePreview } from './use-preview.ts';

const RESULT_HEIGHT = 240;
const VIEWS = [
  { value: 'form', label: 'Form' },
  { value: 'yaml', label: 'YAML' },
] as const;

interface PreviewCardProps {
  readonly allocation: Allocation;
  readonly draft: Draft;
}

/** A draft of rules as form and YAML, and its preview: which cost would move between which subjects, before the rules are applied. */
export function PreviewCard({ allocation, draft }: PreviewCardProps) {
  const { month, rules } = allocation;
  const id = useId();
  const change = usePreview(month, rules.data);
  const { setView } = draft;
  // The errors name lines of the text.
  useEffect(() => {
    if (change.error !== null) setView('yaml');
  }, [change.error, setView]);
  const ready = draft.text.trim() !== '' && !change.isPending;
  const preview = () => {
    if (ready) change.request(draft.text);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    preview();
  };
  const read = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    if (file !== undefined) draft.set(await file.text());
    event.target.value = '';
  };
  const stale = change.seen !== undefined && change.seen.text !== draft.text;
  return (
    <Card
      title="Edit the rules"
      note={`Preview for ${month === undefined ? 'all months' : formatMonth(month)}. Nothing changes until you apply; applied rules affect all months`}
      actions={
        <>
          <button
            type="button"
            className={parts.button}
            disabled={rules.data === undefined}
            onClick={() => rules.data !== undefined && draft.set(rulesYaml(rules.data))}
          >
            Start with the active rules
          </button>
          <label htmlFor={id} className={`${parts.button} ${styles.fileButton}`}>
            Open a file
            <input
              id={id}
              type="file"
              accept=".yaml,.yml,.json,text/yaml"
              className="visually-hidden"
              onChange={read}
            />
          </label>
        </>
      }
    >
      <div className={styles.preview}>
        <PageTabs label="Edit the draft" tabs={VIEWS} value={draft.view} onChange={draft.setView}>
          {draft.view === 'form' ? <RulesForm draft={draft} /> : <RulesText draft={draft} onKey={onKey} />}
        </PageTabs>
        <div className={styles.previewButtons}>
          <button type="button" className={`${parts.button} ${parts.primary}`} disabled={!ready} onClick={preview}>
            {change.isPending ? 'Calculating…' : 'Preview'} <span aria-hidden="true">Ctrl ↵</span>
          </button>
          {draft.text !== '' && (
            <button type="button" className={parts.button} onClick={() => draft.set('')}>
              Clear
            </button>
          )}
        </div>
        {change.error !== null && <PreviewErrors error={change.error} />}
        {change.isPending && <Skeleton height={RESULT_HEIGHT} />}
        {change.seen !== undefined && <PreviewResult previewed={change.seen} stale={stale} change={change} />}
        {change.applied && (
          <Notice
            kind="status"
            actions={
              change.canUndo && (
                <button type="button" className={parts.button} disabled={change.applying} onClick={change.undo}>
                  {change.applying ? 'Undoing…' : 'Undo'}
                </button>
              )
            }
          >
            Version {rules.data?.version} of the rules is active in every month.
          </Notice>
        )}
      </div>
    </Card>
  );
}
