import type { KeyboardEvent } from 'react';
import parts from '../parts/parts.module.css';
import styles from './allocation.module.css';
import { DRAFT_ID, type Draft } from './use-draft.ts';

interface RulesTextProps {
  readonly draft: Draft;
  readonly onKey: (event: KeyboardEvent) => void;
}

/** The draft as YAML text. */
export function RulesText({ draft, onKey }: RulesTextProps) {
  return (
    <>
      <label htmlFor={DRAFT_ID} className="visually-hidden">
        Allocation rules as YAML
      </label>
      <textarea
        id={DRAFT_ID}
        className={`${parts.area} ${styles.yaml}`}
        spellCheck={false}
        placeholder="Paste an AllocationRules document, open a file, or start with the active rules."
        value={draft.text}
        onChange={(event) => draft.set(event.target.value)}
        onKeyDown={onKey}
      />
    </>
  );
}
