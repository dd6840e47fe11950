import { EXACT_TYPE, EXACT_UNIT } from '../../../platform/lake/index.ts';

/** 2^64 - 1 */
const LOWER_64 = '18446744073709551615::HUGEINT';

/** A DECIMAL(38,21) as an integer count of its last decimal, HUGEINT. A cast would round to whole units. */
export function buildUnitsSql(cost: string): string {
  return `replace((${cost})::${EXACT_TYPE}::VARCHAR, '.', '')::HUGEINT`;
}

/** Inverse of `units`. */
export function buildCostSql(expression: string): string {
  return `((${expression})::DECIMAL(38,0) * ${EXACT_UNIT})::${EXACT_TYPE}`;
}

/**
 * Part of `amount` (units) below a boundary high.low: trunc(amount x boundary). With amount = a x 2^64 + b this is
 * a x high x 4 + (b x high + a x low x 4 + (b x low >> 62) >> 62), which stays within 128 bits for amounts below 2^126.
 * It needs no division; a 128-bit division takes forty times as long as a multiplication. A boundary of 1 yields the
 * amount itself and a boundary of 0 yields 0, so the shares of an amount add up to it.
 */
export function buildBoundarySql(amount: string, high: string, low: string): string {
  const a = `(abs(${amount}) >> 64)`;
  const b = `(abs(${amount}) & ${LOWER_64})`;
  const inner = `(${b} * ${high} + ${a} * ${low} * 4 + ((${b} * ${low}) >> 62))`;
  return `(sign(${amount})::HUGEINT * (${a} * ${high} * 4 + (${inner} >> 62)))`;
}
