import type { SourceBehind } from '../../src/finops/costs/schema.ts';

/** `Without aws (received to 2026-10-31)`: sources that a total to date lacks; null when it lacks none. */
export function sourcesBehindText(behind: readonly SourceBehind[]): string | null {
  if (behind.length === 0) return null;
  return `Without ${behind.map(({ source, through }) => `${source} (received to ${through})`).join(', ')}`;
}
