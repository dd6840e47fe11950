/** Half-open, in bytes. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * The part of a file of `sizeBytes` that a `Range` header asks for (RFC 9110, 14.1). `null`: the whole file, which is
 * the answer to no header, to several ranges and to a header with a syntax error. `'unsatisfiable'`: the file has none
 * of these bytes.
 * Example: `bytes=-3` of 10 bytes -> 7 to 10.
 */
export function readRange(header: string | undefined, sizeBytes: number): Range | 'unsatisfiable' | null {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return null;
  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? sizeBytes : Math.min(sizeBytes, Number(last) + 1);
  if (first !== '' && last !== '' && Number(last) < start) return null;
  return start < end ? { start, end } : 'unsatisfiable';
}
