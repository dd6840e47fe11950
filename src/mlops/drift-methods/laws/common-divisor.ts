/** Greatest common divisor of two whole numbers above zero. Example: `commonDivisor(12, 18)` = 6. */
export function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
