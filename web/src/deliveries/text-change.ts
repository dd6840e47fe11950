export interface TextChange {
  /** Common text at the beginning and at the end. */
  readonly start: string;
  readonly end: string;
  readonly gone: string;
  readonly come: string;
}

/**
 * The changed part of two texts, without their common beginning and end.
 * Example: "0.0110" and "0.0250" -> "0.0", "11" gone, "25" come, "0".
 */
export function textChange(before: string, after: string): TextChange {
  const limit = Math.min(before.length, after.length);
  let head = 0;
  while (head < limit && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < limit - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  return {
    start: before.slice(0, head),
    gone: before.slice(head, before.length - tail),
    come: after.slice(head, after.length - tail),
    end: tail === 0 ? '' : before.slice(-tail),
  };
}
