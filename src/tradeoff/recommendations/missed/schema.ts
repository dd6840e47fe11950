import { z } from 'zod';
import { Day, DecimalString } from '../../../platform/units/schema.ts';

const MissedOnDay = z
  .strictObject({
    day: Day,
    amount: DecimalString.describe('Amount in the currency of `saving` that they would have saved on this day'),
  })
  .describe('Missed saving of a day');

/** Missed savings of a scan, by day. */
export const MissedByDay = z
  .array(MissedOnDay)
  .describe('Missed saving on whole UTC days of the scan window, in order; a day without measured hours is left out');
