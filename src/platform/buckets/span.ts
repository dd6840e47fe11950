/** Bytes of an object: from `start` up to, not including, `end`; null is the object's end. */
export interface Span {
  readonly start: number;
  readonly end: number | null;
}

/** Total object size from a `Content-Range` header; undefined without one. `bytes 0-3/12` -> 12. */
export function parseTotalBytes(contentRange: string | undefined): number | undefined {
  const total = /\/(\d+)$/.exec(contentRange ?? '')?.[1];
  return total === undefined ? undefined : Number(total);
}
