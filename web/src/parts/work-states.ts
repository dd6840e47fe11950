import type { WorkState } from '../../../src/platform/acknowledgements/schema.ts';

/** Words for the state of the work on an anomaly, an alert or a saving. */
export const WORK_STATES: Readonly<Record<WorkState, string>> = {
  open: 'Open',
  accepted: 'Accepted',
  in_progress: 'In progress',
  done: 'Done',
  dismissed: 'Dismissed',
};
