/** DCGM's numbers for "blank", "not found", "not supported" and "no permission": of 32 and 64 bits, and of floating point. */
const BLANK = [
  [2_147_483_632, 2_147_483_635],
  [140_737_488_355_328, 140_737_488_355_331],
  [9_223_372_036_854_775_000, Number.POSITIVE_INFINITY],
] as const;

/** Whether a value of DCGM means "no value". Example: the memory temperature 9223372036854775794. */
export function isDcgmBlank(value: number): boolean {
  return BLANK.some(([from, to]) => value >= from && value <= to);
}
