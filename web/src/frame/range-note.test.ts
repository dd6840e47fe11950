import { expect, it } from 'vitest';
import { describeRange } from './range-note.ts';

const days = { from: '2026-10-28', to: '2026-11-03' };
const months = { unset: 'bill', wholeMonths: true };
const live = { unset: 'Live', beyond: 'Status shows the current state.' };

it.each([
  [months, days, 'Shows November 2026, the month of the end of the range: this page takes whole months.'],
  [months, { from: '2026-11-01', to: '2026-11-30' }, null],
  [months, undefined, null],
  [live, days, 'Shows 28 Oct to 3 Nov 2026. Status shows the current state.'],
  [live, undefined, null],
  [{ unset: 'bill' }, days, null],
])('says what %o shows of %o: %s', (page, range, text) => expect(describeRange(page, range)).toBe(text));
