/** Rows of each kind that a comparison lists at a time. */
export const ROWS_LISTED = 25;
