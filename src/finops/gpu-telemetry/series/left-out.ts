/** Rejected readings, by reason. */
export interface LeftOut {
  readonly reason: string;
  readings: number;
  /** One of them. */
  readonly example: string;
}

const LONGEST_EXAMPLE = 300;

/** Adds to the count of a reason; the first example stays. */
export function addLeftOut(all: LeftOut[], reason: string, readings: number, example: () => string): void {
  const known = all.find((one) => one.reason === reason);
  if (known !== undefined) known.readings += readings;
  else all.push({ reason, readings, example: example().slice(0, LONGEST_EXAMPLE) });
}
