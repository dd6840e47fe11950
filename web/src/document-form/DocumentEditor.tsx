import { type ReactNode, useState } from 'react';
import { PageTabs } from '../parts/PageTabs.tsx';
import parts from '../parts/parts.module.css';
import styles from './document-form.module.css';
import { ProblemList } from './ProblemList.tsx';
import type { DocumentForm } from './use-document-form.ts';
import { YamlField } from './YamlField.tsx';

interface DocumentEditorProps<S> {
  /** Name of the document for screen readers: `budget search`. */
  readonly what: string;
  readonly form: DocumentForm<S>;
  /** Fields of the form. */
  readonly children: ReactNode;
}

const TABS = [
  { value: 'form', label: 'Form' },
  { value: 'yaml', label: 'YAML' },
] as const;

/** A document as form and, in the second tab, as YAML; a change in one is in the other immediately. */
export function DocumentEditor<S>({ what, form, children }: DocumentEditorProps<S>) {
  const [tab, setTab] = useState<'form' | 'yaml'>('form');
  const { read } = form;
  return (
    <PageTabs label={`Edit ${what}`} tabs={TABS} value={tab} onChange={setTab}>
      {tab === 'yaml' && <YamlField what={what} form={form} />}
      {tab === 'form' &&
        (read.values === null ? (
          <div className={styles.problems}>
            <p>The YAML cannot be shown as a form. Correct it in the YAML tab.</p>
            <ProblemList problems={read.problems} />
          </div>
        ) : (
          <>
            {children}
            {read.hidden.length > 0 && (
              <p className={parts.note}>
                Not in this form, kept as they are: {read.hidden.map((path) => path).join(', ')}. Edit them in the YAML
                tab.
              </p>
            )}
          </>
        ))}
    </PageTabs>
  );
}
