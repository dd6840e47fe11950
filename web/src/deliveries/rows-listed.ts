/** Added or removed rows that a comparison lists at a time. */
export const ROWS_LISTED = 25;
/** Changed rows that a comparison groups by their cause, the largest change first. */
export const ROWS_GROUPED = 500;
