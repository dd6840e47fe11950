import { useState } from 'react';

const KEY = 'steelyard.rules-draft';
/** Id of the text of the draft, to select a line of it. */
export const DRAFT_ID = 'rules-draft';

function kept(): string {
  try {
    return sessionStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

/** View of the draft. */
export type DraftView = 'form' | 'yaml';

export interface Draft {
  readonly text: string;
  readonly set: (text: string) => void;
  readonly view: DraftView;
  readonly setView: (view: DraftView) => void;
}

/** Draft of rules; kept while the tab is open, across pages. */
export function useDraft(): Draft {
  const [text, setText] = useState(kept);
  const [view, setView] = useState<DraftView>('form');
  const set = (changed: string) => {
    setText(changed);
    try {
      sessionStorage.setItem(KEY, changed);
    } catch {
      // Storage is blocked (private window): the draft lasts until the page is closed.
    }
  };
  return { text, set, view, setView };
}
