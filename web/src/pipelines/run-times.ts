/** Milliseconds that something has taken until it ended, or until now; null before it began. */
export function tookMs(
  { startedAt, endedAt }: { readonly startedAt: string | null; readonly endedAt: string | null },
  nowMs: number,
): number | null {
  if (startedAt === null) return null;
  const until = endedAt === null ? nowMs : Date.parse(endedAt);
  // The reader's clock may be behind the server's.
  return Math.max(0, until - Date.parse(startedAt));
}
