/** Coefficients of Acklam's rational approximation of the normal quantile; relative error below 1.2e-9. */
const CENTRE = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239,
];
const CENTRE_BELOW = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1,
];
const TAIL = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const TAIL_BELOW = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1];
const TAIL_SHARE = 0.02425;

/** The number below which a standard normal value lies with probability `share`, 0 < share < 1. Example: 0.975 -> 1.96. */
export function computeNormalQuantile(share: number): number {
  if (share > 0.5) return -computeNormalQuantile(1 - share);
  if (share < TAIL_SHARE) {
    const root = Math.sqrt(-2 * Math.log(share));
    return evaluatePolynomial(TAIL, root) / evaluatePolynomial(TAIL_BELOW, root);
  }
  const away = share - 0.5;
  return (evaluatePolynomial(CENTRE, away * away) * away) / evaluatePolynomial(CENTRE_BELOW, away * away);
}

function evaluatePolynomial(coefficients: readonly number[], at: number): number {
  return coefficients.reduce((sum, coefficient) => sum * at + coefficient, 0);
}
