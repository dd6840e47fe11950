/** Whether bytes begin as a gzip stream (RFC 1952: ID1, ID2); false for fewer than two bytes. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
