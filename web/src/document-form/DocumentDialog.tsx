import { type FormEvent, type KeyboardEvent, type ReactNode, useState } from 'react';
import { Dialog } from '../parts/Dialog.tsx';
import parts from '../parts/parts.module.css';
import { DocumentEditor } from './DocumentEditor.tsx';
import type { DocumentKind } from './document.ts';
import styles from './document-form.module.css';
import { type DocumentApply, useDocumentDryRun } from './use-document-apply.ts';
import { type DocumentForm, useDocumentForm } from './use-document-form.ts';

interface DocumentDialogProps<S> {
  readonly title: string;
  readonly kind: DocumentKind<S>;
  /** Text of the document; of a new one, a start. */
  readonly initial: string;
  readonly isNew: boolean;
  readonly change: DocumentApply['change'];
  readonly onClose: () => void;
  /** Fields of the form. */
  readonly fields: (form: DocumentForm<S>) => ReactNode;
}

/** Creates or changes a document as form or YAML, with the result that the server predicts before it is saved. */
export function DocumentDialog<S>(props: DocumentDialogProps<S>) {
  const { title, kind, initial, isNew, change, onClose, fields } = props;
  const [start] = useState(initial);
  const form = useDocumentForm(kind, start);
  const { valid } = form.read;
  const dryRun = useDocumentDryRun(valid === null ? null : form.text);
  const ready = valid !== null && dryRun.isSuccess && !change.isPending;
  const save = () => {
    if (valid === null || !ready) return;
    change.mutate({ name: valid.name, text: form.text, before: isNew ? null : start }, { onSuccess: onClose });
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save();
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <Dialog label={title} onClose={onClose} place="side">
      <form className={styles.drawer} onKeyDown={onKey} onSubmit={onSubmit} noValidate>
        <h2 className={styles.title}>{title}</h2>
        <DocumentEditor what={title} form={form}>
          {fields(form)}
        </DocumentEditor>
        <div className={styles.outcome} aria-live="polite" data-testid="outcome">
          <Outcome
            refused={dryRun.error?.message ?? change.error?.message}
            isValid={valid !== null}
            message={form.read.problems.find(({ path }) => path === 'spec')?.message}
            outcome={dryRun.data?.applied[0]?.outcome}
          />
        </div>
        <div className={styles.buttons}>
          <button type="button" className={parts.button} onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className={`${parts.button} ${parts.primary}`} disabled={!ready}>
            {change.isPending ? 'Saving…' : 'Save'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

const OUTCOMES = {
  created: 'A new document, effective immediately.',
  changed: 'Saving changes the document immediately.',
  unchanged: 'No changes yet.',
} as const;

interface OutcomeProps {
  /** Error of the server. */
  readonly refused: string | undefined;
  readonly isValid: boolean;
  /** Problem of the document as a whole. */
  readonly message: string | undefined;
  readonly outcome: keyof typeof OUTCOMES | undefined;
}

function Outcome({ refused, isValid, message, outcome }: OutcomeProps) {
  if (refused !== undefined) return <p className={parts.refused}>{refused}</p>;
  if (!isValid) return <p className={parts.note}>{message ?? 'Complete the fields to save.'}</p>;
  return <p className={parts.note}>{outcome === undefined ? 'Checking…' : OUTCOMES[outcome]}</p>;
}
