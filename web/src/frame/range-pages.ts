/** How a page uses the date range of the address. */
export interface RangePage {
  /**
   * `bill`: the newest month with a whole day when the address names no range. Text: the page has its own range, and
   * this names it; the month of `period` is for pages of the bill and does not change it.
   */
  readonly unset: 'bill' | string;
  /** Whether the page shows the comparison. */
  readonly compares?: boolean;
  /** Scope of a page that takes whole months, for a range that is not one. */
  readonly wholeMonths?: boolean;
  /** Part of the page that does not follow a range that the address names. */
  readonly beyond?: string;
}

/** Pages that follow the date range, by their route. The others hide the picker. */
export const RANGE_PAGES: ReadonlyMap<string, RangePage> = new Map([
  ['/', { unset: 'bill', compares: true }],
  ['/costs', { unset: 'bill', compares: true }],
  ['/anomalies', { unset: 'bill', compares: true }],
  ['/gpus', { unset: 'bill' }],
  [
    '/allocation',
    {
      ...{ unset: 'bill', compares: true },
      beyond: 'The preview of rules and "Metered vs bill" take the month of its end.',
    },
  ],
  ['/statements', { unset: 'bill', wholeMonths: true }],
  ['/models', { unset: 'Last 30 billed days' }],
  ['/models/$model', { unset: 'Last 30 billed days' }],
  ['/decisions', { unset: 'Any time' }],
  ['/deliveries', { unset: 'All periods', beyond: 'Sources and changes after closing show the current state.' }],
  ['/experiments/$experimentId', { unset: 'Any time' }],
  ['/endpoints/$endpoint', { unset: 'Live', beyond: 'Status and alerts show the current state.' }],
  ['/monitoring/$monitor', { unset: 'Live', beyond: 'Status, alerts and drift show the current state.' }],
]);

/** True for the route of a page that needs the months with a bill. */
export function needsBillMonths(route: string): boolean {
  return RANGE_PAGES.get(route)?.unset === 'bill';
}
