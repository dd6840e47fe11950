import type { Standing } from '../../../src/finops/billing/schema.ts';

/** Plain words for the standing of a delivery. */
export const STANDING_LABELS: Readonly<Record<Standing, string>> = {
  current: 'counted',
  replaced: 'replaced',
  ignored: 'older, not counted',
  shadowed: 'duplicate',
  held: 'on hold',
  empty: 'empty',
};
