import { useState } from 'react';

const KEY = 'steelyard.rules-draft';
/** The card that holds the draft, to be brought into sight when something is put into it from elsewhere. */
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

/** Rules that are being written: kept while the tab is open, whatever page is looked at in between. */
export function useDraft(): Draft {
  const [text, setText] = useState(kept);
  const set = (changed: string) => {
    setText(changed);
    try {
      sessionStorage.setItem(KEY, changed);
    } catch {
      // Storage is closed to us (private window): the draft holds until the page is left.
    }
  };
  return { text, set };
}
