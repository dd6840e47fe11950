/**
 * Money, quantities and ratios in the lake: 21 decimals, of which the longest seen in a published bill has all, and 17 digits
 * before the point. What has more decimals is rounded to them.
 */
export const EXACT_DECIMALS = 21;
/** DuckDB's type for it: `DECIMAL(38,21)`. */
export const EXACT_TYPE = `DECIMAL(38,${EXACT_DECIMALS})`;
/** The smallest amount that it tells from zero, as a DuckDB literal. */
export const EXACT_UNIT = `0.${'0'.repeat(EXACT_DECIMALS - 1)}1::DECIMAL(${EXACT_DECIMALS},${EXACT_DECIMALS})`;
