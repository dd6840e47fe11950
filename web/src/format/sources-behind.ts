import type { SourceBehind } from '../../../src/finops/costs/schema.ts';
import { formatDay } from './time.ts';

/** `, without aws (received to 31 Oct)`: sources that a total to date lacks; empty when it lacks none. */
export function withoutSources(behind: readonly SourceBehind[]): string {
  if (behind.length === 0) return '';
  return `, without ${behind.map(({ source, through }) => `${source} (received to ${formatDay(through)})`).join(', ')}`;
}
