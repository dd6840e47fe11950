const KEY = 'steelyard.first-use-dismissed';

/** Whether a person has closed the checklist in this browser. */
export function isDismissed(): boolean {
  try {
    return localStorage.getItem(KEY) === 'yes';
  } catch {
    return false;
  }
}

export function dismiss(): void {
  try {
    localStorage.setItem(KEY, 'yes');
  } catch {
    // Storage is blocked (private window): the checklist comes again with the next visit.
  }
}
