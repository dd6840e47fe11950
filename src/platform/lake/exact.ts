/**
 * Decimal type of money, quantities and ratios in the lake: 21 decimals, as many as the longest amount seen in a published bill, and 17 digits
 * before the point. Values with more decimals are rounded.
 */
export const EXACT_DECIMALS = 21;
/** DuckDB's type for it: `DECIMAL(38,21)`. */
export const EXACT_TYPE = `DECIMAL(38,${EXACT_DECIMALS})`;
/** The smallest amount that it tells from zero, as a DuckDB literal. */
export const EXACT_UNIT = `0.${'0'.repeat(EXACT_DECIMALS - 1)}1::DECIMAL(${EXACT_DECIMALS},${EXACT_DECIMALS})`;
