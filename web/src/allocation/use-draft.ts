import { useState } from 'react';

const KEY = 'steelyard.rules-draft';
/** Id of the card with the draft, to scroll it into view after a change from elsewhere. */
export const DRAFT_ID = 'rules-draft';

function kept(): string {
  try {
    return sessionStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

export interface Draft {
  readonly text: string;
  readonly set: (text: string) => void;
}

/** Draft of rules; kept while the tab is open, across pages. */
export function useDraft(): Draft {
  const [text, setText] = useState(kept);
  const set = (changed: string) => {
    setText(changed);
    try {
      sessionStorage.setItem(KEY, changed);
    } catch {
      // Storage is blocked (private window): the draft lasts until the page is closed.
    }
  };
  return { text, set };
}
