/** IEEE 754 half precision: the newest Node alone has an array of them. */

const words = new Uint32Array(1);
const singles = new Float32Array(words.buffer);

/** The number behind 16 bits. Example: `0x3c00` -> 1. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The nearest half, ties to even; values beyond the largest half become an infinity. Example: 1 -> `0x3c00`. */
export function numberToHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  singles[0] = value;
  const sign = ((words[0] ?? 0) >>> 16) & 0x8000;
  const size = Math.abs(value);
  if (size >= 65_520) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | roundToEven(size * 2 ** 24);
  const exponent = computeExponent(size);
  const fraction = roundToEven((size / 2 ** exponent - 1) * 1024);
  // A fraction that rounds up to 1024 carries into the exponent, which is what the addition does.
  return sign | (((exponent + 15) << 10) + fraction);
}

function computeExponent(size: number): number {
  let exponent = Math.floor(Math.log2(size));
  if (2 ** exponent > size) exponent -= 1;
  if (2 ** (exponent + 1) <= size) exponent += 1;
  return exponent;
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
